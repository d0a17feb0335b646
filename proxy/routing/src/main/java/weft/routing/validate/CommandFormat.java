package weft.routing.validate;

import org.jspecify.annotations.Nullable;

/** Envoy's {@code %COMMAND(args)%} in header values, as far as their brackets go. Thread-safe: functions only. */
final class CommandFormat {
    private CommandFormat() {}

    private enum State {
        LITERAL,
        NAME,
        ARGUMENTS,
        ITEM,
        STRING,
        AFTER_ITEM,
        CLOSING,
        END
    }

    /** What was expected where the value goes wrong, or null when it is well formed. */
    static @Nullable String fault(String value) {
        State state = State.LITERAL;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean last = i + 1 == value.length();
            boolean escaped = state == State.LITERAL ? c == '%' && !last && value.charAt(i + 1) == '%' : c == '\\';
            if (state == State.STRING || state == State.LITERAL) {
                if (last && state == State.STRING && c == '\\') {
                    return "a character after the backslash";
                }
                if (escaped) {
                    i++;
                    continue;
                }
            }
            State next = next(state, c);
            if (next == null) {
                return "brackets of a %COMMAND% that close";
            }
            state = next;
        }
        return state == State.LITERAL ? null : "%% for a percent sign, or a closed %COMMAND%";
    }

    private static @Nullable State next(State state, char c) {
        boolean space = c == ' ';
        return switch (state) {
            case LITERAL -> c == '%' ? State.NAME : State.LITERAL;
            case NAME -> c == '%' ? State.LITERAL : c == '(' ? State.ARGUMENTS : State.NAME;
            case ARGUMENTS -> c == '[' ? State.ITEM : space ? State.ARGUMENTS : State.STRING;
            case ITEM -> c == '"' ? State.STRING : space ? State.ITEM : null;
            case STRING -> c == ')' ? State.END : c == '"' ? State.AFTER_ITEM : State.STRING;
            case AFTER_ITEM -> c == ',' ? State.ITEM : c == ']' ? State.CLOSING : space ? State.AFTER_ITEM : null;
            case CLOSING -> c == ')' ? State.END : space ? State.CLOSING : null;
            case END -> c == '%' ? State.LITERAL : space ? State.END : null;
        };
    }
}
