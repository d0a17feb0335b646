package weft.sink.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.log.MeshTopics;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.sink.query.FakeStores;
import weft.sink.tail.TailFeed;
import weft.sink.traffic.Entries;
import weft.sink.traffic.SinkCounters;

class TailTest {
    private final TopicNames topics = TestBroker.freshTopics();
    private final WireCodec codec = WireCodec.withLocalSchemas();

    @Test
    @Timeout(60)
    void watcherSeesMatchingRequestsAndHowManyWereSkipped() throws Exception {
        new TopicAdmin(TestBroker.shared().clientProperties(), Duration.ofSeconds(20))
                .ensure(List.of(new MeshTopics(topics).accessLogs()));
        TailFeed feed = new TailFeed(TestBroker.shared().clientProperties(), topics);
        WebServer.Parts parts = new WebServer.Parts(
                new FakeStores(), new SinkCounters(), feed, () -> true, () -> "RUNNING", InstantSource.system());
        AtomicBoolean isTelling = new AtomicBoolean(true);
        Thread teller = new Thread(() -> tell(isTelling));
        WebServer server = WebServer.start(parts, new InetSocketAddress("127.0.0.1", 0));
        teller.start();
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port()
                                        + "/api/v1/tail?service=reviews&status=5xx&maxRps=1"))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        JsonNode entry = null;
        JsonNode skipped = null;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            while (entry == null || skipped == null) {
                String line = lines.readLine();
                if (line.equals("event: entry")) {
                    entry = new ObjectMapper().readTree(lines.readLine().substring("data: ".length()));
                } else if (line.equals("event: skipped")) {
                    skipped = new ObjectMapper().readTree(lines.readLine().substring("data: ".length()));
                }
            }
        } finally {
            isTelling.set(false);
            teller.join();
            feed.close();
            server.close();
        }
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream;charset=utf-8");
        assertThat(entry.get("response_code").asInt()).isEqualTo(503);
        assertThat(entry.get("destination_service").asText()).isEqualTo("reviews.default.svc.cluster.local");
        assertThat(entry.get("start_time").asText()).endsWith("Z");
        assertThat(entry.get("x_forwarded_for").isNull()).isTrue();
        assertThat(skipped.get("skipped").asLong()).isPositive();
    }

    /** A watcher sees what is told after it came: so it is told again and again. */
    private void tell(AtomicBoolean isTelling) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                TestBroker.shared().clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            while (isTelling.get()) {
                for (int code : new int[] {200, 503, 503, 404}) {
                    byte[] value = codec.encode(Entries.at(System.currentTimeMillis())
                            .setResponseCode(code)
                            .build());
                    producer.send(new ProducerRecord<>(topics.accessLogs(), value));
                }
                producer.flush();
                Thread.onSpinWait();
            }
        }
    }
}
