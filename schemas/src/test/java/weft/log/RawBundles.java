package weft.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/** Writes bundles with values of any bytes, as a newer build or a broken one might. Confined to the test's thread. */
public final class RawBundles implements AutoCloseable {
    private final Map<String, Object> kafka;
    private final TopicNames names;
    private final WireCodec codec = new WireCodec();
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, byte[]> live = new HashMap<>();
    private long revision;
    private int taken;

    RawBundles(Mesh mesh) {
        this(mesh.kafka(), mesh.names);
        mesh.opened(this);
    }

    /** The first writer of a mesh whose topics exist. */
    public RawBundles(Map<String, Object> kafka, TopicNames names) {
        this(kafka, names, names.prefix() + "-rules");
    }

    private RawBundles(Map<String, Object> kafka, TopicNames names, String transactionalId) {
        this.kafka = Map.copyOf(kafka);
        this.names = names;
        this.producer = new KafkaProducer<>(
                KafkaClients.with(kafka, Map.of("transactional.id", transactionalId, "linger.ms", 0)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** One that goes on from here, neither fenced by others nor fencing them. */
    RawBundles unfenced() {
        RawBundles next = new RawBundles(kafka, names, names.prefix() + "-unfenced");
        next.live.putAll(live);
        next.revision = revision;
        return next;
    }

    private ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value, BundleHeaders headers) {
        return new ProducerRecord<>(names.rules(), 0, key.getBytes(StandardCharsets.UTF_8), value, headers.toHeaders());
    }

    /** Leaves a value out of the next bundle that was in it, as compaction does when a later one has the key. */
    void takeFromNext(String key, byte[] value) {
        live.put(key, value);
        taken++;
    }

    /** Writes one value, or a tombstone, as a bundle of its own; the offset of its commit is not waited for. */
    public long write(String key, byte @Nullable [] value) {
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
                .setCount(1 + taken)
                .setBundleId("bundle" + revision)
                .setStateDigest(ByteBuffer.wrap(digest.toBytes()))
                .setEntries(live.size())
                .build();
        BundleHeaders headers = new BundleHeaders(revision, 1 + taken, 0, "bundle" + revision);
        taken = 0;
        producer.beginTransaction();
        producer.send(record(key, value, headers));
        producer.send(record(BundleHeaders.COMMIT_KEY, codec.encode(commit), headers));
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

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
