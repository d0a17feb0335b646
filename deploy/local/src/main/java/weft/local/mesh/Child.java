package weft.local.mesh;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A process that was started. Immutable.
 *
 * @param startedAt as the operating system tells it, milliseconds since 1970: tells it from a later process with its pid
 */
record Child(String name, long pid, long startedAt, List<String> arguments, int port, String probe, String log) {
    Child {
        arguments = List.copyOf(arguments);
    }

    /** The process, when it is this very one and still runs. */
    @JsonIgnore
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(p -> startOf(p) == startedAt);
    }

    @JsonIgnore
    boolean isAlive() {
        return process().isPresent();
    }

    static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    @JsonIgnore
    ChildSpec spec() {
        return new ChildSpec(name, arguments, port, probe);
    }
}
