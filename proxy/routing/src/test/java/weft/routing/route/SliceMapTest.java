package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SliceMapTest {
    @Test
    void everyKeyIsFoundInsideALongerText() {
        Map<String, Integer> entries = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            entries.put("/service/" + i, i);
        }
        SliceMap map = new SliceMap(entries, String::hashCode);

        entries.forEach((key, number) -> {
            assertThat(map.get(key.hashCode(), "x" + key + "/y", 1, key.length()))
                    .isEqualTo(number);
            assertThat(map.get((key + "/").hashCode(), key + "/", 0, key.length() + 1))
                    .isEqualTo(SliceMap.ABSENT);
        });
    }

    @Test
    void keysOfOneHashAreToldApart() {
        // "Aa" and "BB" hash alike.
        SliceMap map = new SliceMap(Map.of("AaBB", 1, "BBAa", 2), String::hashCode);

        assertThat("AaBB".hashCode()).isEqualTo("BBAa".hashCode()).isEqualTo("AaAa".hashCode());
        assertThat(map.get("AaBB".hashCode(), "AaBB", 0, 4)).isEqualTo(1);
        assertThat(map.get("BBAa".hashCode(), "BBAa", 0, 4)).isEqualTo(2);
        assertThat(map.get("AaAa".hashCode(), "AaAa", 0, 4)).isEqualTo(SliceMap.ABSENT);
    }

    @Test
    void emptyMapAndEmptyKeyAreTwoThings() {
        assertThat(new SliceMap(Map.of(), String::hashCode).get(0, "", 0, 0)).isEqualTo(SliceMap.ABSENT);
        SliceMap map = new SliceMap(Map.of("", 7), String::hashCode);
        assertThat(map.isEmpty()).isFalse();
        assertThat(map.get(0, "abc", 1, 0)).isEqualTo(7);
        assertThat(map.get(0, "", 0, 0)).isEqualTo(7);
    }

    @Test
    void keysOutsideLatin1AreFound() {
        SliceMap map = new SliceMap(Map.of("/grüße", 1, "/\u65e5\u672c", 2), String::hashCode);

        assertThat(map.get("/grüße".hashCode(), "/grüße", 0, 6)).isEqualTo(1);
        assertThat(map.get("/\u65e5\u672c".hashCode(), "/\u65e5\u672c", 0, 3)).isEqualTo(2);
    }

    @Test
    void keysOutsideLatin1AreToldApartByBothBytesOfACharacter() {
        SliceMap map = new SliceMap(Map.of("\u65e5\u672c", 1, "\u65e5\u682c", 2, "\u65e5\u672d", 3), key -> 9);

        assertThat(map.get(9, "\u65e5\u672c", 0, 2)).isEqualTo(1);
        assertThat(map.get(9, "\u65e5\u682c", 0, 2)).isEqualTo(2);
        assertThat(map.get(9, "\u65e5\u672d", 0, 2)).isEqualTo(3);
        assertThat(map.get(9, "\u66e5\u672c", 0, 2)).isEqualTo(SliceMap.ABSENT);
        assertThat(map.get(9, "\u00e5\u002c", 0, 2)).isEqualTo(SliceMap.ABSENT);
        Map<String, Integer> slots = new HashMap<>();
        map.forEach(slots::put);
        assertThat(slots).containsOnlyKeys("\u65e5\u672c", "\u65e5\u682c", "\u65e5\u672d");
    }

    @Test
    void slotsAreFoundWhateverTheCaseOfAsciiLettersInWhatIsAsked() {
        SliceMap map = new SliceMap(Map.of("ab", 1, "\u65e5b", 2), key -> 9);

        assertThat(map.slot(9, "xAB", 1, 2, true))
                .isEqualTo(map.slot(9, "ab", 0, 2, false))
                .isNotNegative();
        assertThat(map.slot(9, "\u65e5B", 0, 2, true))
                .isEqualTo(map.slot(9, "\u65e5b", 0, 2, false))
                .isNotNegative();
        assertThat(map.slot(9, "AB", 0, 2, false)).isEqualTo(SliceMap.ABSENT);
        Map<String, Integer> slots = new HashMap<>();
        map.forEach(slots::put);
        assertThat(slots).containsOnlyKeys("ab", "\u65e5b").containsEntry("ab", map.slot(9, "ab", 0, 2, false));
        assertThat(slots.values()).allMatch(slot -> slot < map.capacity());
    }
}
