package weft.sink.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.AccessLogEntry;

class EntryReaderTest {
    private static final long SEED = 7;
    private final WireCodec codec = Entries.codec();
    private final EntryReader reader = new EntryReader(codec, value -> {});

    @Test
    void readsValuesThatNameTheirSchemaByAnIdOnceItIsLearnt() throws WireException {
        WireCodec writer = Entries.codec();
        writer.useId(AccessLogEntry.getClassSchema(), 7);
        WireCodec own = Entries.codec();
        EntryReader learning = new EntryReader(
                own,
                value -> own.learnId(WireCodec.idOf(value), WireCodec.fingerprint(AccessLogEntry.getClassSchema())));
        Random random = new Random(SEED);
        for (int i = 0; i < 50; i++) {
            AccessLogEntry entry = Entries.random(random);
            assertThat(learning.read(writer.encode(entry)).routeName).isEqualTo(entry.getRouteName());
            assertThat(learning.read(own.encode(entry)).durationMicros).isEqualTo(entry.getDurationMicros());
        }
        byte[] unknown = writer.encode(Entries.random(random));
        assertThatThrownBy(() -> reader.read(unknown))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("schema id 7");
    }

    @Test
    void readsTheSameFieldsAsWholeDecoding() throws WireException {
        Random random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            AccessLogEntry entry = Entries.random(random);
            EntryFields read = reader.read(codec.encode(entry));
            assertThat(read.startMicros)
                    .as("seed %d entry %d", SEED, i)
                    .isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, entry.getStartTime()));
            assertThat(new long[] {
                        read.durationMicros,
                        read.bytesReceived,
                        read.bytesSent,
                        read.bundle,
                        read.responseCode,
                        read.attempts
                    })
                    .containsExactly(
                            entry.getDurationMicros(),
                            entry.getBytesReceived(),
                            entry.getBytesSent(),
                            entry.getBundleId(),
                            entry.getResponseCode(),
                            entry.getAttempts());
            assertThat(read.hasCluster).isEqualTo(entry.getUpstreamCluster() != null);
            assertThat(new String[] {
                        read.responseFlags,
                        read.routeName,
                        read.protocol,
                        read.reporter,
                        read.ruleRef,
                        read.sourceWorkload,
                        read.sourceNamespace,
                        read.destinationService,
                        read.destinationNamespace,
                        read.destinationWorkload,
                        read.destinationVersion,
                        read.subset
                    })
                    .containsExactly(
                            entry.getResponseFlags(),
                            entry.getRouteName(),
                            entry.getProtocol(),
                            entry.getReporter(),
                            entry.getRuleRef(),
                            entry.getSourceWorkload(),
                            entry.getSourceNamespace(),
                            entry.getDestinationService(),
                            entry.getDestinationNamespace(),
                            entry.getDestinationWorkload(),
                            entry.getDestinationVersion(),
                            entry.getSubset());
        }
    }

    @Test
    void brokenBytesAreAnErrorAndNeverAnythingElse() {
        Random random = new Random(SEED);
        byte[] good = codec.encode(Entries.at(1_000).build());
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length));
            assertThatThrownBy(() -> reader.read(bad)).isInstanceOf(WireException.class);
            byte[] flipped = good.clone();
            flipped[10 + random.nextInt(good.length - 10)] ^= (byte) (1 << random.nextInt(8));
            try {
                reader.read(flipped).key();
            } catch (WireException expected) {
                assertThat(expected.code()).isEqualTo(WireException.Code.CORRUPT_BODY);
            }
        }
    }

    @Test
    void requestsNobodyTookAreCountedUnderOneService() throws WireException {
        byte[] value = codec.encode(Entries.at(1_000)
                .setUpstreamCluster(null)
                .setRuleRef("")
                .setDestinationService("attacker-1234.example")
                .build());
        assertThat(reader.read(value).key().destinationService()).isEqualTo("unknown");
    }
}
