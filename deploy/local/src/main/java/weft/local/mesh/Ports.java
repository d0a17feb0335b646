package weft.local.mesh;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;

/** Hands out ports, each once, stepping over those in use. Not thread-safe. */
final class Ports {
    /** More neighbours than this in use means something else is wrong. */
    private static final int MAX_STEPS = 500;

    private static final int HIGHEST = 65_535;

    private final IntPredicate free;
    private final Set<Integer> given = new HashSet<>();

    /** @param free whether a port can be bound now */
    Ports(IntPredicate free) {
        this.free = free;
    }

    static Ports ofThisMachine() {
        return new Ports(Ports::isFree);
    }

    /** Whether nothing listens on this port, on any address. */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The preferred port, or the next free one above it.
     *
     * @throws IllegalStateException when there is none near
     */
    int take(int preferred) {
        for (int port = preferred; port <= HIGHEST && port < preferred + MAX_STEPS; port++) {
            if (!given.contains(port) && free.test(port)) {
                given.add(port);
                return port;
            }
        }
        throw new IllegalStateException("no free port from " + preferred + " upwards");
    }
}
