package weft.publish.yaml;

import java.util.List;

/** One text of rules and the name that messages give it. Immutable. */
public record SourceText(String name, String text) {

    /** The lines of the text without their ends. */
    List<String> lines() {
        return text.lines().toList();
    }
}
