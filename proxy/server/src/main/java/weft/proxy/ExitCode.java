package weft.proxy;

/** How the program ends, after sysexits. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 64;

    /** A port of the proxy's own, for admin or readiness, is taken. */
    static final int UNAVAILABLE = 69;

    private ExitCode() {}
}
