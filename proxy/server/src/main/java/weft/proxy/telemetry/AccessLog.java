package weft.proxy.telemetry;

/** Receives each finished request and connection exactly once. Called on event loops: never blocks, never throws. */
@FunctionalInterface
public interface AccessLog {
    void finished(Finished ended);
}
