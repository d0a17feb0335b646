package weft.routing.validate;

import java.util.List;

/** Lists of {@code region/zone/subzone} patterns that must not overlap. Thread-safe: functions only. */
final class Localities {
    private Localities() {}

    static void check(List<String> localities, Problems problems) {
        for (int i = 0; i < localities.size(); i++) {
            String locality = localities.get(i);
            int star = locality.indexOf('*');
            boolean wellFormed = (star < 0 || star == locality.length() - 1)
                    && List.of(locality.split("/", -1)).stream().noneMatch(String::isEmpty);
            problems.require(wellFormed, "\"" + locality + "\" (expected: region/zone/subzone, * at the end)");
            for (int j = 0; j < i; j++) {
                problems.require(
                        !contains(localities.get(j), locality) && !contains(locality, localities.get(j)),
                        "\"" + locality + "\" overlaps \"" + localities.get(j) + "\"");
            }
        }
    }

    private static boolean contains(String outer, String inner) {
        String prefix = outer.endsWith("*") ? outer.substring(0, outer.length() - 1) : outer + "/";
        return outer.equals(inner) || inner.startsWith(prefix);
    }
}
