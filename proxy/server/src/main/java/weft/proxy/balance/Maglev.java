package weft.proxy.balance;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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

    /**
     * @param keys what an endpoint is known by, as its address and port; their order makes no difference
     * @param weights one for each, above 0
     * @param tableSize a prime
     */
    public Maglev(List<String> keys, double[] weights, int tableSize) {
        table = new int[tableSize];
        Arrays.fill(table, -1);
        // The same on every proxy, in whatever order it heard of the endpoints.
        int[] order = IntStream.range(0, keys.size())
                .boxed()
                .sorted((one, other) -> keys.get(one).compareTo(keys.get(other)))
                .mapToInt(position -> position)
                .toArray();
        int[] next = new int[order.length];
        int[] skip = new int[order.length];
        double heaviest = 0;
        for (int i = 0; i < order.length; i++) {
            String key = keys.get(order[i]);
            next[i] = (int) Long.remainderUnsigned(XxHash64.of(key), tableSize);
            skip[i] = (int) Long.remainderUnsigned(XxHash64.of(key, 0, key.length(), 1), tableSize - 1) + 1;
            heaviest = Math.max(heaviest, weights[order[i]]);
        }
        double[] due = new double[order.length];
        int free = tableSize;
        for (long round = 1; free > 0; round++) {
            for (int i = 0; i < order.length && free > 0; i++) {
                double weight = weights[order[i]];
                if (round * weight < due[i]) {
                    continue;
                }
                due[i] += heaviest;
                while (table[next[i]] >= 0) {
                    next[i] = step(next[i], skip[i]);
                }
                table[next[i]] = order[i];
                free--;
            }
        }
    }

    private int step(int slot, int skip) {
        int next = slot + skip;
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
