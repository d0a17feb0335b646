package weft.proxy.balance;

import java.util.Arrays;
import java.util.List;

/**
 * Consistent hashing on a ring, as Envoy's RING_HASH: each endpoint has points on it in proportion to its weight, and a
 * hash belongs to the next point. Immutable.
 *
 * <p>The points are where Envoy has them. How many an endpoint gets does not depend on how many endpoints there are, other
 * than with Envoy, as long as they are few: when one goes, only the hashes that belonged to it move. A pick costs the
 * logarithm of the ring's size.
 */
public final class HashRing implements HashTable {
    /** Envoy's bound; eight bytes a point. */
    static final int MAX_SIZE = 8_388_608;

    /** So many endpoints may have as many points as the whole ring at least; with more of them each gets fewer. */
    private static final double MAX_RINGS = 64;

    /** The lower bits of a point hold the position of its endpoint: 2^40 places on the ring are enough. */
    private static final int POSITION_BITS = 24;

    private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;

    /* Hash and position of each point, in order of the hash read as a number without sign; the sign bit is turned over. */
    private final long[] points;

    /**
     * @param keys what an endpoint is known by, as its address and port
     * @param weights one for each, above 0
     * @param minimumSize points on the ring at least, as far as the weights need no more
     */
    public HashRing(List<String> keys, double[] weights, long minimumSize) {
        double scale = scale(weights, Math.max(1, Math.min(minimumSize, MAX_SIZE)));
        int[] counts = Arrays.stream(weights)
                .mapToInt(weight -> Math.max(1, (int) Math.round(weight * scale)))
                .toArray();
        points = new long[Arrays.stream(counts).sum()];
        int size = 0;
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < counts.length; i++) {
            key.setLength(0);
            key.append(keys.get(i)).append('_');
            int stem = key.length();
            for (int n = 0; n < counts[i]; n++) {
                key.setLength(stem);
                key.append(n);
                points[size++] = place(XxHash64.of(key)) | i;
            }
        }
        Arrays.sort(points);
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
        double wanted = Math.min(minimumSize / unit, MAX_RINGS * minimumSize / total);
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
        int found = Arrays.binarySearch(points, place(hash));
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
