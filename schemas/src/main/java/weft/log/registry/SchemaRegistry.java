package weft.log.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.log.registry.RegistryException.Reason;

/**
 * A schema registry by Confluent's REST API, which Apicurio ({@code /apis/ccompat/v7}) and Karapace serve too.
 * Thread-safe; each call blocks for at most {@link #TIMEOUT} for each address.
 *
 * <p>Holds no cache: what is known of ids is kept on the log.
 */
public final class SchemaRegistry {
    /** Within it an address answers, or the next one is asked. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** The largest schema of the mesh has a tenth of it. */
    static final int MAX_ANSWER_BYTES = 1 << 20;

    private static final String JSON_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int MAX_NESTING = 64;
    private static final int MAX_WORDS = 300;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(MAX_ANSWER_BYTES)
                    .build())
            .build());

    private final RegistrySettings settings;
    private final HttpClient http;

    private SchemaRegistry(RegistrySettings settings) {
        this.settings = settings;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER) // it would take the password along
                .connectTimeout(TIMEOUT);
        if (settings.tls() != null) {
            builder.sslContext(settings.tls());
        }
        this.http = builder.build();
    }

    /**
     * The registry that client properties name by {@code schema.registry.url}; null when they name none.
     *
     * @throws IllegalArgumentException when they name one that cannot be
     */
    public static @Nullable SchemaRegistry of(Map<String, ?> properties) {
        RegistrySettings settings = RegistrySettings.of(properties);
        return settings == null ? null : new SchemaRegistry(settings);
    }

    /**
     * Adds a registry's address to client properties, null for none, and looks whether what they say of it can be.
     *
     * @throws IllegalArgumentException when it cannot
     */
    public static void configure(@Nullable String url, Map<String, Object> properties) {
        if (url != null && !url.isBlank()) {
            properties.put(RegistrySettings.URL, url);
        }
        RegistrySettings.of(properties);
    }

    /** The addresses, without passwords. */
    public String address() {
        return settings.urls().stream().map(URI::toString).collect(Collectors.joining(","));
    }

    /** Makes a schema the subject's latest version, unless it is one already; its id either way. */
    public int register(String subject, String schema) throws RegistryException {
        return id(ask("POST", "/subjects/" + escaped(subject) + "/versions", body(schema)), "registering " + subject);
    }

    /** Id of a schema under this subject; null when it is not registered there. */
    public @Nullable Integer lookup(String subject, String schema) throws RegistryException {
        try {
            return id(ask("POST", "/subjects/" + escaped(subject), body(schema)), "looking up " + subject);
        } catch (RegistryException e) {
            if (e.reason() == Reason.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** Text of an Avro schema; null when there is none of this id. */
    public @Nullable String schema(int id) throws RegistryException {
        JsonNode answer;
        try {
            answer = ask("GET", "/schemas/ids/" + id, null);
        } catch (RegistryException e) {
            if (e.reason() == Reason.NOT_FOUND) {
                return null;
            }
            throw e;
        }
        String type = answer.path("schemaType").asText("AVRO");
        if (!answer.path("schema").isTextual() || !type.equals("AVRO")) {
            throw new RegistryException(Reason.REFUSED, address() + ": id " + id + " is no Avro schema");
        }
        if (!answer.path("references").isEmpty()) {
            throw new RegistryException(Reason.REFUSED, address() + ": id " + id + " refers to other schemas");
        }
        return answer.path("schema").asText();
    }

    /** Whether the subject would take this schema as its next version; true when it has none yet. */
    public boolean isCompatible(String subject, String schema) throws RegistryException {
        try {
            String path = "/compatibility/subjects/" + escaped(subject) + "/versions/latest";
            return ask("POST", path, body(schema)).path("is_compatible").asBoolean(false);
        } catch (RegistryException e) {
            if (e.reason() == Reason.NOT_FOUND) {
                return true;
            }
            throw e;
        }
    }

    /** The rule new versions of a subject are held to, as {@code FULL}; that of all subjects where it has none. */
    public String compatibilityLevel(String subject) throws RegistryException {
        for (String path : List.of("/config/" + escaped(subject), "/config")) {
            try {
                JsonNode answer = ask("GET", path, null);
                String level = answer.path("compatibilityLevel")
                        .asText(answer.path("compatibility").asText(""));
                if (!level.isEmpty()) {
                    return cut(level);
                }
            } catch (RegistryException e) {
                if (e.reason() != Reason.NOT_FOUND) {
                    throw e;
                }
            }
        }
        return "unknown";
    }

    /** Every subject that the registry has. */
    public TreeSet<String> subjects() throws RegistryException {
        TreeSet<String> subjects = new TreeSet<>();
        ask("GET", "/subjects", null).forEach(each -> subjects.add(each.asText()));
        return subjects;
    }

    private int id(JsonNode answer, String what) throws RegistryException {
        JsonNode id = answer.path("id");
        if (!id.isInt()) {
            throw new RegistryException(Reason.REFUSED, address() + ": " + what + " answered no id");
        }
        return id.asInt();
    }

    private static String body(String schema) {
        return JSON.createObjectNode().put("schema", schema).toString();
    }

    private static String escaped(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode ask(String method, String path, @Nullable String body) throws RegistryException {
        List<String> failures = new ArrayList<>();
        for (URI url : settings.urls()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(TIMEOUT)
                    .header("Accept", JSON_TYPE + ", application/json");
            if (settings.authorization() != null) {
                request.header("Authorization", settings.authorization());
            }
            if (body == null) {
                request.GET();
            } else {
                request.header("Content-Type", JSON_TYPE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
            }
            try {
                HttpResponse<byte[]> answer = send(request.build());
                if (answer.statusCode() < 500) { // else another address may do better
                    return read(answer, url + path);
                }
                failures.add(url + " answers " + answer.statusCode());
            } catch (IOException e) {
                failures.add(url + ": " + words(e));
            }
        }
        throw new RegistryException(
                Reason.UNREACHABLE, "schema registry does not answer: " + String.join("; ", failures));
    }

    /** The client's own timeout ends with the head of the answer; this one counts for the body too. */
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, head -> new BoundedBody(MAX_ANSWER_BYTES));
        try {
            return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + TIMEOUT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }

    private static String words(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : cut(message);
    }

    private static JsonNode read(HttpResponse<byte[]> answer, String where) throws RegistryException {
        JsonNode body = parsed(answer.body());
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return body;
        }
        String said = body.path("message").asText("");
        String text = where + " answers " + status + (said.isEmpty() ? "" : ": " + cut(said));
        throw new RegistryException(
                switch (status) {
                    case 401, 403 -> Reason.DENIED;
                    case NOT_FOUND -> Reason.NOT_FOUND;
                    case CONFLICT -> Reason.INCOMPATIBLE;
                    default -> Reason.REFUSED;
                },
                text);
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_WORDS ? line : line.substring(0, MAX_WORDS) + "…";
    }
}
