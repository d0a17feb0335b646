package weft.local.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;

/** The aggregator's REST answers. Thread-safe. */
final class Console {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;

    Console(int port) {
        this.port = port;
    }

    /** Requests that a client's proxy sent to a service, as counted so far. */
    long requests(String service, String source) throws IOException {
        long sum = 0;
        for (JsonNode row : traffic("?by=edge&last=all&reporter=source").path("rows")) {
            if (row.path("service").asText().startsWith(service)
                    && row.path("source").asText().equals(source)) {
                sum += row.path("requests").asLong();
            }
        }
        return sum;
    }

    /** Entries counted, dropped, and wanted, over all proxies. */
    Accounting accounting() throws IOException {
        JsonNode accessLog = traffic("?last=all").path("accessLog");
        return new Accounting(
                accessLog.path("counted").asLong(),
                accessLog.path("dropped").asLong(),
                accessLog.path("entries").asLong());
    }

    record Accounting(long counted, long dropped, long entries) {
        boolean isSettled() {
            return counted + dropped == entries;
        }
    }

    private JsonNode traffic(String query) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            HttpConnection.Answer answer = connection.get("/api/v1/traffic" + query, Map.of("host", "localhost"));
            if (answer.status() != 200) {
                throw new IOException(answer.status() + " " + answer.body());
            }
            return JSON.readTree(answer.body());
        }
    }
}
