package weft.local.mesh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts and ends the processes of one mesh, and keeps its state file. Thread-safe: a Ctrl-C ends from a hook of the JVM
 * what the main thread is still starting, and nothing is started behind it.
 *
 * <p>Children run in sessions of their own where the machine has {@code setsid}: they outlive the terminal, and a Ctrl-C
 * reaches only the command, which then ends them in order.
 */
final class Supervisor {
    /** A proxy drains connections for some seconds when told to end. */
    private static final Duration TERM_PATIENCE = Duration.ofSeconds(10);

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int LOG_TAIL_LINES = 5;
    /** A dozen JVMs start at once and serve little: half the CPU time to ready, and 20 MiB less each. */
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    /** One of each program: what they leave when they end makes the next start quicker, and more take longer to end. */
    private static final List<String> LEAVE_CLASSES = List.of(MeshPlan.BROKER, "gateway", "sink");

    private static final int LOG_TAIL_BYTES = 4_096;

    private final MeshHome home;
    private final String launcher;
    private final boolean hasSetsid;
    private volatile MeshState state;
    private volatile boolean isEnding;

    Supervisor(MeshHome home, String launcher, MeshState state) {
        this.home = home;
        this.launcher = launcher;
        this.state = state;
        this.hasSetsid = Files.isExecutable(Path.of("/usr/bin/setsid"));
    }

    MeshState state() {
        return state;
    }

    /** Whether {@link #stopAll} was called. */
    boolean isEnding() {
        return isEnding;
    }

    /** Those that ended without being told to. */
    List<Child> lost() {
        List<Child> dead = state.dead();
        return isEnding ? List.of() : dead; // asked last: whoever died of stopAll died after it was set
    }

    /**
     * Starts a process, its output going to its log, and notes it down before anything else.
     *
     * @throws MeshException when the mesh is being ended
     */
    synchronized Child start(ChildSpec spec) throws IOException, MeshException {
        if (isEnding) {
            throw new MeshException(
                    MeshException.INTERRUPTED, spec.name() + " is not started: the mesh is being ended");
        }
        List<String> command = new ArrayList<>();
        if (hasSetsid) {
            command.add("/usr/bin/setsid");
        }
        command.add(launcher);
        command.addAll(spec.arguments());
        Path log = home.log(spec.name());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
        builder.environment().put("WEFT_NO_BUILD", "1");
        for (String options : List.of("WEFT_PROXY_OPTS", "WEFT_SINK_OPTS")) {
            builder.environment().putIfAbsent(options, QUICK_START);
        }
        if (LEAVE_CLASSES.contains(spec.name())) {
            builder.environment().putIfAbsent("WEFT_ARCHIVE", "1");
        }
        Process process = builder.start();
        Child child = new Child(
                spec.name(),
                process.pid(),
                Child.startOf(process.toHandle()),
                spec.arguments(),
                spec.port(),
                spec.probe(),
                log.toString());
        state = state.with(child);
        state.save(home);
        return child;
    }

    /**
     * Waits until a child answers.
     *
     * @throws MeshException when it ends before, or does not answer in time
     */
    void awaitReady(Child child, long deadlineNanos) throws MeshException {
        while (!Probe.answers(child.probe())) {
            if (!child.isAlive()) {
                throw new MeshException(MeshException.FAILED, child.name() + " ended at once:" + logTail(child));
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new MeshException(
                        MeshException.TIMED_OUT,
                        child.name() + " runs but is not ready (" + child.probe() + "):" + logTail(child));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Where the log is, and its last lines. */
    static String logTail(Child child) {
        Path log = Path.of(child.log());
        try {
            byte[] all = Files.readAllBytes(log);
            int from = Math.max(0, all.length - LOG_TAIL_BYTES);
            List<String> lines = new String(all, from, all.length - from, StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return " see " + log + "\n    "
                    + String.join("\n    ", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return " it left no log at " + log;
        }
    }

    /**
     * Ends everything: the application and proxies first, the broker last, each politely and then by force.
     *
     * @return how many were running
     */
    synchronized int stopAll() throws IOException {
        isEnding = true;
        List<Child> alive = state.alive();
        List<Child> broker =
                alive.stream().filter(c -> c.name().equals(MeshPlan.BROKER)).toList();
        List<Child> others =
                alive.stream().filter(c -> !c.name().equals(MeshPlan.BROKER)).toList();
        stop(others);
        stop(broker);
        Files.deleteIfExists(home.state());
        return alive.size();
    }

    private static void stop(List<Child> children) {
        children.forEach(child -> child.process().ifPresent(ProcessHandle::destroy));
        if (!await(children, TERM_PATIENCE)) {
            children.forEach(child -> child.process().ifPresent(ProcessHandle::destroyForcibly));
            await(children, KILL_PATIENCE);
        }
    }

    private static boolean await(List<Child> children, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (children.stream().anyMatch(Child::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }
}
