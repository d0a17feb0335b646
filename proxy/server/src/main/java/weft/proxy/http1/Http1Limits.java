package weft.proxy.http1;

import weft.routing.http.PathNormalization;

/**
 * Bounds of one HTTP/1 connection, and how it reads paths. Immutable.
 *
 * @param maxHeadBytes start line and fields, also a trailer section; Envoy's default is 60 KiB
 * @param maxTargetBytes request target; RFC 9112 asks for at least 8000
 * @param maxFields fields of a head or of a trailer section; Envoy's default
 * @param maxChunkLineBytes chunk size with extensions, which nobody needs to be long
 * @param maxPipelinedBytes bytes kept of requests that came before their turn; two reads of a full socket buffer
 * @param maxInformational 1xx heads before one final response; two are usual
 * @param headTimeoutMillis first byte of a head to its last, against slow heads; also the time to finish
 *     a body that nobody waits for any more
 * @param idleTimeoutMillis a connection without a request is closed after once to one and a half times this
 * @param lingerMillis how long a refused client may take to read its answer before the connection is closed
 * @param lingerBytes how much a refused client may still send meanwhile
 * @param paths how the path of a request is made canonical, for routing, policy and the upstream alike
 */
public record Http1Limits(
        int maxHeadBytes,
        int maxTargetBytes,
        int maxFields,
        int maxChunkLineBytes,
        int maxPipelinedBytes,
        int maxInformational,
        long headTimeoutMillis,
        long idleTimeoutMillis,
        long lingerMillis,
        long lingerBytes,
        PathNormalization paths) {

    public static final int MAX_HEAD_BYTES = 64 * 1024;
    public static final int MAX_TARGET_BYTES = 16 * 1024;
    public static final int MAX_FIELDS = 100;
    public static final int MAX_CHUNK_LINE_BYTES = 256;
    public static final int MAX_PIPELINED_BYTES = 128 * 1024;
    public static final int MAX_INFORMATIONAL = 32;
    public static final long HEAD_TIMEOUT_MILLIS = 10_000;
    public static final long IDLE_TIMEOUT_MILLIS = 3_600_000;
    public static final long LINGER_MILLIS = 1_000;
    public static final long LINGER_BYTES = 256 * 1024;

    public static final Http1Limits DEFAULT = new Http1Limits(
            MAX_HEAD_BYTES,
            MAX_TARGET_BYTES,
            MAX_FIELDS,
            MAX_CHUNK_LINE_BYTES,
            MAX_PIPELINED_BYTES,
            MAX_INFORMATIONAL,
            HEAD_TIMEOUT_MILLIS,
            IDLE_TIMEOUT_MILLIS,
            LINGER_MILLIS,
            LINGER_BYTES,
            PathNormalization.BASE);

    /** The same bounds with paths read so. */
    public Http1Limits withPaths(PathNormalization paths) {
        return new Http1Limits(
                maxHeadBytes,
                maxTargetBytes,
                maxFields,
                maxChunkLineBytes,
                maxPipelinedBytes,
                maxInformational,
                headTimeoutMillis,
                idleTimeoutMillis,
                lingerMillis,
                lingerBytes,
                paths);
    }
}
