package weft.log;

import java.util.List;
import java.util.stream.Collectors;
import weft.rules.RuleKey;

/** Somebody else changed what a draft was to change, after its author had looked; nothing was written. */
public final class ConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // a list of records of strings
    private final List<RuleKey> keys;

    private final long revision;

    /**
     * @param keys resources that are not as the draft expects them
     * @param revision of the state they were compared with
     */
    public ConflictException(List<RuleKey> keys, long revision) {
        super(keys.stream().map(RuleKey::toString).collect(Collectors.joining(", ")) + " changed meanwhile: revision "
                + revision + " is not what was expected");
        this.keys = List.copyOf(keys);
        this.revision = revision;
    }

    public List<RuleKey> keys() {
        return keys;
    }

    public long revision() {
        return revision;
    }
}
