package weft.proxy.stream;

/**
 * Why a codec refused a request. Immutable.
 *
 * @param status 400, 405, 408, 414, 417, 426, 431, 501 or 505
 * @param details Envoy's word for the access log, as {@code http1.codec_error} or {@code missing_host_header}
 */
public record MalformedRequest(int status, String details) {}
