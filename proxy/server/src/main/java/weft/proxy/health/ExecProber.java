package weft.proxy.health;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs a command for each probe. Confined to the event loop; the process is begun and awaited elsewhere. */
final class ExecProber implements Prober {
    private final List<String> command;
    private final EventLoop eventLoop;
    private @Nullable CompletableFuture<Process> running;

    ExecProber(List<String> command, EventLoop eventLoop) {
        this.command = List.copyOf(command);
        this.eventLoop = eventLoop;
    }

    @Override
    public void probe(Consumer<ProbeResult> then) {
        CompletableFuture<Process> process = CompletableFuture.supplyAsync(this::begin);
        running = process;
        process.thenCompose(Process::onExit)
                .whenComplete((ended, failure) -> eventLoop.execute(() -> answer(process, ended, failure, then)));
    }

    private Process begin() {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // whether it is still the one asked
    private void answer(
            CompletableFuture<Process> process,
            @Nullable Process ended,
            @Nullable Throwable failure,
            Consumer<ProbeResult> then) {
        if (running != process) {
            return;
        }
        running = null;
        if (ended != null && ended.exitValue() == 0) {
            then.accept(ProbeResult.PASSED);
        } else {
            String text = ended != null
                    ? "exit code " + ended.exitValue()
                    : failure != null ? Failures.text(failure) : "no process";
            then.accept(ProbeResult.network(text));
        }
    }

    @Override
    public void abort() {
        CompletableFuture<Process> process = running;
        running = null;
        if (process != null) {
            process.thenAccept(Process::destroyForcibly);
        }
    }

    @Override
    public void close() {
        abort();
    }
}
