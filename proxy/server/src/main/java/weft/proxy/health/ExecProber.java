package weft.proxy.health;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command for each probe. Confined to the event loop; the process is begun and awaited elsewhere.
 *
 * <p>What it writes is thrown away, and there is nothing for it to read. One that is given up on is killed with all that it
 * started, and until it has ended no other begins: a command that hangs for good costs one process.
 */
final class ExecProber implements Prober {
    private final List<String> command;
    private final EventLoop eventLoop;
    private CompletableFuture<?> ended = CompletableFuture.completedFuture(null);
    private @Nullable CompletableFuture<Process> running;

    ExecProber(List<String> command, EventLoop eventLoop) {
        this.command = List.copyOf(command);
        this.eventLoop = eventLoop;
    }

    @Override
    public void probe(Consumer<ProbeResult> then) {
        if (!ended.isDone()) {
            then.accept(ProbeResult.network("the command of the probe before still runs"));
            return;
        }
        CompletableFuture<Process> process = CompletableFuture.supplyAsync(this::begin);
        running = process;
        ended = process.thenCompose(Process::onExit)
                .whenComplete((over, failure) -> eventLoop.execute(() -> answer(process, over, failure, then)));
    }

    private Process begin() {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // whether it is still the one asked
    private void answer(
            CompletableFuture<Process> process,
            @Nullable Process over,
            @Nullable Throwable failure,
            Consumer<ProbeResult> then) {
        if (running != process) {
            return;
        }
        running = null;
        if (over != null && over.exitValue() == 0) {
            then.accept(ProbeResult.PASSED);
        } else if (over != null) {
            then.accept(ProbeResult.network("exit code " + over.exitValue()));
        } else {
            Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
            then.accept(ProbeResult.network(cause == null ? "no process" : Failures.text(cause)));
        }
    }

    @Override
    public void abort() {
        CompletableFuture<Process> process = running;
        running = null;
        if (process != null) {
            process.thenAccept(ExecProber::kill);
        }
    }

    /** The parent first: else it could start more meanwhile. */
    private static void kill(Process process) {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly();
        for (ProcessHandle each : below) {
            List<ProcessHandle> further = each.descendants().toList();
            each.destroyForcibly();
            further.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public void close() {
        abort();
    }
}
