package weft.proxy.balance;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing on a ring, as Envoy's RING_HASH: each endpoint has points on it in proportion to its weight, and a
 * hash belongs to the next point. Immutable.
 *
 * <p>The points are where Envoy has them. How many an endpoint gets does not depend on how many endpoints there are, other
 * than with Envoy, as long as they are few: when one goes, only the hashes that belonged to it move. The ring is cut into
 * about as many equal parts as it has points, and only the part of a hash is searched: as hashes are spread evenly, the
 * search takes the same few steps whatever the ring's size. If ever they were not, it would take the logarithm of the size.
 */
public final class HashRing implements HashTable {
    /** Envoy's bound; ten to twelve bytes a point. */
    static final int MAX_SIZE = 8_388_608;

    /** So many endpoints may have as many points as the whole ring at least; with more of them each gets fewer. */
    private static final double MAX_RINGS = 64;

    private static final double STEPS_PER_DOUBLING = 4;

    /** The lower bits of a point hold the position of its endpoint: 2^40 places on the ring are enough. */
    private static final int POSITION_BITS = 24;

    private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;

    private static final long[] NO_POINTS = {};

    /* Hash and position of each point, in order of the hash read as a number without sign; the sign bit is turned over. */
    private final long[] points;
    /* Position of the first point of each part of the ring or a later one; the number of points at the end. */
    private final int[] parts;
    /* Bits of a place below the number of its part. */
    private final int shift;
    /* Points of each endpoint. */
    private final int[] counts;

    /**
     * @param keys what an endpoint is known by, as its address and port
     * @param weights one for each, above 0
     * @param minimumSize points on the ring at least, as far as the weights need no more
     */
    public HashRing(List<String> keys, double[] weights, long minimumSize) {
        counts = counts(weights, minimumSize);
        int[] nobody = new int[counts.length];
        Arrays.fill(nobody, -1);
        points = merged(NO_POINTS, new int[0], added(keys, nobody));
        shift = shift(points.length);
        parts = parts(points, shift);
    }

    private HashRing(List<String> keys, int[] counts, HashRing before, int[] was) {
        this.counts = counts;
        int[] now = new int[before.counts.length];
        Arrays.fill(now, -1);
        for (int i = 0; i < was.length; i++) {
            if (was[i] >= 0) {
                now[was[i]] = i;
            }
        }
        points = merged(before.points, now, added(keys, was));
        shift = shift(points.length);
        parts = parts(points, shift);
    }

    /**
     * The same ring; points of endpoints that were on another are taken from there in their order, so that only those of
     * newcomers are hashed and sorted.
     *
     * @param before null for none
     * @param was position on the ring before of each endpoint, -1 for newcomers
     */
    public static HashRing of(
            List<String> keys, double[] weights, long minimumSize, @Nullable HashRing before, int[] was) {
        int[] counts = counts(weights, minimumSize);
        return before != null && before.isBase(counts, was)
                ? new HashRing(keys, counts, before, was)
                : new HashRing(keys, weights, minimumSize);
    }

    /** Whether those that stay have as many points as before, in the same order. */
    private boolean isBase(int[] now, int[] was) {
        int last = -1;
        for (int i = 0; i < was.length; i++) {
            if (was[i] >= 0) {
                if (was[i] < last || counts[was[i]] != now[i]) {
                    return false;
                }
                last = was[i];
            }
        }
        return true;
    }

    private static int[] counts(double[] weights, long minimumSize) {
        double scale = scale(weights, Math.max(1, Math.min(minimumSize, MAX_SIZE)));
        int[] counts = new int[weights.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.max(1, (int) Math.round(weights[i] * scale));
        }
        return counts;
    }

    /** The points of newcomers, in order. */
    private long[] added(List<String> keys, int[] was) {
        int size = 0;
        for (int i = 0; i < was.length; i++) {
            size += was[i] < 0 ? counts[i] : 0;
        }
        long[] added = new long[size];
        size = 0;
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < was.length; i++) {
            if (was[i] >= 0) {
                continue;
            }
            key.setLength(0);
            key.append(keys.get(i)).append('_');
            int stem = key.length();
            for (int n = 0; n < counts[i]; n++) {
                key.setLength(stem);
                key.append(n);
                added[size++] = place(XxHash64.of(key)) | i;
            }
        }
        Arrays.sort(added);
        return added;
    }

    /** @param now position of those that stay, -1 of those that go, by the one before */
    private long[] merged(long[] before, int[] now, long[] added) {
        long[] merged = new long[Arrays.stream(counts).sum()];
        int size = 0;
        int next = 0;
        for (long point : before) {
            int position = now[(int) (point & POSITION_MASK)];
            if (position >= 0) {
                long moved = (point & ~POSITION_MASK) | position;
                while (next < added.length && added[next] < moved) {
                    merged[size++] = added[next++];
                }
                merged[size++] = moved;
            }
        }
        System.arraycopy(added, next, merged, size, added.length - next);
        return merged;
    }

    /** As many parts as a power of two has that is not above the number of points, but two at least. */
    private static int shift(int points) {
        return Long.SIZE - Math.max(1, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(points));
    }

    private static int[] parts(long[] points, int shift) {
        int[] parts = new int[(1 << (Long.SIZE - shift)) + 1];
        int part = 0;
        for (int at = 0; at < points.length; at++) {
            for (int its = part(points[at], shift); part <= its; part++) {
                parts[part] = at;
            }
        }
        Arrays.fill(parts, part, parts.length, points.length);
        return parts;
    }

    private static int part(long place, int shift) {
        return (int) ((place ^ Long.MIN_VALUE) >>> shift);
    }

    /** In steps of a fifth, so that one endpoint more or less changes nothing for all the others. */
    private static double stepped(double scale) {
        return Math.pow(2, Math.floor(Math.log(scale) / Math.log(2) * STEPS_PER_DOUBLING) / STEPS_PER_DOUBLING);
    }

    /** Points for a weight of one. */
    private static double scale(double[] weights, long minimumSize) {
        double total = 0;
        double least = Double.MAX_VALUE;
        for (double weight : weights) {
            total += weight;
            least = Math.min(least, weight);
        }
        // A power of two, so that the lightest endpoint may go and others of its kind keep their points.
        double unit = Math.scalb(1.0, Math.getExponent(least));
        double wanted = Math.min(minimumSize / unit, stepped(MAX_RINGS * minimumSize / total));
        return Math.min(Math.max(wanted, 1 / least), MAX_SIZE / total);
    }

    private static long place(long hash) {
        return (hash ^ Long.MIN_VALUE) & ~POSITION_MASK;
    }

    int size() {
        return points.length;
    }

    @Override
    public int pick(long hash, boolean[] usable) {
        long place = place(hash);
        int part = part(place, shift);
        int found = Arrays.binarySearch(points, parts[part], parts[part + 1], place);
        int at = found >= 0 ? found : -found - 1;
        // As if the points of the others were not there.
        for (int i = 0; i < points.length; i++, at++) {
            if (at >= points.length) {
                at = 0;
            }
            int position = (int) (points[at] & POSITION_MASK);
            if (usable[position]) {
                return position;
            }
        }
        return NONE;
    }
}
