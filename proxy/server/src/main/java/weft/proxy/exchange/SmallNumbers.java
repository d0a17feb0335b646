package weft.proxy.exchange;

/** Texts of small numbers, made once: header fields carry them in every message. Immutable. */
final class SmallNumbers {
    private static final String[] TEXTS = new String[1_000];

    static {
        for (int i = 0; i < TEXTS.length; i++) {
            TEXTS[i] = Integer.toString(i);
        }
    }

    private SmallNumbers() {}

    static String text(long number) {
        return number >= 0 && number < TEXTS.length ? TEXTS[(int) number] : Long.toString(number);
    }
}
