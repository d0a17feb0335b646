package weft.log;

import org.jspecify.annotations.Nullable;

/**
 * One record of the rules topic that says which bundle it belongs to. Immutable as long as nobody writes to its value.
 *
 * @param value raw; null for a tombstone
 */
record BundleRecord(String key, byte @Nullable [] value, BundleHeaders headers, long offset) {
    long revision() {
        return headers.revision();
    }

    int bytes() {
        return key.length() + (value == null ? 0 : value.length);
    }
}
