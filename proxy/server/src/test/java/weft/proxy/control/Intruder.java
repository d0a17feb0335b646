package weft.proxy.control;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import weft.log.StateDigest;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.schema.Commit;

/** One who may write to the rules topic and knows its format, but is no publisher. Confined to the test's thread. */
final class Intruder implements AutoCloseable {
    private static final String COMMIT = "~commit";

    private final TopicPartition rules;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;

    Intruder(Map<String, Object> kafka, TopicNames names, String transactionalId) {
        rules = new TopicPartition(names.rules(), 0);
        Map<String, Object> writing = new HashMap<>(kafka);
        writing.put("transactional.id", transactionalId);
        writing.put("transaction.timeout.ms", 60_000);
        writing.put("max.request.size", 64 << 20);
        producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer());
        Map<String, Object> reading = new HashMap<>(kafka);
        reading.put("isolation.level", "read_committed");
        reading.put("auto.offset.reset", "earliest");
        consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        producer.initTransactions();
    }

    KafkaProducer<byte[], byte[]> producer() {
        return producer;
    }

    void write(List<ProducerRecord<byte[], byte[]>> records) {
        producer.beginTransaction();
        records.forEach(producer::send);
        producer.commitTransaction();
    }

    ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value, long revision, int count, int index) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(rules.topic(), 0, key.getBytes(StandardCharsets.UTF_8), value);
        record.headers()
                .add("r", ByteBuffer.allocate(8).putLong(revision).array())
                .add("n", ByteBuffer.allocate(4).putInt(count).array())
                .add("i", ByteBuffer.allocate(4).putInt(index).array())
                .add("b", "intruder".getBytes(StandardCharsets.UTF_8));
        return record;
    }

    ProducerRecord<byte[], byte[]> bare(@Nullable String key, byte @Nullable [] value) {
        return new ProducerRecord<>(rules.topic(), 0, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value);
    }

    /** A bundle of values that no publisher would write, its commit record as right as a publisher's. */
    List<ProducerRecord<byte[], byte[]>> bundle(WireCodec codec, Map<String, byte[]> values) {
        Map<String, byte[]> live = new TreeMap<>();
        long revision = 0;
        for (ConsumerRecord<byte[], byte[]> each : log()) {
            String key = new String(each.key(), StandardCharsets.UTF_8);
            if (each.headers().lastHeader("b") == null) {
                continue; // counts for nobody
            }
            if (key.equals(COMMIT)) {
                revision++;
            } else if (each.value() == null) {
                live.remove(key);
            } else {
                live.put(key, each.value());
            }
        }
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (Map.Entry<String, byte[]> each : values.entrySet()) {
            live.put(each.getKey(), each.getValue());
            records.add(record(each.getKey(), each.getValue(), revision + 1, values.size(), records.size()));
        }
        StateDigest digest = new StateDigest();
        live.forEach(digest::add);
        Commit commit = Commit.newBuilder()
                .setRevision(revision + 1)
                .setCount(values.size())
                .setBundleId("intruder")
                .setStateDigest(ByteBuffer.wrap(digest.toBytes()))
                .setEntries(live.size())
                .build();
        records.add(record(COMMIT, codec.encode(commit), revision + 1, values.size(), values.size()));
        return records;
    }

    /** Everything committed so far. */
    List<ConsumerRecord<byte[], byte[]>> log() {
        List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        consumer.assign(List.of(rules));
        consumer.seekToBeginning(List.of(rules));
        long end = consumer.endOffsets(List.of(rules)).getOrDefault(rules, 0L);
        while (consumer.position(rules) < end) {
            consumer.poll(Duration.ofMillis(100)).forEach(log::add);
        }
        return log;
    }

    /** Writes records of the log once more, headers and all. */
    void replay(List<ConsumerRecord<byte[], byte[]>> records) {
        write(records.stream()
                .map(r -> new ProducerRecord<>(r.topic(), r.partition(), r.key(), r.value(), r.headers()))
                .toList());
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        consumer.close();
    }
}
