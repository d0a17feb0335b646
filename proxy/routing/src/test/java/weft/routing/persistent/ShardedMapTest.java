package weft.routing.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShardedMapTest {
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void everyVersionStaysAsItWasWhileLaterOnesChange() {
        Map<String, Integer> expected = new HashMap<>();
        ShardedMap<String, Integer> map = ShardedMap.of();
        for (int version = 0; version < 300; version++) {
            Map<String, Integer> expectedBefore = new HashMap<>(expected);
            ShardedMap<String, Integer> before = map;
            ShardedMap.Editor<String, Integer> editor = map.edit();
            for (int i = random.nextInt(20); i >= 0; i--) {
                String key = "k" + random.nextInt(2_000);
                if (random.nextInt(4) == 0) {
                    editor.remove(key);
                    expected.remove(key);
                } else {
                    int value = random.nextInt(3);
                    editor.put(key, value);
                    expected.put(key, value);
                }
            }
            map = editor.done();
            assertSame(map, expected);
            assertSame(before, expectedBefore);
            assertDifferences(before, map);
            assertDifferences(map, before);
        }
        assertThat(map.size()).as("several shards").isGreaterThan(500);
    }

    private void assertSame(ShardedMap<String, Integer> map, Map<String, Integer> expected) {
        assertThat(map).as("seed %d", seed).hasSize(expected.size()).isEqualTo(expected);
        assertThat(ShardedMap.copyOf(expected)).isEqualTo(map).hasSameHashCodeAs(map);
        assertThat(new HashMap<>(map)).isEqualTo(expected);
        Map<String, Integer> told = new HashMap<>();
        map.forEach(told::put);
        assertThat(told).isEqualTo(expected);
    }

    private void assertDifferences(Map<String, Integer> before, Map<String, Integer> after) {
        Map<String, Integer> applied = new HashMap<>(before);
        ShardedMap.differences(before, after, (key, old, now) -> {
            assertThat(old).as("seed %d", seed).isEqualTo(before.get(key)).isNotEqualTo(now);
            if (now == null) {
                applied.remove(key);
            } else {
                applied.put(key, now);
            }
        });
        assertThat(applied).as("seed %d", seed).isEqualTo(after);
    }

    @Test
    void aChangeThatChangesNothingGivesTheSameMap() {
        ShardedMap<String, String> map = ShardedMap.copyOf(Map.of("a", "1", "b", "2"));
        ShardedMap.Editor<String, String> editor = map.edit();
        editor.put("a", new String("1"));
        editor.remove("c");
        assertThat(editor.done()).isSameAs(map);
    }

    @Test
    void whatIsSharedIsNotCompared() {
        Map<Integer, Counted> many = new HashMap<>();
        int[] comparisons = new int[1];
        for (int i = 0; i < 10_000; i++) {
            many.put(i, new Counted(i, comparisons));
        }
        ShardedMap<Integer, Counted> before = ShardedMap.copyOf(many);
        ShardedMap.Editor<Integer, Counted> editor = before.edit();
        editor.put(77, new Counted(-1, comparisons));
        ShardedMap<Integer, Counted> after = editor.done();
        comparisons[0] = 0;
        int[] found = new int[1];
        ShardedMap.differences(before, after, (key, old, now) -> found[0]++);
        assertThat(found[0]).isOne();
        assertThat(comparisons[0]).isLessThan(5);
    }

    /** Counts how often it is asked whether it equals another. */
    private static final class Counted {
        private final int value;
        private final int[] comparisons;

        Counted(int value, int[] comparisons) {
            this.value = value;
            this.comparisons = comparisons;
        }

        @Override
        public boolean equals(Object other) {
            comparisons[0]++;
            return other instanceof Counted that && that.value == value;
        }

        @Override
        public int hashCode() {
            return value;
        }
    }
}
