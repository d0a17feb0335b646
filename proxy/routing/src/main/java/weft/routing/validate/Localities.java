package weft.routing.validate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lists of {@code region/zone/subzone} patterns that must not overlap. Thread-safe: functions only. */
final class Localities {
    private static final String ANY = "*";
    private static final int LEVELS = 3;

    private Localities() {}

    /** Each is held against those before it, as Istio does: a wider one may come after a narrower one. */
    static void check(List<String> localities, Problems problems) {
        Map<String, Map<String, Set<String>>> regions = new HashMap<>();
        for (String locality : localities) {
            int star = locality.indexOf('*');
            String[] parts = locality.split("/", LEVELS);
            boolean wellFormed = (star < 0 || star == locality.length() - 1)
                    && List.of(parts).stream().noneMatch(String::isEmpty);
            if (!wellFormed) {
                problems.error("\"" + locality + "\" (expected: region/zone/subzone, * at the end)");
            } else if (regions.containsKey(ANY) || !add(parts, regions)) {
                problems.error("\"" + locality + "\" overlaps one before it (expected: each place once)");
            }
        }
    }

    private static boolean add(String[] parts, Map<String, Map<String, Set<String>>> regions) {
        boolean isNewRegion = !regions.containsKey(parts[0]);
        if (parts.length == 1) {
            regions.putIfAbsent(parts[0], new HashMap<>(Map.of(ANY, new HashSet<>(Set.of(ANY)))));
            return isNewRegion;
        }
        Map<String, Set<String>> zones = regions.computeIfAbsent(parts[0], region -> new HashMap<>());
        if (zones.containsKey(ANY)) {
            return false;
        }
        boolean isNewZone = !zones.containsKey(parts[1]);
        if (parts.length == 2) {
            zones.putIfAbsent(parts[1], new HashSet<>(Set.of(ANY)));
            return isNewZone;
        }
        Set<String> subzones = zones.computeIfAbsent(parts[1], zone -> new HashSet<>());
        return !subzones.contains(ANY) && subzones.add(parts[2]);
    }
}
