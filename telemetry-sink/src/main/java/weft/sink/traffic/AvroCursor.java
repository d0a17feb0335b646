package weft.sink.traffic;

/** A position in Avro's binary encoding. Confined to one thread. */
final class AvroCursor {
    private final byte[] bytes;
    private int at;

    AvroCursor(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    byte[] bytes() {
        return bytes;
    }

    /** A zig-zag number of up to ten bytes. */
    long number() {
        long raw = 0;
        int shift = 0;
        byte b;
        do {
            b = bytes[at++];
            raw |= (b & 0x7FL) << shift;
            shift += 7;
        } while (b < 0 && shift < 70);
        return (raw >>> 1) ^ -(raw & 1);
    }

    /** A length that fits into the rest of the bytes. */
    int length() {
        long length = number();
        if (length < 0 || length > bytes.length - at) {
            throw new IndexOutOfBoundsException("length: " + length + " (left: " + (bytes.length - at) + ")");
        }
        return (int) length;
    }

    /** Steps over so many bytes and tells where they began. */
    int skip(int length) {
        int from = at;
        at += length;
        return from;
    }

    void skipStringMap() {
        for (long block = number(); block != 0; block = number()) {
            if (block < 0) {
                skip(length());
                continue;
            }
            for (long i = 0; i < block; i++) {
                skip(length());
                skip(length());
            }
        }
    }
}
