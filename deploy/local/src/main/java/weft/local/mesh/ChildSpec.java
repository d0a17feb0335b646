package weft.local.mesh;

import java.util.List;

/**
 * A process to start. Immutable.
 *
 * @param arguments of the launcher
 * @param port that people care about
 * @param probe URL that answers 200 once it is ready, or {@code tcp:PORT}
 */
record ChildSpec(String name, List<String> arguments, int port, String probe) {
    ChildSpec {
        arguments = List.copyOf(arguments);
    }
}
