package weft.proxy.telemetry;

/** Receives each finished request exactly once. Called on event loops: never blocks, never throws. */
@FunctionalInterface
public interface AccessLog {
    void finished(FinishedRequest request);
}
