package weft.local.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The application behind one stand-in sidecar that sends each {@code Host} to the port set for it. */
class BookinfoTest {
    private static final Workload PRODUCTPAGE = new Workload("productpage", "v1");
    private static final Map<String, Integer> PORT_BY_HOST = new ConcurrentHashMap<>();
    private static final Map<String, String> USER_BY_HOST = new ConcurrentHashMap<>();
    private static HttpServer sidecar;
    private static Bookinfo bookinfo;
    private static HttpClient client;

    @BeforeAll
    static void start() throws IOException {
        Bookinfo.prepareJvm();
        client = HttpClient.newHttpClient();
        sidecar = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        sidecar.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
        sidecar.createContext("/", exchange -> {
            try (exchange) {
                String host = String.valueOf(exchange.getRequestHeaders().getFirst("host"));
                String user = exchange.getRequestHeaders().getFirst("end-user");
                USER_BY_HOST.put(host, user == null ? "" : user);
                Integer port = PORT_BY_HOST.get(host);
                if (port == null) {
                    exchange.sendResponseHeaders(503, -1);
                    return;
                }
                HttpRequest.Builder on = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + port + exchange.getRequestURI().getPath()));
                if (user != null) {
                    on.header("end-user", user);
                }
                HttpResponse<InputStream> answer = client.send(on.build(), HttpResponse.BodyHandlers.ofInputStream());
                byte[] body = answer.body().readAllBytes();
                exchange.sendResponseHeaders(answer.statusCode(), body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        sidecar.start();
        Map<Workload, Bookinfo.Place> places = new LinkedHashMap<>();
        Workload.ALL.forEach(
                w -> places.put(w, new Bookinfo.Place(0, sidecar.getAddress().getPort())));
        bookinfo = Bookinfo.start(places);
    }

    @AfterAll
    static void stop() {
        bookinfo.close();
        sidecar.stop(0);
    }

    @BeforeEach
    void everythingIsThere() {
        PORT_BY_HOST.put("details:9080", bookinfo.port(new Workload("details", "v1")));
        PORT_BY_HOST.put("ratings:9080", bookinfo.port(new Workload("ratings", "v1")));
        reviews("v1");
        USER_BY_HOST.clear();
    }

    private static void reviews(String version) {
        PORT_BY_HOST.put("reviews:9080", bookinfo.port(new Workload("reviews", version)));
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bookinfo.port(PRODUCTPAGE) + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void reviewsV1ShowsNoStars() throws Exception {
        assertThat(get("/productpage").body()).contains("data-reviews=\"v1\"").doesNotContain("★");
    }

    @Test
    void reviewsV2ShowsBlackStarsAndV3RedOnes() throws Exception {
        reviews("v2");
        assertThat(get("/productpage").body()).contains("data-reviews=\"v2\"", "stars black", "★★★★★", "★★★★☆");
        reviews("v3");
        assertThat(get("/productpage").body()).contains("data-reviews=\"v3\"", "stars red");
    }

    @Test
    void theSignedInUserReachesEveryService() throws Exception {
        reviews("v2");
        get("/productpage", "cookie", "a=b; session=jason");
        assertThat(USER_BY_HOST)
                .containsEntry("details:9080", "jason")
                .containsEntry("reviews:9080", "jason")
                .containsEntry("ratings:9080", "jason");
    }

    @Test
    void signingInSetsTheCookieAndSendsBackToThePage() throws Exception {
        HttpResponse<String> login = get("/login?user=jason");
        assertThat(login.statusCode()).isEqualTo(302);
        assertThat(login.headers().firstValue("set-cookie"))
                .hasValueSatisfying(c -> assertThat(c).startsWith("session=jason;"));
        assertThat(get("/login?user=%3Cscript%3E").statusCode()).isEqualTo(400);
    }

    @Test
    void missingServicesLeaveAPageThatSaysSo() throws Exception {
        PORT_BY_HOST.remove("details:9080");
        PORT_BY_HOST.remove("reviews:9080");
        HttpResponse<String> page = get("/productpage");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("the details of this book are missing right now (503)")
                .contains("the reviews of this book are missing right now (503)");
    }

    @Test
    void missingRatingsLeaveReviewsWithoutStars() throws Exception {
        PORT_BY_HOST.remove("ratings:9080");
        reviews("v3");
        assertThat(get("/productpage").body())
                .contains("Ratings are unavailable (503)")
                .doesNotContain("★");
    }

    @Test
    void theApiAnswersPerProduct() throws Exception {
        assertThat(get("/api/v1/products/0/reviews").body()).contains("\"version\":\"v1\"");
        assertThat(get("/api/v1/products/0").body()).contains("ISBN-10");
        assertThat(get("/api/v1/products/zero").statusCode()).isEqualTo(404);
        assertThat(get("/static/bookinfo.css").statusCode()).isEqualTo(200);
    }
}
