package weft.log;

/**
 * One record of the rules topic that does not count. Immutable.
 *
 * @param key of the record, as text; cut short when it is longer than any rule's
 * @param text for people: what was found and what was expected
 */
public record SkippedRecord(String key, SkipReason reason, String text, long offset) {
    private static final int MAX_KEY_LENGTH = 200;

    public SkippedRecord {
        key = key.length() > MAX_KEY_LENGTH ? key.substring(0, MAX_KEY_LENGTH) + "…" : key;
    }
}
