package weft.proxy.health;

import java.util.function.Consumer;

/** Asks one endpoint one kind of question, one at a time. Confined to the event loop. */
interface Prober {
    /** Asks; the answer comes on the event loop, at most once, and not after {@link #abort}. */
    void probe(Consumer<ProbeResult> then);

    /** Gives up on the probe under way and on its connection. */
    void abort();

    /** Closes what is kept between probes. */
    void close();
}
