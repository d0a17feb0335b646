package weft.proxy.http1;

import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;

/** Parses a head line by line, so that only an unfinished line ever has to be kept. Confined to the event loop. */
interface LineParser {

    /**
     * Consumes whole lines; returns the index of the first byte not consumed. Parsing the same unfinished line again with
     * more bytes behind it gives the same result; the array may be changed in place.
     */
    int parse(byte[] a, int from, int to);

    /** Whether the empty line was consumed. */
    boolean isComplete();

    /** Why the message is refused, once it is. */
    @Nullable
    MalformedRequest error();

    /** What to say of a head above its bound. */
    MalformedRequest tooLarge();
}
