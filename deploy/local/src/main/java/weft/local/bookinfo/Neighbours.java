package weft.local.bookinfo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/**
 * The other services as one service reaches them: through its sidecar's outbound listener, by name. Thread-safe.
 *
 * <p>The sidecar finds the service by the {@code Host} header, which the JDK's client sends only when the system
 * property {@code jdk.httpclient.allowRestrictedHeaders} names it.
 */
final class Neighbours {
    /** A sidecar is on the same machine: one that does not accept within a second is not there. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;
    private final int outboundPort;

    /** @param outboundPort of the caller's sidecar */
    Neighbours(HttpClient client, int outboundPort) {
        this.client = client;
        this.outboundPort = outboundPort;
    }

    static HttpClient newClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /**
     * Outcome of a call to another service.
     *
     * @param status 504 when it took too long, 503 when the sidecar could not be reached
     * @param body a missing node unless the status is 200
     */
    record Reply(int status, JsonNode body) {
        boolean isOk() {
            return status == 200;
        }
    }

    /** GET from a service by its name and port, with the headers that the call passes on. */
    Reply get(String authority, String path, Call onBehalfOf, Duration timeout) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + outboundPort + path))
                .timeout(timeout)
                .header("host", authority);
        onBehalfOf.forwarded().forEach(request::header);
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return response.statusCode() == 200
                    ? new Reply(200, JSON.readTree(response.body()))
                    : new Reply(response.statusCode(), JSON.missingNode());
        } catch (HttpTimeoutException e) {
            return new Reply(504, JSON.missingNode());
        } catch (JsonProcessingException e) {
            return new Reply(502, JSON.missingNode());
        } catch (IOException e) {
            return new Reply(503, JSON.missingNode());
        }
    }
}
