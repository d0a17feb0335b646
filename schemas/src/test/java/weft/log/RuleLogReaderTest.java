package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.RuleLogReader.Phase;
import weft.schema.VirtualService;

class RuleLogReaderTest {
    private final Mesh mesh = Mesh.shared();
    private final RecordingSink sink = new RecordingSink();

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    private static List<SpecificRecord> services(int count, String host) {
        List<SpecificRecord> services = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            services.add(virtualService("s" + i, host));
        }
        return services;
    }

    @Test
    void anEmptyLogIsLiveAtRevisionZero() {
        RuleLogReader reader = mesh.reader(sink, ReaderSettings.DEFAULT);
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        assertThat(sink.updates).isEmpty();
    }

    @Test
    void aBundleSplitOverManyPollsBecomesVisibleAtOnce() {
        RulePublisher publisher = mesh.publisher();
        RuleLogReader reader = mesh.reader(sink, ReaderSettings.DEFAULT.withMaxPollRecords(1));
        Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
        for (int round = 1; round <= 5; round++) {
            String host = "round" + round;
            publisher.publish(BundleDraft.upserting(services(40, host)));
            int expected = round;
            Mesh.poll(reader, () -> sink.updates.size() == expected);
            assertThat(sink.hosts())
                    .hasSize(40)
                    .allSatisfy((name, hosts) -> assertThat(hosts).containsExactly(host));
        }
        assertThat(sink.tables).extracting(RecordingSink.Table::revision).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void everyBatchSizeLeadsToTheSameState() {
        RulePublisher publisher = mesh.publisher();
        for (int round = 1; round <= 6; round++) {
            String oldest = round > 3 ? "s" + (round - 1) : "nobody";
            publisher.publish(
                    new BundleDraft(services(round - 1, "round" + round), List.of(key(oldest)), "", "", "", ""));
            publisher.publish(BundleDraft.upserting(services(round + 1, "round" + round)));
        }
        RuleState last = publisher.refresh();
        List<Map<String, List<String>>> results = new ArrayList<>();
        for (int batch : List.of(1, 2, 3, 7, 1000)) {
            RecordingSink own = new RecordingSink();
            RuleLogReader reader = mesh.reader(own, ReaderSettings.DEFAULT.withMaxPollRecords(batch));
            Mesh.poll(reader, () -> reader.phase() == Phase.LIVE);
            assertThat(own.revision()).isEqualTo(last.revision());
            results.add(own.hosts());
        }
        Map<String, List<String>> expected = new TreeMap<>();
        last.rules()
                .forEach((key, rule) -> expected.put(
                        key.name(), ((VirtualService) rule.resource()).getSpec().getHosts()));
        assertThat(results).containsOnly(expected);
    }
}
