package weft.local.chaos;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** One of several KRaft nodes, as a process: {@code ChaosBroker NODE CLUSTER FIRST_PORT NODES FOLDER}. */
final class ChaosBroker {
    private ChaosBroker() {}

    public static void main(String[] args) throws Exception {
        int node = Integer.parseInt(args[0]);
        int firstPort = Integer.parseInt(args[2]);
        int nodes = Integer.parseInt(args[3]);
        Path data = Path.of(args[4]);
        Files.createDirectories(data);
        if (!Files.exists(data.resolve("meta.properties"))) {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(node)
                    .setClusterId(args[1])
                    .addDirectory(data.toString())
                    .setMetadataLogDirectory(data.toString())
                    .setControllerListenerName("CONTROLLER")
                    .run();
        }
        KafkaRaftServer server =
                new KafkaRaftServer(new KafkaConfig(properties(node, firstPort, nodes, data)), Time.SYSTEM);
        server.startup();
        server.awaitShutdown();
    }

    private static Map<String, Object> properties(int node, int firstPort, int nodes, Path data) {
        Map<String, Object> p = new TreeMap<>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", String.valueOf(node));
        p.put(
                "controller.quorum.voters",
                IntStream.range(0, nodes)
                        .mapToObj(i -> (i + 1) + "@127.0.0.1:" + (firstPort + nodes + i))
                        .collect(Collectors.joining(",")));
        p.put("controller.listener.names", "CONTROLLER");
        p.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + (firstPort + node - 1) + ",CONTROLLER://127.0.0.1:"
                        + (firstPort + nodes + node - 1));
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("log.dirs", data.toString());
        p.put("auto.create.topics.enable", "false");
        p.put("unclean.leader.election.enable", "false");
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.put(topic + ".num.partitions", "1");
            p.put(topic + ".replication.factor", String.valueOf(nodes));
        }
        p.put("transaction.state.log.min.isr", "2");
        p.put("min.insync.replicas", "2");
        p.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20));
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "2");
        p.put("background.threads", "2");
        p.put("broker.session.timeout.ms", "3000");
        p.put("broker.heartbeat.interval.ms", "500");
        p.put("replica.lag.time.max.ms", "5000");
        p.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        p.put("add.partitions.to.txn.retry.backoff.ms", "5");
        return p;
    }
}
