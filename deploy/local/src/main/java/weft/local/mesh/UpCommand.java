package weft.local.mesh;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weft up}: a mesh on this machine, from nothing. Confined to the main thread. */
@Command(
        name = "up",
        description = "Starts a mesh on this machine: a Kafka broker, a gateway, the bookinfo services each behind a"
                + " sidecar, visitors, and the aggregator.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  weft up --detach                    leave it running; weft down ends it",
            "  weft up --kafka broker:9092         use this cluster",
            "  weft up --rules my-rules            apply these rules as well",
            "",
            "Exit codes: 0 up, 1 failed, 64 usage, 65 bad YAML in --rules, 69 Kafka unreachable, 75 not ready in time,",
            "130 Ctrl-C while it started"
        })
public final class UpCommand implements Callable<Integer> {
    private static final int DEFAULT_RPS = 15;
    private static final long WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Option(names = "--detach", description = "return once it is up, and leave it running")
    private boolean detach;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "use this cluster instead of starting a broker")
    private @Nullable String kafka;

    @Option(names = "--rules", paramLabel = "DIR", description = "apply these rules after those of the application")
    private @Nullable Path rules;

    @Option(names = "--no-load", description = "start without visitors")
    private boolean noLoad;

    @Mixin
    private HomeOption home = new HomeOption();

    private final Steps steps = Steps.toStandardOutput();

    @Override
    public Integer call() throws IOException {
        MeshHome folder = home.home();
        folder.create();
        try (FileChannel lockFile =
                FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            try (FileLock lock = lockFile.tryLock()) {
                if (lock == null) {
                    System.err.println("weft up: another weft up is at work in " + folder.root());
                    return MeshException.FAILED;
                }
                Optional<MeshState> running =
                        MeshState.load(folder).filter(s -> !s.alive().isEmpty());
                return running.isPresent() ? resume(folder, running.get()) : fresh(folder);
            }
        }
    }

    /** Starts whatever has ended of a mesh that runs. */
    private int resume(MeshHome folder, MeshState state) throws IOException {
        String ignored = withoutEffectOn(state.kafka());
        if (!ignored.isEmpty()) {
            System.err.println("weft up: " + ignored);
            return MeshException.FAILED;
        }
        List<Child> dead = state.dead();
        if (dead.isEmpty()) {
            steps.line("running already: " + pageUrl(state) + "   (weft status, weft down)");
            return 0;
        }
        Supervisor supervisor = new Supervisor(folder, launcher(), state);
        try {
            for (Child child : dead) {
                long began = System.nanoTime();
                Child again = supervisor.start(child.spec());
                supervisor.awaitReady(again, MeshStart.deadline());
                steps.done(child.name(), "had ended, runs again", System.nanoTime() - began);
            }
        } catch (MeshException e) {
            System.err.println("weft up: " + e.getMessage());
            return e.exitCode();
        }
        return 0;
    }

    /** Why options of this call cannot be met by a mesh that runs already, and what to do; empty when they can. */
    private String withoutEffectOn(String runningKafka) {
        if (kafka != null && !kafka.equals(runningKafka)) {
            return "a mesh runs already, on Kafka at " + runningKafka + ", not at " + kafka
                    + "; end it first: weft down";
        }
        if (rules != null) {
            return "a mesh runs already; apply the rules to it: weft apply -f " + rules + " --kafka " + runningKafka;
        }
        return noLoad ? "a mesh runs already; send its visitors home: weft demo-load --stop" : "";
    }

    private int fresh(MeshHome folder) throws IOException {
        MeshPlan plan = MeshPlan.of(folder, Ports.ofThisMachine(), kafka);
        MeshState state =
                new MeshState(plan.kafka(), plan.gateway().port(), plan.sink().port(), plan.controlPort(), List.of());
        Supervisor supervisor = new Supervisor(folder, launcher(), state);
        Thread cleanUp = new Thread(() -> end(supervisor), "weft-up-end");
        Runtime.getRuntime().addShutdownHook(cleanUp);
        try {
            new MeshStart(folder, plan, supervisor, steps).run(rules, noLoad ? 0 : DEFAULT_RPS);
        } catch (MeshException e) {
            if (supervisor.isEnding()) { // what was waited for has ended because of a Ctrl-C
                return MeshException.INTERRUPTED;
            }
            System.err.println("weft up: " + e.getMessage());
            return e.exitCode();
        }
        if (detach) {
            Runtime.getRuntime().removeShutdownHook(cleanUp);
            return 0;
        }
        steps.line("Ctrl-C ends it all.");
        return watch(supervisor);
    }

    private int watch(Supervisor supervisor) {
        List<Child> told = List.of();
        while (!supervisor.state().alive().isEmpty()) {
            LockSupport.parkNanos(WATCH_NANOS);
            List<Child> lost = supervisor.lost();
            for (Child child : lost) {
                if (!told.contains(child)) {
                    steps.failed(child.name(), "ended:" + Supervisor.logTail(child));
                }
            }
            told = lost;
        }
        return supervisor.isEnding() ? MeshException.INTERRUPTED : MeshException.FAILED;
    }

    private void end(Supervisor supervisor) {
        long began = System.nanoTime();
        try {
            int ended = supervisor.stopAll();
            if (ended > 0) {
                steps.done("ended", ended + " processes", System.nanoTime() - began);
            }
        } catch (IOException e) {
            System.err.println("weft up: " + e.getMessage());
        }
    }

    static String pageUrl(MeshState state) {
        return "http://localhost:" + state.gatewayPort() + "/productpage";
    }

    private static String launcher() {
        String launcher = System.getProperty("weft.launcher");
        if (launcher == null) {
            throw new IllegalStateException("start it through bin/weft, which knows how to run each program");
        }
        return launcher;
    }
}
