package weft.publish.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import weft.log.ProxyRoster;
import weft.log.RulePublisher;
import weft.log.WireCodec;
import weft.publish.log.MeshAddress;

/**
 * The clients one publication needs, opened on threads of their own while the rule files are read: making them takes
 * longer than everything else a command does. Each client is handed to the command's thread once it is ready.
 */
final class LogSession implements AutoCloseable {
    private final CompletableFuture<RulePublisher> publisher;
    private final @Nullable CompletableFuture<ProxyRoster> roster;

    private LogSession(CompletableFuture<RulePublisher> publisher, @Nullable CompletableFuture<ProxyRoster> roster) {
        this.publisher = publisher;
        this.roster = roster;
    }

    /** Begins to open the clients; nobody is waited for without a roster. */
    static LogSession begin(MeshAddress mesh, boolean withRoster) {
        CompletableFuture<WireCodec> topicsExist = new CompletableFuture<>();
        CompletableFuture<RulePublisher> publisher = start("weft-publisher", () -> {
            WireCodec codec = WireCodec.withLocalSchemas();
            RulePublisher opened = mesh.publisher(WeftCommand.VERSION, codec);
            topicsExist.complete(codec); // the roster's is among those that the publisher makes sure of
            opened.prepare();
            return opened;
        });
        return new LogSession(
                publisher,
                withRoster ? topicsExist.thenCompose(codec -> start("weft-roster", () -> mesh.roster(codec))) : null);
    }

    private static <T> CompletableFuture<T> start(String name, java.util.function.Supplier<T> open) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        future.complete(open.get());
                    } catch (Throwable e) {
                        future.completeExceptionally(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    RulePublisher publisher() {
        return ready(publisher);
    }

    ProxyRoster roster() {
        if (roster == null) {
            throw new IllegalStateException("begun without a roster");
        }
        return ready(roster);
    }

    private static <T> T ready(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Closes what is open, now or once it is. */
    @Override
    public void close() {
        publisher.thenAccept(RulePublisher::close);
        if (roster != null) {
            roster.thenAccept(ProxyRoster::close);
        }
    }
}
