package weft.log.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry on a loopback port: Confluent's REST API as Apicurio 3.3.3 was seen to answer it, status for status,
 * but with Confluent's default of BACKWARD compatibility. Thread-safe.
 */
public final class TestRegistry implements AutoCloseable {
    /** An answer in place of the registry's own. */
    @FunctionalInterface
    public interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/vnd.schemaregistry.v1+json";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<Integer>> subjects = new TreeMap<>();
    private final Map<String, String> levels = new HashMap<>();
    private final List<String> schemas = new ArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile @Nullable String authorization;
    private volatile @Nullable Answer answer;

    public TestRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Wants this header from now on. */
    public void require(String header) {
        authorization = header;
    }

    /** Answers everything like this from now on; null for its own answers. */
    public void answer(@Nullable Answer other) {
        answer = other;
    }

    /** Lines as {@code GET /subjects}, in the order in which they came. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Puts a schema under an id and a subject, whatever it is. */
    public synchronized int put(String subject, String schema) {
        schemas.add(schema);
        subjects.computeIfAbsent(subject, s -> new ArrayList<>()).add(schemas.size());
        return schemas.size();
    }

    public synchronized void level(String subject, String level) {
        levels.put(subject, level);
    }

    /** The schema of an id, as a consumer in any language would ask for it. */
    public synchronized Schema schema(int id) {
        return new Schema.Parser().parse(schemas.get(id - 1));
    }

    public synchronized Map<String, List<Integer>> subjects() {
        return new TreeMap<>(subjects);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            requests.add(exchange.getRequestMethod() + " " + path);
            Answer other = answer;
            if (other != null) {
                other.give(exchange);
                return;
            }
            String wanted = authorization;
            if (wanted != null && !wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                send(exchange, 401, error(401, "Unauthorized"));
                return;
            }
            synchronized (this) {
                route(exchange, path.substring(1).split("/", -1));
            }
        } catch (IOException e) {
            throw e;
        } catch (RuntimeException e) {
            e.printStackTrace();
            throw e;
        }
    }

    private void route(HttpExchange exchange, String[] path) throws IOException {
        String what = exchange.getRequestMethod() + " " + path[0];
        switch (what) {
            case "GET subjects" -> send(exchange, 200, JSON.valueToTree(subjects.keySet()));
            case "GET schemas" -> {
                int id = Integer.parseInt(path[2]);
                if (id < 1 || id > schemas.size()) {
                    send(exchange, 404, error(40403, "Schema " + id + " not found."));
                } else {
                    send(exchange, 200, JSON.createObjectNode().put("schema", schemas.get(id - 1)));
                }
            }
            case "GET config" -> config(exchange, path);
            case "POST subjects" -> post(exchange, decoded(path[1]), path.length > 2);
            case "POST compatibility" -> {
                Schema schema = sent(exchange);
                if (schema != null) {
                    boolean fits = fits(decoded(path[2]), schema);
                    send(exchange, 200, JSON.createObjectNode().put("is_compatible", fits));
                }
            }
            default -> send(exchange, 405, error(405, "HTTP 405 Method Not Allowed"));
        }
    }

    private void config(HttpExchange exchange, String[] path) throws IOException {
        String level = path.length == 1 ? "BACKWARD" : levels.get(decoded(path[1]));
        if (level == null) {
            send(exchange, 404, error(40408, "Subject does not have subject-level compatibility configured"));
        } else {
            send(exchange, 200, JSON.createObjectNode().put("compatibilityLevel", level));
        }
    }

    private void post(HttpExchange exchange, String subject, boolean registers) throws IOException {
        Schema schema = sent(exchange);
        if (schema == null) {
            return;
        }
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        for (int id : versions) {
            if (schemas.get(id - 1).equals(schema.toString())) {
                send(exchange, 200, JSON.createObjectNode().put("id", id));
                return;
            }
        }
        if (!registers) {
            send(
                    exchange,
                    404,
                    versions.isEmpty()
                            ? error(40401, "Subject '" + subject + "' not found.")
                            : error(40403, "The given schema does not match any schema under the subject " + subject));
        } else if (!fits(subject, schema)) {
            send(exchange, 409, error(409, "Incompatible artifact: " + subject));
        } else {
            send(exchange, 200, JSON.createObjectNode().put("id", put(subject, schema.toString())));
        }
    }

    private boolean fits(String subject, Schema schema) {
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        if (versions.isEmpty() || "NONE".equals(levels.get(subject))) {
            return true;
        }
        Schema latest = schema(versions.get(versions.size() - 1));
        return SchemaCompatibility.checkReaderWriterCompatibility(schema, latest)
                        .getType()
                == SchemaCompatibilityType.COMPATIBLE;
    }

    /** Null when an error was sent. */
    private static @Nullable Schema sent(HttpExchange exchange) throws IOException {
        if (!JSON_TYPE.equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            send(exchange, 415, error(415, "HTTP 415 Unsupported Media Type"));
            return null;
        }
        JsonNode body = JSON.readTree(exchange.getRequestBody());
        try {
            return new Schema.Parser().parse(body.path("schema").asText());
        } catch (AvroRuntimeException e) {
            send(exchange, 422, error(42201, "Failed to discover artifact type from content."));
            return null;
        }
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment, StandardCharsets.UTF_8);
    }

    private static ObjectNode error(int code, String message) {
        return JSON.createObjectNode().put("error_code", code).put("message", message);
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", JSON_TYPE);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
