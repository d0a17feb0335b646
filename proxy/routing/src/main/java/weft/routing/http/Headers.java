package weft.routing.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Header fields of one message, in order, names in lower case. Confined to the event loop of its connection.
 *
 * <p>All fields lie in one byte array as {@code name: value\r\n}, so that a codec fills and writes them in bulk; a
 * {@link String} is made only for a value that somebody asks for, and then once. A cleared object is used again for the
 * next message, so that a keep-alive connection allocates nothing here. Whatever text is added, no field can hold a CR,
 * LF or NUL: they become '?', so that no rule and no filter can break a message's framing.
 */
public final class Headers {
    private static final int SLOT = 4;
    private static final int NAME_OFFSET = 0;
    private static final int NAME_LENGTH = 1;
    private static final int VALUE_LENGTH = 2;
    private static final int NAME_KEY = 3;
    /** Bytes of {@code ": "} and CRLF around each field. */
    private static final int LINE_OVERHEAD = 4;

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
        slots = new int[Math.max(fieldCapacity, 1) * SLOT];
        values = new String[Math.max(fieldCapacity, 1)];
    }

    public int size() {
        return size;
    }

    /** Bytes of all names and values, as bounds count them. */
    public int byteCount() {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += nameLength(i) + valueLength(i);
        }
        return count;
    }

    public String name(int index) {
        return latin1(nameOffset(index), nameLength(index));
    }

    public String value(int index) {
        String value = values[index];
        if (value == null) {
            value = latin1(valueOffset(index), valueLength(index));
            values[index] = value;
        }
        return value;
    }

    private String latin1(int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /** Whether the field at this index has this name, which must be in lower case. */
    public boolean nameIs(int index, String lowerCaseName) {
        return slots[index * SLOT + NAME_KEY] == key(lowerCaseName) && sameName(index, lowerCaseName);
    }

    private boolean sameName(int index, String name) {
        int slot = index * SLOT;
        int length = slots[slot + NAME_LENGTH];
        if (length != name.length()) {
            return false;
        }
        int offset = slots[slot + NAME_OFFSET];
        for (int i = 0; i < length; i++) {
            if (bytes[offset + i] != (byte) name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first field of this name at or after {@code from}, or -1. */
    public int indexOf(String lowerCaseName, int from) {
        int key = key(lowerCaseName);
        for (int i = from; i < size; i++) {
            if (slots[i * SLOT + NAME_KEY] == key && sameName(i, lowerCaseName)) {
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

    /** Appends a field; characters above U+00FF and control characters are not for header fields and become '?'. */
    public void add(String lowerCaseName, String value) {
        int nameLength = lowerCaseName.length();
        ensureBytes(nameLength + value.length() + LINE_OVERHEAD);
        int nameOffset = used;
        putText(lowerCaseName, nameOffset);
        boolean asIs = putText(value, nameOffset + nameLength + 2);
        endField(nameOffset, nameLength, value.length(), asIs ? value : null);
    }

    /** Appends a field whose name is in lower case and that is valid already, copying both ranges of {@code source}. */
    public void add(byte[] source, int nameOffset, int nameLength, int valueOffset, int valueLength) {
        ensureBytes(nameLength + valueLength + LINE_OVERHEAD);
        int offset = used;
        if (valueOffset == nameOffset + nameLength + 2) {
            System.arraycopy(source, nameOffset, bytes, offset, nameLength + 2 + valueLength);
        } else {
            System.arraycopy(source, nameOffset, bytes, offset, nameLength);
            System.arraycopy(source, valueOffset, bytes, offset + nameLength + 2, valueLength);
        }
        endField(offset, nameLength, valueLength, null);
    }

    /** Replaces the first field of this name, removes the others; appends when there is none. */
    public void set(String lowerCaseName, String value) {
        int index = indexOf(lowerCaseName, 0);
        add(lowerCaseName, value);
        if (index >= 0) {
            int last = size - 1;
            System.arraycopy(slots, last * SLOT, slots, index * SLOT, SLOT);
            values[index] = values[last];
            values[last] = null;
            size = last;
            removeFrom(lowerCaseName, index + 1);
        }
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
            add(other.bytes, other.nameOffset(i), other.nameLength(i), other.valueOffset(i), other.valueLength(i));
        }
    }

    public void clear() {
        Arrays.fill(values, 0, size, null);
        size = 0;
        used = 0;
    }

    /**
     * Storage behind all fields, for codecs that copy in bulk; valid until the next change. A field occupies
     * {@code nameOffset} to {@code valueOffset + valueLength + 2} with its separator and CRLF; fields that were added one
     * after the other and not changed since lie side by side.
     */
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
        return slots[index * SLOT + NAME_OFFSET] + slots[index * SLOT + NAME_LENGTH] + 2;
    }

    public int valueLength(int index) {
        return slots[index * SLOT + VALUE_LENGTH];
    }

    /** Latin-1 bytes of the text; returns false when a character had to be replaced. */
    private boolean putText(String text, int offset) {
        boolean asIs = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xFF || (c < ' ' && c != '\t') || c == 0x7F) {
                c = '?';
                asIs = false;
            }
            bytes[offset + i] = (byte) c;
        }
        return asIs;
    }

    private void ensureBytes(int more) {
        if (used + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + more));
        }
    }

    private void endField(int nameOffset, int nameLength, int valueLength, @Nullable String value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
            slots = Arrays.copyOf(slots, size * 2 * SLOT);
        }
        int nameEnd = nameOffset + nameLength;
        bytes[nameEnd] = ':';
        bytes[nameEnd + 1] = ' ';
        int valueEnd = nameEnd + 2 + valueLength;
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
        used = valueEnd + 2;
        int slot = size * SLOT;
        slots[slot + NAME_OFFSET] = nameOffset;
        slots[slot + NAME_LENGTH] = nameLength;
        slots[slot + VALUE_LENGTH] = valueLength;
        slots[slot + NAME_KEY] = nameLength == 0 ? 0 : key(nameLength, bytes[nameOffset], bytes[nameEnd - 1]);
        values[size++] = value;
    }

    /** Length, first and last character in one number: tells almost all names apart without looking at the bytes. */
    private static int key(String name) {
        int length = name.length();
        return length == 0 ? 0 : key(length, (byte) name.charAt(0), (byte) name.charAt(length - 1));
    }

    private static int key(int length, byte first, byte last) {
        return length << 16 | (first & 0xFF) << 8 | last & 0xFF;
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
