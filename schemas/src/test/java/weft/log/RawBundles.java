package weft.log;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/** Writes bundles with values of any bytes, as a newer build or a broken one might. Confined to the test's thread. */
final class RawBundles {
    private final Mesh mesh;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, byte[]> live = new HashMap<>();
    private long revision;

    RawBundles(Mesh mesh) {
        this.mesh = mesh;
        this.producer = mesh.producer(Map.of("transactional.id", mesh.names.prefix() + "-rules", "linger.ms", 0));
        producer.initTransactions();
    }

    /** Writes one value, or a tombstone, as a bundle of its own; the offset of its commit is not waited for. */
    long write(String key, byte @Nullable [] value) {
        if (value == null) {
            live.remove(key);
        } else {
            live.put(key, value);
        }
        StateDigest digest = new StateDigest();
        live.forEach(digest::add);
        revision++;
        Commit commit = Commit.newBuilder()
                .setRevision(revision)
                .setCount(1)
                .setBundleId("bundle" + revision)
                .setStateDigest(ByteBuffer.wrap(digest.toBytes()))
                .setEntries(live.size())
                .build();
        BundleHeaders headers = new BundleHeaders(revision, 1, 0, "bundle" + revision);
        producer.beginTransaction();
        producer.send(mesh.rule(key, value, headers));
        producer.send(mesh.rule(BundleHeaders.COMMIT_KEY, mesh.codec.encode(commit), headers));
        producer.commitTransaction();
        return revision;
    }

    /** Begins a bundle as the mesh's publisher, writes a tombstone and dies. */
    static void abandonOne(Mesh mesh, long revision) {
        try (KafkaProducer<byte[], byte[]> dying = new KafkaProducer<>(
                KafkaClients.with(mesh.kafka(), Map.of("transactional.id", mesh.names.prefix() + "-rules")),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            dying.initTransactions();
            dying.beginTransaction();
            dying.send(mesh.rule("VirtualService/default/s0", null, new BundleHeaders(revision, 1, 0, "dead")));
            dying.flush();
            dying.close(Duration.ZERO);
        }
    }
}
