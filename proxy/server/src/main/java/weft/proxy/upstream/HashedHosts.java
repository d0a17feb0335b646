package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.HashRing;
import weft.proxy.balance.HashTable;
import weft.proxy.balance.Maglev;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;

/**
 * Hosts found by hash, those of them that may be used. Immutable.
 *
 * <p>The table is of all hosts and serves as long as those stay the same: who falls ill is stepped over.
 *
 * @param usable by position; not to be changed
 */
record HashedHosts(EndpointState[] hosts, HashTable table, boolean[] usable) implements HostChoice {
    private static final int[] NOBODY = {};

    /**
     * A table and what it was made for. Immutable.
     *
     * @param weights one for each host, above 0
     */
    record Table(EndpointState[] hosts, double[] weights, HashTable lookup) {

        /** @param before with the same balancing, to take over what is alike; null for none */
        static Table of(EndpointState[] hosts, double[] weights, LoadBalancing balancing, @Nullable Table before) {
            if (before != null && Arrays.equals(hosts, before.hosts) && Arrays.equals(weights, before.weights)) {
                return before;
            }
            List<String> keys = new ArrayList<>(hosts.length);
            for (EndpointState host : hosts) {
                keys.add(host.hostPort());
            }
            long size = balancing.hash() == null ? 1 : balancing.hash().tableSize();
            int[] was = before == null ? NOBODY : Positions.in(before.hosts, hosts);
            HashTable lookup = balancing.policy() == LbPolicy.MAGLEV
                    ? Maglev.of(keys, weights, (int) size, before == null ? null : (Maglev) before.lookup, was)
                    : HashRing.of(keys, weights, size, before == null ? null : (HashRing) before.lookup, was);
            return new Table(hosts, weights, lookup);
        }
    }

    @Override
    public @Nullable EndpointState pick(Worker worker, long point) {
        int position = table.pick(point, usable);
        return position == HashTable.NONE ? firstUsable() : hosts[position];
    }

    @Override
    public boolean contains(EndpointState host) {
        return Arrays.asList(hosts).contains(host);
    }

    @Override
    public @Nullable EndpointState untried(long point, List<EndpointState> tried) {
        int from = (int) Long.remainderUnsigned(point, hosts.length);
        for (int i = 0; i < hosts.length; i++) {
            int at = (from + i) % hosts.length;
            if (usable[at] && !tried.contains(hosts[at])) {
                return hosts[at];
            }
        }
        return null;
    }

    /** With more hosts than slots some are in no table. */
    private @Nullable EndpointState firstUsable() {
        for (int i = 0; i < hosts.length; i++) {
            if (usable[i]) {
                return hosts[i];
            }
        }
        return null;
    }
}
