package weft.routing.compile;

import java.util.List;

/** Which namespaces see a resource, after its exportTo list. Thread-safe: functions only. */
final class ExportTo {
    private ExportTo() {}

    static boolean isPublic(List<String> exportTo) {
        return exportTo.isEmpty() || exportTo.contains("*");
    }

    static boolean isVisible(List<String> exportTo, String owner, String viewer) {
        if (isPublic(exportTo)) {
            return true;
        }
        return exportTo.contains(viewer) || (exportTo.contains(".") && owner.equals(viewer));
    }
}
