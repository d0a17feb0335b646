package weft.proxy.control;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread "rule-saver": writes what it is given to disk, so that a slow one holds up no rule. Thread-safe.
 *
 * <p>Only the newest waits: what was given before and is not being written yet is dropped, for it is out of date.
 */
final class SnapshotWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);

    /** A disk that takes longer than this is not waited for at the end: the file before it is whole. */
    static final long STOP_MILLIS = 10_000;

    /** Where snapshots go. */
    @FunctionalInterface
    interface Disk {
        /** @throws IOException when it cannot be written; what is there stays */
        void write(LocalSnapshot.Content content) throws IOException;
    }

    /** How a write ended. */
    enum Outcome {
        WRITTEN,
        FAILED
    }

    private final Disk disk;
    private final Thread thread = new Thread(this::run, "rule-saver");
    /* Guarded by this. */
    private LocalSnapshot.@Nullable Content pending;
    private @Nullable Outcome outcome;
    private boolean closing;

    SnapshotWriter(Disk disk) {
        this.disk = disk;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Writes this next, instead of what waits. */
    synchronized void write(LocalSnapshot.Content content) {
        pending = content;
        notifyAll();
    }

    /** How the last write ended, once; null when none did since this was asked. */
    synchronized @Nullable Outcome takeOutcome() {
        Outcome taken = outcome;
        outcome = null;
        return taken;
    }

    private void run() {
        try {
            for (LocalSnapshot.Content next = take(); next != null; next = take()) {
                Outcome how = write(next, disk);
                synchronized (this) {
                    outcome = how;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted while stopping");
        }
    }

    private static Outcome write(LocalSnapshot.Content content, Disk disk) {
        try {
            disk.write(content);
            return Outcome.WRITTEN;
        } catch (IOException | RuntimeException e) {
            LOG.warn("snapshot could not be written, will be tried again error={}", e.toString());
            return Outcome.FAILED;
        }
    }

    /** The newest, once there is one; null when this is closed and all is written. */
    private synchronized LocalSnapshot.@Nullable Content take() throws InterruptedException {
        while (pending == null && !closing) {
            wait();
        }
        LocalSnapshot.Content next = pending;
        pending = null;
        return next;
    }

    /** Writes what waits and ends the thread; a disk that does not take it in time is left alone. */
    @Override
    public void close() throws InterruptedException {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        thread.join(STOP_MILLIS);
        if (thread.isAlive()) {
            LOG.warn("the disk did not take the rules in time, it keeps those before timeout={}ms", STOP_MILLIS);
        }
    }
}
