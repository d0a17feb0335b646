package weft.local.e2e;

/** How much the tests do: enough to be meaningful in seconds, or all of it with {@code -Pslow}. Immutable. */
final class Sizes {
    private static final boolean SLOW = Boolean.getBoolean("weft.slow");

    private Sizes() {}

    static int appliesUnderLoad() {
        return SLOW ? 100 : 15;
    }

    static int countedRequests() {
        return SLOW ? 100_000 : 20_000;
    }
}
