package weft.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Ring and Maglev: balance and steadiness. */
class ConsistentHashTest {
    private static final int KEYS = 50_000;
    /* As far as two places on the ring are apart. */
    private static final long PLACE = 1L << 24;
    private static final boolean[] ALL = new boolean[100];

    static {
        Arrays.fill(ALL, true);
    }

    enum Kind {
        RING {
            @Override
            HashTable of(List<String> keys, double... weights) {
                return new HashRing(keys, weights, 1_024);
            }
        },
        MAGLEV {
            @Override
            HashTable of(List<String> keys, double... weights) {
                return new Maglev(keys, weights, Maglev.DEFAULT_TABLE_SIZE);
            }
        };

        abstract HashTable of(List<String> keys, double... weights);

        HashTable even(List<String> keys) {
            return of(keys, keys.stream().mapToDouble(any -> 1).toArray());
        }
    }

    private final SplittableRandom random = new SplittableRandom(20_261_130);

    private static List<String> hosts(int count) {
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hosts.add("10.1." + i / 250 + "." + i % 250 + ":9080");
        }
        return hosts;
    }

    private int[] shares(HashTable balancer, int hosts) {
        int[] counts = new int[hosts];
        for (int i = 0; i < KEYS; i++) {
            counts[balancer.pick(XxHash64.of("user-" + i), ALL)]++;
        }
        return counts;
    }

    /** The paper: with a table of more than a hundred slots a host, no host has over 1 % more than its share. */
    @Test
    void maglevGivesEachHostItsShareWithinOnePercent() {
        int[] slots = new int[100];
        Maglev maglev = new Maglev(hosts(100), ones(100), Maglev.DEFAULT_TABLE_SIZE);
        for (int slot = 0; slot < Maglev.DEFAULT_TABLE_SIZE; slot++) {
            slots[maglev.pick(slot, ALL)]++;
        }
        double even = Maglev.DEFAULT_TABLE_SIZE / 100.0;
        assertThat(Arrays.stream(slots).max().getAsInt() / even).isLessThan(1.01);
        assertThat(Arrays.stream(slots).min().getAsInt() / even).isGreaterThan(0.99);
    }

    /** By chance a host's share of a ring with n points for it varies by one in the root of n. */
    @Test
    void ringGivesEachHostItsShareWithinWhatItsPointsAllow() {
        int[] counts = shares(new HashRing(hosts(10), ones(10), 1_024), 10);
        double sigma = 1 / Math.sqrt(1_024);
        for (int count : counts) {
            assertThat((double) count / KEYS * 10).isBetween(1 - 4 * sigma, 1 + 4 * sigma);
        }
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @ParameterizedTest
    @EnumSource
    void goneHostTakesOnlyItsOwnKeysAlong(Kind kind) {
        List<String> ten = hosts(10);
        HashTable before = kind.even(ten);
        for (int gone = 0; gone < 10; gone += 3) {
            List<String> nine = new ArrayList<>(ten);
            nine.remove(gone);
            HashTable after = kind.even(nine);
            int moved = 0;
            int movedThoughThere = 0;
            for (int i = 0; i < KEYS; i++) {
                long hash = XxHash64.of("user-" + i);
                String was = ten.get(before.pick(hash, ALL));
                boolean isMoved = !was.equals(nine.get(after.pick(hash, ALL)));
                moved += isMoved ? 1 : 0;
                movedThoughThere += isMoved && !was.equals(ten.get(gone)) ? 1 : 0;
            }
            assertThat((double) moved / KEYS).as("host %d gone", gone).isLessThanOrEqualTo(0.12);
            assertThat(moved).isPositive();
            if (kind == Kind.RING) {
                assertThat(movedThoughThere).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sharesFollowWeights(Kind kind) {
        int[] counts = shares(kind.of(hosts(4), 1, 2, 3, 4), 4);
        for (int i = 0; i < 4; i++) {
            assertThat((double) counts[i] / KEYS).isBetween((i + 1) / 10.0 - 0.015, (i + 1) / 10.0 + 0.015);
        }
    }

    @ParameterizedTest
    @EnumSource
    void orderOfHostsMakesNoDifference(Kind kind) {
        List<String> hosts = hosts(25);
        List<String> shuffled = new ArrayList<>(hosts);
        Collections.shuffle(shuffled, new Random(3));
        HashTable one = kind.even(hosts);
        HashTable other = kind.even(shuffled);
        for (int i = 0; i < 10_000; i++) {
            long hash = random.nextLong();
            assertThat(shuffled.get(other.pick(hash, ALL))).isEqualTo(hosts.get(one.pick(hash, ALL)));
        }
    }

    /** A sorted map of the points is the oracle; asked at random, and on and beside each point and edge of a part. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "5, 3", "7, 1024", "90, 100"})
    void hashBelongsToTheNextPointOfTheRing(int count, int minimumSize) {
        List<String> hosts = hosts(count);
        HashRing ring = new HashRing(hosts, ones(count), minimumSize);
        TreeMap<Long, Integer> points = new TreeMap<>(Long::compareUnsigned);
        for (int host = 0; host < count; host++) {
            for (int n = 0; n < ring.size() / count; n++) {
                points.put(XxHash64.of(hosts.get(host) + "_" + n), host);
            }
        }
        assertThat(points).hasSize(ring.size());
        List<Long> asked = new ArrayList<>(List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
        for (long point : points.keySet()) {
            asked.addAll(List.of(point, point - PLACE, point + PLACE));
        }
        for (int i = 0; i < 10_000; i++) {
            asked.addAll(List.of(random.nextLong(), random.nextLong() << random.nextInt(48, 64)));
        }
        for (long hash : asked) {
            Map.Entry<Long, Integer> next = points.ceilingEntry(hash);
            int expected = (next == null ? points.firstEntry() : next).getValue();
            assertThat(ring.pick(hash, ALL)).isEqualTo(expected);
        }
    }

    @Test
    void ringMadeFromTheOneBeforeIsTheSameAsOneMadeAnew() {
        List<String> before = hosts(40);
        List<String> after = new ArrayList<>(before.subList(0, 30));
        after.add(12, "10.9.9.9:80");
        int[] was = after.stream().mapToInt(before::indexOf).toArray();
        HashRing made = HashRing.of(after, ones(31), 64, new HashRing(before, ones(40), 64), was);
        HashRing anew = new HashRing(after, ones(31), 64);
        for (int i = 0; i < 10_000; i++) {
            long hash = random.nextLong();
            assertThat(made.pick(hash, ALL)).isEqualTo(anew.pick(hash, ALL));
        }
    }

    @Test
    void ringGrowsWithHostsAndWeightsUpToItsBound() {
        assertThat(new HashRing(hosts(3), ones(3), 1).size()).isEqualTo(3);
        assertThat(new HashRing(hosts(2), new double[] {1, 9}, 1).size()).isEqualTo(10);
        assertThat(new HashRing(hosts(2), new double[] {100, 100}, 1_024).size())
                .isEqualTo(3_200);
        assertThat(new HashRing(hosts(64), ones(64), 1_024).size()).isEqualTo(65_536);
        for (int hosts : new int[] {65, 100, 1_000, 10_000}) {
            assertThat(new HashRing(hosts(hosts), ones(hosts), 1_024).size()).isBetween(50_000, 75_000);
        }
        assertThat(new HashRing(hosts(2), new double[] {1, 1e9}, 1_024).size())
                .isBetween(HashRing.MAX_SIZE - 2, HashRing.MAX_SIZE + 2);
    }

    @Test
    void oneHostLessAmongManyMovesNoKeyOfTheOthers() {
        List<String> many = hosts(200);
        List<String> fewer = new ArrayList<>(many);
        fewer.remove(77);
        boolean[] all = new boolean[many.size()];
        Arrays.fill(all, true);
        HashTable before = Kind.RING.even(many);
        HashTable after = Kind.RING.even(fewer);
        for (int i = 0; i < KEYS; i++) {
            long hash = XxHash64.of("user-" + i);
            String was = many.get(before.pick(hash, all));
            assertThat(was.equals(many.get(77)) || was.equals(fewer.get(after.pick(hash, all))))
                    .isTrue();
        }
    }

    @Test
    void moreHostsThanSlotsFillTheTable() {
        Maglev maglev = new Maglev(hosts(20), ones(20), 7);
        for (int slot = 0; slot < 7; slot++) {
            assertThat(maglev.pick(slot, ALL)).isBetween(0, 19);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hostThatMayNotBeUsedIsSteppedOverAndOthersKeepTheirKeys(Kind kind) {
        HashTable table = kind.even(hosts(10));
        boolean[] some = ALL.clone();
        some[3] = false;
        some[7] = false;
        int[] taken = new int[10];
        for (int i = 0; i < KEYS; i++) {
            long hash = XxHash64.of("user-" + i);
            int home = table.pick(hash, ALL);
            int now = table.pick(hash, some);
            assertThat(some[now]).isTrue();
            if (some[home]) {
                assertThat(now).isEqualTo(home);
            } else {
                taken[now]++;
            }
        }
        // Everybody else takes over a share of what was theirs.
        for (int i = 0; i < 10; i++) {
            assertThat(taken[i] > KEYS / 5 / 8 / 2).isEqualTo(some[i]);
        }
        assertThat(table.pick(1, new boolean[10])).isEqualTo(HashTable.NONE);
    }

    /** Stepping over is the same as a ring without the host. */
    @Test
    void ringThatStepsOverIsTheRingWithoutTheHost() {
        List<String> ten = hosts(10);
        List<String> nine = new ArrayList<>(ten);
        nine.remove(4);
        boolean[] some = ALL.clone();
        some[4] = false;
        HashTable whole = Kind.RING.even(ten);
        HashTable without = Kind.RING.even(nine);
        for (int i = 0; i < 10_000; i++) {
            long hash = random.nextLong();
            assertThat(ten.get(whole.pick(hash, some))).isEqualTo(nine.get(without.pick(hash, ALL)));
        }
    }
}
