package weft.publish.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code --suppress} asks for: a code for resources whose name fits. Immutable. */
record Suppression(String code, Pattern resource) {
    private static final Pattern FORM = Pattern.compile("((?:IST|WFT)\\d{4})=(\\S+ \\S+)");

    /** Reads {@code IST0130=VirtualService reviews.*}. */
    static Suppression parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--suppress \"" + text + "\" (expected, for example: \"IST0130=VirtualService reviews.*\")");
        }
        StringBuilder regex = new StringBuilder();
        for (String part : matcher.group(2).split("(?=\\*)|(?<=\\*)", -1)) {
            regex.append(part.equals("*") ? ".*" : Pattern.quote(part));
        }
        return new Suppression(matcher.group(1), Pattern.compile(regex.toString()));
    }

    boolean covers(PlacedFinding found) {
        return found.code().name().equals(code)
                && resource.matcher(found.resource()).matches();
    }
}
