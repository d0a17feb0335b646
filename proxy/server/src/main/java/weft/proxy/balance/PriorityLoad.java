package weft.proxy.balance;

/**
 * How load spreads over the priorities of a cluster, and which of them are in panic. Immutable.
 *
 * <p>As Envoy computes it (its pages on priority levels and panic): a level's health is the percentage of healthy endpoints
 * times the overprovisioning factor of 1.4, at most 100; each level takes as much as its health, the first first. When
 * the healths add up to less than 100 they are scaled up, and a level with fewer healthy endpoints than the panic threshold
 * uses all it has. When all levels panic the load goes by their numbers of endpoints.
 */
public final class PriorityLoad {
    /** In percent. */
    static final int OVERPROVISIONING_FACTOR = 140;

    private static final int ALL = 100;

    private final int[] percent;
    private final boolean[] panic;
    private final int normalizedTotalHealth;

    private PriorityLoad(int[] percent, boolean[] panic, int normalizedTotalHealth) {
        this.percent = percent;
        this.panic = panic;
        this.normalizedTotalHealth = normalizedTotalHealth;
    }

    /**
     * @param hosts endpoints of each level
     * @param healthy those of them that are
     * @param panicPercent threshold of panic; 0 never
     */
    public static PriorityLoad of(int[] hosts, int[] healthy, int panicPercent) {
        int levels = hosts.length;
        int[] health = new int[levels];
        int total = 0;
        for (int i = 0; i < levels; i++) {
            health[i] = health(hosts[i], healthy[i]);
            total += health[i];
        }
        total = Math.min(ALL, total);
        boolean[] panic = new boolean[levels];
        boolean isTotalPanic = panicPercent > 0;
        for (int i = 0; i < levels; i++) {
            panic[i] = total < ALL && percentage(hosts[i], healthy[i]) < panicPercent;
            isTotalPanic &= panic[i];
        }
        int[] shares = isTotalPanic ? byHosts(hosts) : byHealth(health, total);
        return new PriorityLoad(shares, panic, total);
    }

    /** Of a level or a locality: 100 when it can do all the work that is meant for it. */
    static int health(int hosts, int healthy) {
        return hosts == 0 ? 0 : (int) Math.min(ALL, (long) OVERPROVISIONING_FACTOR * healthy / hosts);
    }

    /** The share of its work that a locality can do, from 0 to 1; its weight is scaled by it. */
    public static double availability(int hosts, int healthy) {
        return hosts == 0 ? 0 : Math.min(1, OVERPROVISIONING_FACTOR / (double) ALL * healthy / hosts);
    }

    private static int percentage(int hosts, int healthy) {
        return hosts == 0 ? 0 : (int) ((long) ALL * healthy / hosts);
    }

    private static int[] byHealth(int[] health, int total) {
        int[] shares = new int[health.length];
        int left = ALL;
        int first = -1;
        for (int i = 0; i < health.length && total > 0; i++) {
            shares[i] = (int) Math.min(left, Math.round((double) health[i] * ALL / total));
            left -= shares[i];
            first = first < 0 && health[i] > 0 ? i : first;
        }
        // What rounding left over; or all of it, when nobody is healthy and none may be used in spite of that.
        shares[Math.max(first, 0)] += left;
        return shares;
    }

    private static int[] byHosts(int[] hosts) {
        long total = 0;
        for (int count : hosts) {
            total += count;
        }
        int[] shares = new int[hosts.length];
        int left = ALL;
        int first = -1;
        for (int i = 0; i < hosts.length && total > 0; i++) {
            shares[i] = (int) (ALL * (long) hosts[i] / total);
            left -= shares[i];
            first = first < 0 && hosts[i] > 0 ? i : first;
        }
        shares[Math.max(first, 0)] += left;
        return shares;
    }

    /** Of all requests, how many in a hundred go to this level. */
    public int percent(int level) {
        return percent[level];
    }

    /** Whether this level uses all its endpoints, sick ones too. */
    public boolean isPanic(int level) {
        return panic[level];
    }

    public int normalizedTotalHealth() {
        return normalizedTotalHealth;
    }
}
