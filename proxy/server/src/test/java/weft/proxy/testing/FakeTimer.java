package weft.proxy.testing;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** A clock that a test moves, and what is to happen at times of it. Confined to the test's thread. */
public final class FakeTimer {
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::number));
    private long nanos = 1_000_000_007L;
    private long number;

    private record Task(long atNanos, long number, Runnable run) {}

    public long nanos() {
        return nanos;
    }

    public void schedule(Runnable run, long delayMillis) {
        tasks.add(new Task(nanos + TimeUnit.MILLISECONDS.toNanos(delayMillis), number++, run));
    }

    /** Lets this much time pass, with everything that falls due in it. */
    public void advanceMillis(long millis) {
        long until = nanos + TimeUnit.MILLISECONDS.toNanos(millis);
        for (Task next = tasks.peek(); next != null && next.atNanos() <= until; next = tasks.peek()) {
            tasks.poll();
            nanos = next.atNanos();
            next.run().run();
        }
        nanos = until;
    }

    /** How much is to happen still. */
    public int pending() {
        return tasks.size();
    }
}
