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

    /** @param weights one for each host, above 0 */
    static HashTable table(EndpointState[] hosts, double[] weights, LoadBalancing balancing) {
        List<String> keys = new ArrayList<>(hosts.length);
        for (EndpointState host : hosts) {
            keys.add(host.hostPort());
        }
        long size = balancing.hash() == null ? 1 : balancing.hash().tableSize();
        return balancing.policy() == LbPolicy.MAGLEV
                ? new Maglev(keys, weights, (int) size)
                : new HashRing(keys, weights, size);
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
