package weft.proxy.http1;

import weft.proxy.stream.MalformedRequest;

/** Every reason for which the codec refuses a message; a client uses the details alone. Immutable. */
final class Rejections {
    static final MalformedRequest CODEC_ERROR = new MalformedRequest(400, "http1.codec_error");
    static final MalformedRequest INVALID_CHARACTERS = new MalformedRequest(400, "http1.invalid_characters");
    static final MalformedRequest INVALID_URL = new MalformedRequest(400, "http1.invalid_url");
    static final MalformedRequest INVALID_CONTENT_LENGTH = new MalformedRequest(400, "http1.invalid_content_length");
    static final MalformedRequest CONTENT_LENGTH_AND_CHUNKED =
            new MalformedRequest(400, "http1.content_length_and_chunked_not_allowed");
    static final MalformedRequest INVALID_CHUNK = new MalformedRequest(400, "http1.invalid_chunk");
    static final MalformedRequest MISSING_HOST = new MalformedRequest(400, "missing_host_header");
    static final MalformedRequest INVALID_HOST = new MalformedRequest(400, "http1.invalid_host");
    static final MalformedRequest PATH_NORMALIZATION_FAILED = new MalformedRequest(400, "path_normalization_failed");
    static final MalformedRequest METHOD_NOT_ALLOWED = new MalformedRequest(405, "http1.method_not_allowed");
    static final MalformedRequest HEAD_TIMEOUT = new MalformedRequest(408, "request_header_timeout");
    static final MalformedRequest TARGET_TOO_LONG = new MalformedRequest(414, "http1.target_too_long");
    static final MalformedRequest EXPECTATION_FAILED = new MalformedRequest(417, "http1.unknown_expectation");
    static final MalformedRequest LOW_VERSION = new MalformedRequest(426, "low_version");
    static final MalformedRequest HEADERS_TOO_LARGE = new MalformedRequest(431, "http1.headers_too_large");
    static final MalformedRequest TOO_MANY_HEADERS = new MalformedRequest(431, "http1.too_many_headers");
    static final MalformedRequest INVALID_TRANSFER_ENCODING =
            new MalformedRequest(501, "http1.invalid_transfer_encoding");
    static final MalformedRequest UNSUPPORTED_VERSION = new MalformedRequest(505, "http1.unsupported_version");
    static final MalformedRequest UNEXPECTED_UPGRADE = new MalformedRequest(400, "http1.unexpected_upgrade");
    static final MalformedRequest TOO_MANY_INFORMATIONAL = new MalformedRequest(400, "http1.too_many_informational");

    private Rejections() {}
}
