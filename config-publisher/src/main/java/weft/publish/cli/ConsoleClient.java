package weft.publish.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks the aggregator's REST API. Confined to the command's thread. */
final class ConsoleClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);

    private final String base;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client;

    ConsoleClient(String base) {
        this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /**
     * One JSON document; parameters that are empty are left out.
     *
     * @throws CommandFailure when nobody answers, or with something else than 200
     */
    JsonNode get(String path, Map<String, String> parameters) {
        HttpResponse<String> response =
                send(request(path, parameters).timeout(ANSWER_TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
        requireOk(response.statusCode(), response.body());
        return parse(response.body());
    }

    /**
     * Reads a stream of server-sent events until it ends, each as its name and its data.
     *
     * @throws CommandFailure when nobody answers, or with something else than 200
     */
    void stream(String path, Map<String, String> parameters, BiConsumer<String, JsonNode> events) {
        HttpRequest request =
                request(path, parameters).header("Accept", "text/event-stream").build();
        HttpResponse<Stream<String>> response = send(request, HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                requireOk(response.statusCode(), lines.limit(20).collect(Collectors.joining("\n")));
            }
            String event = "message";
            StringBuilder data = new StringBuilder();
            for (Iterator<String> all = lines.iterator(); all.hasNext(); ) {
                String line = all.next();
                if (line.isEmpty() && data.length() > 0) {
                    events.accept(event, parse(data.toString()));
                    event = "message";
                    data.setLength(0);
                } else if (line.startsWith("event:")) {
                    event = line.substring("event:".length()).strip();
                } else if (line.startsWith("data:")) {
                    data.append(line, "data:".length(), line.length());
                }
            }
        } catch (UncheckedIOException e) {
            throw new CommandFailure(ExitCode.KAFKA_UNREACHABLE, "the aggregator at " + base + " went away", e);
        }
    }

    private HttpRequest.Builder request(String path, Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .filter(p -> !p.getValue().isEmpty())
                .map(p -> p.getKey() + "=" + URLEncoder.encode(p.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        try {
            return HttpRequest.newBuilder(URI.create(base + path + (query.isEmpty() ? "" : "?" + query)));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "console: \"" + base + "\" is not a URL (expected, for example: http://host:20001)");
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.KAFKA_UNREACHABLE,
                    "no aggregator answered at " + base + " (is it running: weft up or weft sink; is this the right"
                            + " address: --console or WEFT_CONSOLE?)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted", e);
        }
    }

    private void requireOk(int status, String body) {
        if (status != 200) {
            String detail = "";
            try {
                JsonNode problem = json.readTree(body);
                detail = problem == null
                        ? ""
                        : problem.path("detail").asText(problem.path("title").asText());
            } catch (JsonProcessingException e) {
                // An answer that is no problem document has nothing to say beyond its status.
            }
            throw new CommandFailure(
                    ExitCode.FAILED, "the aggregator answered " + status + (detail.isEmpty() ? "" : ": " + detail));
        }
    }

    private JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailure(ExitCode.FAILED, "the aggregator at " + base + " did not answer JSON", e);
        }
    }
}
