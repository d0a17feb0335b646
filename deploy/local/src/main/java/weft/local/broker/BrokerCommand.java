package weft.local.broker;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft broker}: the embedded broker as a process of its own. Confined to the main thread. */
@Command(
        name = "broker",
        description = "Runs the embedded Kafka broker on the loopback until it is told to end.",
        mixinStandardHelpOptions = true)
public final class BrokerCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "PORT", defaultValue = "9092", description = "client port")
    private int port;

    @Option(names = "--controller-port", paramLabel = "PORT", defaultValue = "9093", description = "KRaft's own port")
    private int controllerPort;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "folder for the log")
    private Path data = Path.of("");

    @Override
    public Integer call() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(data, port, controllerPort);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-shutdown"));
        System.out.println("ready " + broker.bootstrapServers());
        broker.awaitShutdown();
        return 0;
    }
}
