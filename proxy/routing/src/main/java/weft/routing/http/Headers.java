package weft.routing.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Header fields of one message, in order, names in lower case. Confined to the event loop of its connection.
 *
 * <p>All fields lie in one byte array that a codec fills and copies in bulk; a {@link String} is made only for a value
 * that somebody asks for, and then once. A cleared object is used again for the next message, so that a keep-alive
 * connection allocates nothing here.
 */
public final class Headers {
    private static final int SLOT = 4;
    private static final int NAME_OFFSET = 0;
    private static final int NAME_LENGTH = 1;
    private static final int VALUE_OFFSET = 2;
    private static final int VALUE_LENGTH = 3;

    private byte[] bytes;
    private int used;
    private int[] slots;
    private @Nullable String[] values;
    private int size;

    public Headers() {
        this(512, 16);
    }

    public Headers(int byteCapacity, int fieldCapacity) {
        bytes = new byte[byteCapacity];
        slots = new int[fieldCapacity * SLOT];
        values = new String[fieldCapacity];
    }

    public int size() {
        return size;
    }

    /** Bytes of all names and values, as bounds count them. */
    public int byteCount() {
        return used;
    }

    public String name(int index) {
        return latin1(slots[index * SLOT + NAME_OFFSET], slots[index * SLOT + NAME_LENGTH]);
    }

    public String value(int index) {
        String value = values[index];
        if (value == null) {
            value = latin1(slots[index * SLOT + VALUE_OFFSET], slots[index * SLOT + VALUE_LENGTH]);
            values[index] = value;
        }
        return value;
    }

    private String latin1(int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /** Whether the field at this index has this name, which must be in lower case. */
    public boolean nameIs(int index, String lowerCaseName) {
        int length = slots[index * SLOT + NAME_LENGTH];
        if (length != lowerCaseName.length()) {
            return false;
        }
        int offset = slots[index * SLOT + NAME_OFFSET];
        for (int i = 0; i < length; i++) {
            if (bytes[offset + i] != (byte) lowerCaseName.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first field of this name at or after {@code from}, or -1. */
    public int indexOf(String lowerCaseName, int from) {
        for (int i = from; i < size; i++) {
            if (nameIs(i, lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    public boolean contains(String lowerCaseName) {
        return indexOf(lowerCaseName, 0) >= 0;
    }

    /** Value of the first field of this name, or null. */
    public @Nullable String get(String lowerCaseName) {
        int index = indexOf(lowerCaseName, 0);
        return index < 0 ? null : value(index);
    }

    /** Values of all fields of this name joined by a comma, as Envoy matches repeated headers; null without any. */
    public @Nullable String joined(String lowerCaseName) {
        int index = indexOf(lowerCaseName, 0);
        if (index < 0) {
            return null;
        }
        int next = indexOf(lowerCaseName, index + 1);
        if (next < 0) {
            return value(index);
        }
        StringBuilder all = new StringBuilder(value(index));
        for (int i = next; i >= 0; i = indexOf(lowerCaseName, i + 1)) {
            all.append(',').append(value(i));
        }
        return all.toString();
    }

    /** Appends a field; characters above U+00FF are not for header fields and become '?'. */
    public void add(String lowerCaseName, String value) {
        int nameOffset = append(lowerCaseName);
        int valueOffset = append(value);
        addSlot(nameOffset, lowerCaseName.length(), valueOffset, value.length(), value);
    }

    /** Appends a field whose name is in lower case already, copying both ranges of {@code source}. */
    public void add(byte[] source, int nameOffset, int nameLength, int valueOffset, int valueLength) {
        ensureBytes(nameLength + valueLength);
        int name = used;
        System.arraycopy(source, nameOffset, bytes, name, nameLength);
        int value = name + nameLength;
        System.arraycopy(source, valueOffset, bytes, value, valueLength);
        used = value + valueLength;
        addSlot(name, nameLength, value, valueLength, null);
    }

    /** Replaces the first field of this name, removes the others; appends when there is none. */
    public void set(String lowerCaseName, String value) {
        int index = indexOf(lowerCaseName, 0);
        if (index < 0) {
            add(lowerCaseName, value);
            return;
        }
        int offset = append(value);
        slots[index * SLOT + VALUE_OFFSET] = offset;
        slots[index * SLOT + VALUE_LENGTH] = value.length();
        values[index] = value;
        removeFrom(lowerCaseName, index + 1);
    }

    /** Removes all fields of this name; returns whether there was one. */
    public boolean remove(String lowerCaseName) {
        return removeFrom(lowerCaseName, 0);
    }

    private boolean removeFrom(String lowerCaseName, int from) {
        int first = indexOf(lowerCaseName, from);
        if (first < 0) {
            return false;
        }
        int kept = first;
        for (int i = first + 1; i < size; i++) {
            if (!nameIs(i, lowerCaseName)) {
                System.arraycopy(slots, i * SLOT, slots, kept * SLOT, SLOT);
                values[kept++] = values[i];
            }
        }
        Arrays.fill(values, kept, size, null);
        size = kept;
        return true;
    }

    /** Appends all fields of another message. */
    public void addAll(Headers other) {
        for (int i = 0; i < other.size; i++) {
            int slot = i * SLOT;
            add(
                    other.bytes,
                    other.slots[slot + NAME_OFFSET],
                    other.slots[slot + NAME_LENGTH],
                    other.slots[slot + VALUE_OFFSET],
                    other.slots[slot + VALUE_LENGTH]);
        }
    }

    public void clear() {
        Arrays.fill(values, 0, size, null);
        size = 0;
        used = 0;
    }

    /** Storage behind all fields, for codecs that copy in bulk; valid until the next change. */
    public byte[] bytes() {
        return bytes;
    }

    public int nameOffset(int index) {
        return slots[index * SLOT + NAME_OFFSET];
    }

    public int nameLength(int index) {
        return slots[index * SLOT + NAME_LENGTH];
    }

    public int valueOffset(int index) {
        return slots[index * SLOT + VALUE_OFFSET];
    }

    public int valueLength(int index) {
        return slots[index * SLOT + VALUE_LENGTH];
    }

    private int append(String text) {
        int length = text.length();
        ensureBytes(length);
        int offset = used;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            bytes[offset + i] = c > 0xFF ? (byte) '?' : (byte) c;
        }
        used = offset + length;
        return offset;
    }

    private void ensureBytes(int more) {
        if (used + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + more));
        }
    }

    private void addSlot(int nameOffset, int nameLength, int valueOffset, int valueLength, @Nullable String value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
            slots = Arrays.copyOf(slots, size * 2 * SLOT);
        }
        int slot = size * SLOT;
        slots[slot + NAME_OFFSET] = nameOffset;
        slots[slot + NAME_LENGTH] = nameLength;
        slots[slot + VALUE_OFFSET] = valueOffset;
        slots[slot + VALUE_LENGTH] = valueLength;
        values[size++] = value;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            text.append(name(i)).append(": ").append(value(i)).append('\n');
        }
        return text.toString();
    }
}
