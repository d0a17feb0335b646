package weft.routing.snapshot;

/** Which bundle a snapshot reflects: its revision and the offset of its commit record. Immutable. */
public record LogPosition(long revision, long offset) {
    public static final LogPosition NONE = new LogPosition(0, -1);
}
