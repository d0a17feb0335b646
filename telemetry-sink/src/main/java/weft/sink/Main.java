package weft.sink;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import weft.log.Denial;
import weft.log.KafkaUnreachableException;
import weft.log.TopicMismatchException;
import weft.sink.tail.TailFeed;
import weft.sink.web.WebServer;

/** Starts {@code weft sink}. */
public final class Main {
    private static final String LOGGING = "logback.configurationFile";
    private static final int FAILED = 1;
    private static final int USAGE = 64;
    /** Kafka does not answer, or the port is taken: something this program needs is not to be had. */
    private static final int UNAVAILABLE = 69;

    private static final int DENIED = 77;

    private Main() {}

    public static void main(String[] args) {
        System.setProperty("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "weft/sink/logback.xml");
        }
        System.exit(new CommandLine(new SinkCommand(Main::run))
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, given) -> {
                    System.err.println("weft sink: " + e.getMessage());
                    System.err.println("try: weft sink --help");
                    return USAGE;
                })
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    Denial denial = Denial.of(e);
                    SinkCommand command = line.getCommand();
                    System.err.println("weft sink: "
                            + (denial == null ? e.getMessage() : denial.words(command.kafkaProperties())));
                    return denial == null ? codeOf(e) : DENIED;
                })
                .execute(args));
    }

    private static int codeOf(Exception e) {
        return e instanceof KafkaUnreachableException || e instanceof WebServer.PortTakenException
                ? UNAVAILABLE
                : e instanceof IllegalArgumentException && !(e instanceof TopicMismatchException) ? USAGE : FAILED;
    }

    /** Runs until the process is told to end. */
    private static int run(SinkSettings settings) throws InterruptedException {
        Aggregator.prepare(settings);
        Aggregator aggregator = new Aggregator(settings);
        TailFeed tail = new TailFeed(settings.kafka(), settings.topics());
        WebServer.Parts parts = new WebServer.Parts(
                aggregator,
                aggregator.counters(),
                tail,
                aggregator::isReady,
                aggregator::state,
                InstantSource.system());
        WebServer web;
        try {
            web = WebServer.start(parts, settings.listen());
        } catch (WebServer.PortTakenException e) {
            aggregator.close();
            throw e;
        }
        aggregator.start();
        System.out.println("weft sink: listening on http://" + settings.listen().getHostString() + ":" + web.port());
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            tail.close();
                            web.close();
                            aggregator.close();
                            ended.countDown();
                        },
                        "shutdown"));
        ended.await();
        return 0;
    }
}
