package weft.local.mesh;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import weft.local.bookinfo.Workload;
import weft.log.KafkaUnreachableException;
import weft.log.MeshTopics;
import weft.log.TopicAdmin;
import weft.log.TopicMismatchException;
import weft.log.TopicNames;
import weft.publish.cli.Terminal;
import weft.publish.cli.WeftCommand;

/**
 * One start of a local mesh, in the order that is quickest: what does not need the broker starts beside it, and the
 * proxies find their rules when they come up. Confined to one thread.
 */
final class MeshStart {
    /** A cold start takes about 10 s on two cores; a loaded machine may need several times that. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration KAFKA_PATIENCE = Duration.ofSeconds(30);
    private static final Duration EXISTING_KAFKA_PATIENCE = Duration.ofSeconds(5);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final MeshHome home;
    private final MeshPlan plan;
    private final Supervisor supervisor;
    private final Steps steps;
    private final long began = System.nanoTime();

    MeshStart(MeshHome home, MeshPlan plan, Supervisor supervisor, Steps steps) {
        this.home = home;
        this.plan = plan;
        this.supervisor = supervisor;
        this.steps = steps;
    }

    static long deadline() {
        return System.nanoTime() + PATIENCE.toNanos();
    }

    /**
     * Brings everything up.
     *
     * @param rules applied last; null for none
     * @throws MeshException when some part does not come up; what runs by then is left to the caller
     */
    void run(@Nullable Path rules, int rps) throws IOException, MeshException {
        plan.stepped().forEach(steps::line);
        Child demo = kafkaAndDemo();
        topics();

        rules(rules);
        long proxiesBegan = System.nanoTime();
        List<Child> proxies = new ArrayList<>();
        proxies.add(supervisor.start(plan.gateway()));
        for (ChildSpec sidecar : plan.sidecars()) {
            proxies.add(supervisor.start(sidecar));
        }
        Child sink = supervisor.start(plan.sink());
        for (Child proxy : proxies) {
            supervisor.awaitReady(proxy, deadline());
        }
        steps.done("proxies", "gateway and " + plan.sidecars().size() + " sidecars", System.nanoTime() - proxiesBegan);
        supervisor.awaitReady(demo, deadline());
        awaitPage();
        steps.done("bookinfo", UpCommand.pageUrl(supervisor.state()));
        visitors(rps);
        steps.done(
                "load",
                rps == 0
                        ? "none                 (weft demo-load --rps 15)"
                        : rps + " pages/s           (weft demo-load --stop)");
        supervisor.awaitReady(sink, deadline());
        steps.done("console", "http://localhost:" + plan.sink().port() + "   all up in", System.nanoTime() - began);
        next();
    }

    private Child kafkaAndDemo() throws IOException, MeshException {
        Child broker = plan.broker() == null ? null : supervisor.start(plan.broker());
        Child demo = supervisor.start(plan.demo());
        if (broker != null) {
            supervisor.awaitReady(broker, deadline());
            steps.done("Kafka (embedded, KRaft)", plan.kafka(), System.nanoTime() - began);
        }
        return demo;
    }

    private void topics() throws MeshException {
        long topicsBegan = System.nanoTime();
        var topics = new MeshTopics(TopicNames.DEFAULT).all();
        Duration patience = plan.broker() == null ? EXISTING_KAFKA_PATIENCE : KAFKA_PATIENCE;
        try {
            new TopicAdmin(Map.of("bootstrap.servers", plan.kafka()), patience).ensure(topics);
        } catch (KafkaUnreachableException e) {
            throw new MeshException(MeshException.KAFKA_UNREACHABLE, String.valueOf(e.getMessage()));
        } catch (TopicMismatchException e) {
            throw new MeshException(MeshException.FAILED, String.valueOf(e.getMessage()));
        }
        steps.done("topics", topics.size() + " topics", System.nanoTime() - topicsBegan);
    }

    private void rules(@Nullable Path more) throws IOException, MeshException {
        long rulesBegan = System.nanoTime();
        Files.writeString(home.workloadRules(), WorkloadRules.yaml(plan.inboundPorts()), StandardCharsets.UTF_8);
        Path samples = samples();
        apply(
                List.of(samples.resolve("services.yaml"), samples.resolve("gateway.yaml"), home.workloadRules()),
                "weft up: the bookinfo services");
        if (more != null) {
            apply(List.of(more), "weft up --rules " + more);
        }
        steps.done("rules", "bookinfo's services, subsets and gateway", System.nanoTime() - rulesBegan);
    }

    private static Path samples() {
        return Path.of(System.getProperty("weft.root", "."), "samples", "bookinfo", "mesh");
    }

    /** Publishes without waiting for the proxies: they read the rules as they come up. */
    private void apply(List<Path> files, String why) throws MeshException {
        List<String> arguments = new ArrayList<>(List.of("apply"));
        files.forEach(file -> arguments.addAll(List.of("-f", file.toString())));
        arguments.addAll(List.of("--kafka", plan.kafka(), "--no-wait", "-m", why));
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        Terminal terminal = new Terminal(InputStream.nullInputStream(), writer, writer, System.getenv(), false);
        int exitCode = WeftCommand.run(terminal, arguments.toArray(String[]::new));
        if (exitCode != 0) {
            throw new MeshException(
                    exitCode,
                    "the rules could not be applied:\n    "
                            + said.toString().strip().replace("\n", "\n    "));
        }
    }

    private void awaitPage() throws MeshException {
        String page = UpCommand.pageUrl(supervisor.state()).replace("localhost", "127.0.0.1");
        long deadline = deadline();
        int status = Probe.status(page);
        while (status != 200) {
            if (System.nanoTime() - deadline > 0) {
                throw new MeshException(
                        MeshException.TIMED_OUT, page + " answers " + status + " (expected: 200); see " + home.root());
            }
            LockSupport.parkNanos(POLL_NANOS);
            status = Probe.status(page);
        }
    }

    /** They come when there is something to see: failures of the start would stand in the telemetry for ever. */
    private void visitors(int rps) throws MeshException {
        try {
            DemoLoadCommand.setRate(plan.controlPort(), rps);
        } catch (IOException e) {
            throw new MeshException(MeshException.FAILED, "the visitors do not answer: " + e.getMessage());
        }
    }

    private void next() {
        Path samples = samples().getParent();
        Path here = Path.of("").toAbsolutePath();
        Path shown = samples == null ? here : samples.startsWith(here) ? here.relativize(samples) : samples;
        steps.line("");
        steps.line("Next:  weft apply -f " + shown.resolve("reviews-90-10.yaml")
                + "     # one reload in ten shows black stars");
        steps.line("       weft stat        weft tail        weft proxies        weft down");
        if (!plan.kafka().equals("127.0.0.1:9092")) {
            steps.line("       export WEFT_KAFKA=" + plan.kafka());
        }
    }

    /** One YAML document per workload: which port of this machine it is reached at. */
    private static final class WorkloadRules {
        private WorkloadRules() {}

        static String yaml(Map<Workload, Integer> inboundPorts) {
            StringBuilder yaml = new StringBuilder("# Written by weft up: where each workload's sidecar listens.\n");
            for (Workload workload : Workload.ALL) {
                yaml.append("""
                        ---
                        apiVersion: networking.istio.io/v1
                        kind: WorkloadEntry
                        metadata:
                          name: %s
                        spec:
                          address: 127.0.0.1
                          ports:
                            http: %d
                          labels:
                            app: %s
                            version: %s
                        """.formatted(
                        workload.name(), inboundPorts.getOrDefault(workload, 0), workload.app(), workload.version()));
            }
            return yaml.toString();
        }
    }
}
