package weft.proxy.balance;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing by a table, as Envoy's MAGLEV and the paper of that name (Eisenbud and others, NSDI 2016). Immutable.
 *
 * <p>Each endpoint has its own order of all slots of the table and they take turns to claim the next free one; with uneven
 * weights the lighter ones miss turns. A pick is one look into the table.
 */
public final class Maglev implements HashTable {
    /** Envoy's default, a prime much above the number of endpoints. */
    public static final int DEFAULT_TABLE_SIZE = 65_537;

    private final int[] table;
    /* By position: the slot an endpoint claims first, and how far on the next is. */
    private final int[] first;
    private final int[] skip;
    /* Positions in the order of keys: the same on every proxy, in whatever order it heard of the endpoints. */
    private final int[] order;

    /**
     * @param keys what an endpoint is known by, as its address and port; their order makes no difference
     * @param weights one for each, above 0
     * @param tableSize a prime
     */
    public Maglev(List<String> keys, double[] weights, int tableSize) {
        this(keys, weights, tableSize, null, new int[0]);
    }

    private Maglev(List<String> keys, double[] weights, int tableSize, @Nullable Maglev before, int[] was) {
        table = new int[tableSize];
        first = new int[keys.size()];
        skip = new int[keys.size()];
        for (int i = 0; i < first.length; i++) {
            if (before != null && was[i] >= 0) {
                first[i] = before.first[was[i]];
                skip[i] = before.skip[was[i]];
            } else {
                String key = keys.get(i);
                first[i] = (int) Long.remainderUnsigned(XxHash64.of(key), tableSize);
                skip[i] = (int) Long.remainderUnsigned(XxHash64.of(key, 0, key.length(), 1), tableSize - 1) + 1;
            }
        }
        order = before == null ? sorted(keys, IntStream.range(0, keys.size())) : merged(keys, before, was);
        fill(weights);
    }

    /**
     * The same table; hashes and order of endpoints that were in another are taken from there.
     *
     * @param before of the same size; null for none
     * @param was position in the table before of each endpoint, -1 for newcomers
     */
    public static Maglev of(List<String> keys, double[] weights, int tableSize, @Nullable Maglev before, int[] was) {
        return new Maglev(keys, weights, tableSize, before, was);
    }

    private static int[] sorted(List<String> keys, IntStream positions) {
        return positions
                .boxed()
                .sorted((one, other) -> keys.get(one).compareTo(keys.get(other)))
                .mapToInt(position -> position)
                .toArray();
    }

    private static int[] merged(List<String> keys, Maglev before, int[] was) {
        int[] now = new int[before.order.length];
        Arrays.fill(now, -1);
        for (int i = 0; i < was.length; i++) {
            if (was[i] >= 0) {
                now[was[i]] = i;
            }
        }
        int[] added = sorted(keys, IntStream.range(0, was.length).filter(position -> was[position] < 0));
        int[] merged = new int[was.length];
        int size = 0;
        int next = 0;
        for (int old : before.order) {
            int position = now[old];
            if (position < 0) {
                continue;
            }
            while (next < added.length && keys.get(added[next]).compareTo(keys.get(position)) < 0) {
                merged[size++] = added[next++];
            }
            merged[size++] = position;
        }
        System.arraycopy(added, next, merged, size, added.length - next);
        return merged;
    }

    private void fill(double[] weights) {
        Arrays.fill(table, -1);
        int[] next = first.clone();
        double heaviest = Arrays.stream(weights).max().orElse(0);
        double[] due = new double[order.length];
        int free = table.length;
        for (long round = 1; free > 0; round++) {
            for (int i = 0; i < order.length && free > 0; i++) {
                int position = order[i];
                if (round * weights[position] < due[position]) {
                    continue;
                }
                due[position] += heaviest;
                int slot = next[position];
                while (table[slot] >= 0) {
                    slot = step(slot, skip[position]);
                }
                table[slot] = position;
                next[position] = slot;
                free--;
            }
        }
    }

    private int step(int slot, int by) {
        int next = slot + by;
        return next >= table.length ? next - table.length : next;
    }

    @Override
    public int pick(long hash, boolean[] usable) {
        int slot = (int) Long.remainderUnsigned(hash, table.length);
        // Neighbours in the table are strangers: what belonged to one endpoint spreads over all others.
        for (int i = 0; i < table.length; i++) {
            if (usable[table[slot]]) {
                return table[slot];
            }
            slot = step(slot, 1);
        }
        return NONE;
    }
}
