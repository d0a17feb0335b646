package weft.proxy.overload;

/**
 * How much one proxy takes on. Immutable.
 *
 * @param maxConnections of clients, all listeners together
 * @param maxRequests in flight, all connections together
 * @param memoryShare of the heap, and of memory outside it, from which on requests are turned away; above 1 for never
 */
public record OverloadLimits(int maxConnections, int maxRequests, double memoryShare) {
    /** Nothing is turned away. */
    public static final OverloadLimits NONE = new OverloadLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, 2);

    /** File descriptors for what is not a client's connection nor the one to an upstream for it. */
    private static final int RESERVED_FILES = 256;

    /** Connections when the system does not tell how many files there may be. */
    private static final int UNKNOWN = 16_384;

    /** More than this is no protection any more. */
    private static final int MOST = 1_000_000;

    /**
     * The bound that leaves each client's connection one to an upstream, and some files for everything else.
     *
     * @param maxFiles that the process may have open; 0 when that is not known
     */
    public static int defaultConnections(long maxFiles) {
        if (maxFiles <= 0) {
            return UNKNOWN;
        }
        return (int) Math.max(RESERVED_FILES / 2, Math.min(MOST, (maxFiles - RESERVED_FILES) / 2));
    }
}
