package weft.local.chaos;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** One of several KRaft nodes, as a process: {@code ChaosBroker NODE CLUSTER FOLDER ADDRESS:PORT:CONTROLLER_PORT,...}. */
final class ChaosBroker {
    private ChaosBroker() {}

    public static void main(String[] args) throws Exception {
        int node = Integer.parseInt(args[0]);
        Path data = Path.of(args[2]);
        List<String> nodes = List.of(args[3].split(",", -1));
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
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties(node, nodes, data)), Time.SYSTEM);
        server.startup();
        server.awaitShutdown();
    }

    private static Map<String, Object> properties(int node, List<String> nodes, Path data) {
        Map<String, Object> p = new TreeMap<>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", String.valueOf(node));
        p.put(
                "controller.quorum.voters",
                IntStream.range(0, nodes.size())
                        .mapToObj(i -> (i + 1) + "@" + controller(nodes.get(i)))
                        .collect(Collectors.joining(",")));
        p.put("controller.listener.names", "CONTROLLER");
        String mine = nodes.get(node - 1);
        String listeners = "PLAINTEXT://" + client(mine) + ",CONTROLLER://" + controller(mine);
        p.put("listeners", listeners);
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("log.dirs", data.toString());
        p.put("auto.create.topics.enable", "false");
        p.put("unclean.leader.election.enable", "false");
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.put(topic + ".num.partitions", "1");
            p.put(topic + ".replication.factor", String.valueOf(nodes.size()));
        }
        p.put("transaction.state.log.min.isr", "2");
        p.put("min.insync.replicas", "2");
        p.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20));
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "2");
        p.put("background.threads", "2");
        p.put("controller.quorum.fetch.timeout.ms", "1500");
        p.put("broker.session.timeout.ms", "3000");
        p.put("broker.heartbeat.interval.ms", "500");
        p.put("replica.lag.time.max.ms", "5000");
        p.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        p.put("add.partitions.to.txn.retry.backoff.ms", "5");
        return p;
    }

    /** Where clients and other brokers find a node. */
    static String client(String node) {
        return node.substring(0, node.lastIndexOf(':'));
    }

    private static String controller(String node) {
        return node.substring(0, node.indexOf(':')) + node.substring(node.lastIndexOf(':'));
    }
}
