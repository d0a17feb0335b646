package weft.sink.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.AccessLogEntry;
import weft.schema.MetricBatch;
import weft.schema.TrafficWindow;

class TrafficTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final String KEY =
            "source|default|productpage-v1|default|reviews.default.svc.cluster.local|reviews-v1"
                    + "|v1|v1|default|VirtualService/default/reviews|HTTP/1.1";

    private final WireCodec codec = Entries.codec();
    private final SinkCounters counters = new SinkCounters();
    private final WireCodec published = new WireCodec();
    private TopologyTestDriver driver = driver();
    private TestInputTopic<byte[], byte[]> entries = entries();
    private TestOutputTopic<String, byte[]> traffic = traffic();

    private TopologyTestDriver driver() {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return new TopologyTestDriver(
                new TrafficTopology(
                                TopicNames.DEFAULT,
                                codec,
                                published,
                                value -> {},
                                new TrafficTopology.Settings(1_000, 60_000, false),
                                counters)
                        .build(),
                config,
                Instant.ofEpochMilli(NOW));
    }

    private TestInputTopic<byte[], byte[]> entries() {
        return driver.createInputTopic("weft.access-logs", new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<String, byte[]> traffic() {
        return driver.createOutputTopic("weft.traffic", new StringDeserializer(), new ByteArrayDeserializer());
    }

    @BeforeEach
    void startWithNothing() {
        assertThat(traffic.isEmpty()).isTrue();
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void tell(AccessLogEntry entry, long arrival) {
        entries.pipeInput(new byte[0], codec.encode(entry), Instant.ofEpochMilli(arrival));
    }

    /** The traffic topic as a reader that keeps one value per key sees it. */
    private Map<String, TrafficWindow> windows() throws WireException {
        Map<String, TrafficWindow> out = new TreeMap<>();
        for (KeyValue<String, byte[]> record : traffic.readKeyValuesToList()) {
            out.put(record.key, codec.decode(record.value, TrafficWindow.class));
        }
        return out;
    }

    @Test
    void countsOneEdgeInTheWindowInWhichRequestsEnd() throws WireException {
        tell(Entries.at(NOW + 100).build(), NOW + 150);
        tell(
                Entries.at(NOW + 900)
                        .setResponseCode(503)
                        .setResponseFlags("UF,URX")
                        .setAttempts(3)
                        .setBundleId(9)
                        .build(),
                NOW + 950);
        tell(Entries.at(NOW + 1_100).build(), NOW + 1_150);

        Map<String, TrafficWindow> windows = windows();

        assertThat(windows).containsOnlyKeys(KEY + "|" + NOW, KEY + "|" + (NOW + 1_000));
        TrafficWindow first = Objects.requireNonNull(windows.get(KEY + "|" + NOW));
        assertThat(first.getRequests()).isEqualTo(2);
        assertThat(first.getErrors()).isEqualTo(1);
        assertThat(first.getCodes()).containsExactlyInAnyOrderEntriesOf(Map.of("200", 1L, "503", 1L));
        assertThat(first.getFlags()).containsExactlyInAnyOrderEntriesOf(Map.of("UF", 1L, "URX", 1L));
        assertThat(first.getRetries()).isEqualTo(2);
        assertThat(first.getBytesReceived()).isEqualTo(6);
        assertThat(first.getBytesSent()).isEqualTo(200);
        assertThat(first.getDurationMicrosSum()).isEqualTo(20_000);
        assertThat(first.getDurationMicrosMax()).isEqualTo(10_000);
        assertThat(first.getBundleMin()).isEqualTo(7);
        assertThat(first.getBundleMax()).isEqualTo(9);
        assertThat(first.getWindowEnd()).isEqualTo(NOW + 1_000);
        assertThat(first.getDestinationService()).isEqualTo("reviews.default.svc.cluster.local");
    }

    @Test
    void windowsGoOutWithTheRegistrysIdAndAreKeptWithoutIt() throws WireException {
        tell(Entries.at(NOW).build(), NOW);
        windows();
        published.useId(TrafficWindow.getClassSchema(), 9);
        tell(Entries.at(NOW + 1).build(), NOW + 1);
        List<KeyValue<String, byte[]>> out = traffic.readKeyValuesToList();
        assertThat(out).isNotEmpty().allMatch(record -> WireCodec.isRegistered(record.value));
        assertThat(WireCodec.idOf(out.get(0).value)).isEqualTo(9);
        codec.learnId(9, WireCodec.fingerprint(TrafficWindow.getClassSchema()));
        assertThat(codec.decode(out.get(0).value, TrafficWindow.class).getRequests())
                .isEqualTo(2);
        driver.<String, byte[]>getKeyValueStore(TrafficTopology.TOTALS)
                .all()
                .forEachRemaining(
                        row -> assertThat(WireCodec.isSingleObject(row.value)).isTrue());
    }

    @Test
    void metricBatchesAreKeptReadableWhateverTheyNameTheirSchemaBy() throws WireException {
        WireCodec writer = Entries.codec();
        writer.useId(MetricBatch.getClassSchema(), 5);
        MetricBatch batch = new MetricBatch("p", "boot", 1L, NOW, 0L, 0L, List.of());
        driver.createInputTopic("weft.metrics", new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new byte[0], writer.encode(batch));
        assertThat(counters.undecodable.sum()).isEqualTo(1);
        codec.learnId(5, WireCodec.fingerprint(MetricBatch.getClassSchema()));
        driver.createInputTopic("weft.metrics", new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new byte[0], writer.encode(batch));
        byte[] kept =
                driver.<String, byte[]>getKeyValueStore(TrafficTopology.RUNS).get("p|boot");
        assertThat(Entries.codec().decode(kept, MetricBatch.class)).isEqualTo(batch);
    }

    @Test
    void answerlessRequestsAreErrors() throws WireException {
        tell(Entries.at(NOW).setResponseCode(0).setResponseFlags("DC").build(), NOW);
        assertThat(windows().values()).singleElement().satisfies(w -> {
            assertThat(w.getErrors()).isEqualTo(1);
            assertThat(w.getCodes()).containsEntry("0", 1L);
        });
    }

    @Test
    void relayedConnectionsAreErrorsOnlyWithAFlag() throws WireException {
        tell(Entries.at(NOW).setProtocol("").setResponseCode(0).build(), NOW);
        tell(
                Entries.at(NOW)
                        .setProtocol("")
                        .setResponseCode(0)
                        .setResponseFlags("UH")
                        .build(),
                NOW);
        assertThat(windows().values()).singleElement().satisfies(w -> {
            assertThat(w.getRequests()).isEqualTo(2);
            assertThat(w.getErrors()).isEqualTo(1);
        });
    }

    @Test
    void lateEntriesOfTheRetentionCountInTheirOwnWindow() throws WireException {
        tell(Entries.at(NOW + 20_000).build(), NOW + 20_000);
        tell(Entries.at(NOW).build(), NOW + 20_000);
        assertThat(windows()).containsKey(KEY + "|" + NOW);
        assertThat(counters.late.sum()).isZero();
    }

    @Test
    void entriesWithImplausibleClocksCountWhenTheyArrive() throws WireException {
        tell(Entries.at(NOW - 86_400_000).build(), NOW);
        tell(Entries.at(NOW + 86_400_000).build(), NOW);
        assertThat(windows()).containsOnlyKeys(KEY + "|" + NOW);
        assertThat(counters.late.sum()).isEqualTo(2);
        assertThat(total()).isEqualTo(2);
    }

    @Test
    void entriesOfForgottenWindowsCountInTheOldestKept() throws WireException {
        tell(Entries.at(NOW).build(), NOW);
        tell(Entries.at(NOW + 600_000).build(), NOW + 600_000);
        // Another partition that lags behind: its record is old by both clocks.
        tell(Entries.at(NOW).build(), NOW);
        assertThat(windows()).hasSize(3).containsKey(KEY + "|" + (NOW + 600_000 - 60_000 + 2_000));
        assertThat(counters.moved.sum()).isEqualTo(1);
        assertThat(total()).isEqualTo(3);
    }

    @Test
    void undecodableRecordsAreSteppedOverAndCounted() throws WireException {
        entries.pipeInput(new byte[0], new byte[] {1, 2, 3}, Instant.ofEpochMilli(NOW));
        entries.pipeInput(new byte[0], codec.encode(Entries.at(NOW).build()), Instant.ofEpochMilli(NOW));
        entries.pipeInput(
                new byte[0],
                codec.encode(new MetricBatch("p", "b", 1L, 1L, 0L, 0L, List.of())),
                Instant.ofEpochMilli(NOW));
        assertThat(counters.undecodable.sum()).isEqualTo(2);
        assertThat(total()).isEqualTo(1);
    }

    @Test
    void sumOfWindowsAndTotalsEqualWhatWasTold() throws WireException {
        Random random = new Random(3);
        int told = 5_000;
        for (int i = 0; i < told; i++) {
            long at = NOW + random.nextInt(300_000);
            tell(
                    Entries.at(at - random.nextInt(120_000))
                            .setSourceWorkload("client-" + random.nextInt(5))
                            .setDestinationVersion("v" + random.nextInt(3))
                            .build(),
                    at);
        }
        long inWindows = 0;
        for (TrafficWindow window : windows().values()) {
            inWindows += window.getRequests();
        }
        assertThat(inWindows).isEqualTo(told);
        assertThat(total()).isEqualTo(told);
    }

    private long total() throws WireException {
        long total = 0;
        try (KeyValueIterator<String, byte[]> all =
                driver.<String, byte[]>getKeyValueStore(TrafficTopology.TOTALS).all()) {
            while (all.hasNext()) {
                total += codec.decode(all.next().value, TrafficWindow.class).getRequests();
            }
        }
        return total;
    }

    @Test
    void newestBatchOfEachRunOfAProxyIsKept() throws WireException {
        TestInputTopic<byte[], byte[]> metrics =
                driver.createInputTopic("weft.metrics", new ByteArraySerializer(), new ByteArraySerializer());
        for (MetricBatch batch : List.of(batch("a", 2, 20), batch("a", 1, 10), batch("b", 1, 5), batch("a", 2, 20))) {
            metrics.pipeInput(new byte[0], codec.encode(batch));
        }
        List<Long> told = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all =
                driver.<String, byte[]>getKeyValueStore(TrafficTopology.RUNS).all()) {
            while (all.hasNext()) {
                told.add(codec.decode(all.next().value, MetricBatch.class).getAccessLogEntries());
            }
        }
        assertThat(told).containsExactlyInAnyOrder(20L, 5L);
    }

    private static MetricBatch batch(String boot, long seq, long entries) {
        return new MetricBatch("proxy-1", boot, seq, NOW, entries, 0L, List.of());
    }
}
