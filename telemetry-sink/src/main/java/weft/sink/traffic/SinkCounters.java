package weft.sink.traffic;

import java.util.concurrent.atomic.LongAdder;

/** What this process saw since it started; written by Streams threads, read by the exposition. Thread-safe. */
public final class SinkCounters {
    /** Entries read, those of aborted and repeated attempts included. */
    public final LongAdder entries = new LongAdder();
    /** Records that could not be decoded and were stepped over. */
    public final LongAdder undecodable = new LongAdder();
    /** Entries whose own time was implausible, counted in the window of their arrival. */
    public final LongAdder late = new LongAdder();
    /** Requests of windows that had left the store, counted in the oldest window kept. */
    public final LongAdder moved = new LongAdder();
    /** Requests counted under the key "other" because there were too many keys. */
    public final LongAdder overflowed = new LongAdder();
}
