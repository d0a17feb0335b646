package weft.publish.cli;

import java.util.Comparator;
import weft.publish.yaml.Diagnostic;
import weft.routing.analyze.FindingCode;

/**
 * A finding and where it stands. Immutable.
 *
 * @param resource as {@code VirtualService reviews.default}
 * @param place file, line, column and excerpt; its message is that of the finding
 */
record PlacedFinding(FindingCode code, String resource, Diagnostic place) {
    static final Comparator<PlacedFinding> IN_ORDER = Comparator.<PlacedFinding, String>comparing(
                    found -> found.place().file())
            .thenComparing(found -> found.place().line())
            .thenComparing(found -> found.place().column())
            .thenComparing(PlacedFinding::code)
            .thenComparing(found -> found.place().message());

    String message() {
        return place.message();
    }
}
