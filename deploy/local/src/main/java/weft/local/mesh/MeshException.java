package weft.local.mesh;

/** Why a mesh could not be started, for a person; the exit code is for programs. */
final class MeshException extends Exception {
    private static final long serialVersionUID = 1L;
    static final int FAILED = 1;
    static final int USAGE = 64;
    static final int KAFKA_UNREACHABLE = 69;
    static final int TIMED_OUT = 75;
    static final int INTERRUPTED = 130;

    private final int exitCode;

    MeshException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
