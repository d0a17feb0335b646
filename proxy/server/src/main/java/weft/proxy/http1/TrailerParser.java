package weft.proxy.http1;

import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.routing.http.Headers;

/** Reads a trailer section, dropping fields that mean something only before a body. Confined to the event loop. */
final class TrailerParser implements LineParser {
    private final Headers trailers = new Headers(0, 1);
    private final FieldParser fields;

    TrailerParser(int maxFields) {
        fields = new FieldParser(FieldParser.Section.TRAILERS, maxFields, trailers);
    }

    void reset() {
        trailers.clear();
        fields.reset(trailers);
    }

    Headers trailers() {
        return trailers;
    }

    @Override
    public int parse(byte[] a, int from, int to) {
        return fields.parse(a, from, to);
    }

    @Override
    public boolean isComplete() {
        return fields.isComplete();
    }

    @Override
    public @Nullable MalformedRequest error() {
        return fields.error();
    }

    @Override
    public MalformedRequest tooLarge() {
        return Rejections.HEADERS_TOO_LARGE;
    }
}
