package weft.proxy.upstream;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;

/** Hosts among which one is chosen. Thread-safe. */
interface HostChoice {

    /**
     * One of them; null when there is none.
     *
     * @param point the hash of the request, or a random number without one
     */
    @Nullable
    EndpointState pick(Worker worker, long point);

    boolean contains(EndpointState host);

    /** Some host that is not among these, always the same for a point; null when all are. */
    @Nullable
    EndpointState untried(long point, List<EndpointState> tried);
}
