package weft.proxy.balance;

import java.util.random.RandomGenerator;

/** Each endpoint in turn, among equal weights; Istio's ROUND_ROBIN. Confined to the event loop. */
public final class RoundRobin implements LoadBalancer {
    private final int size;
    private int next;

    /** @param next whose turn it is; above the size it counts from the beginning again */
    public RoundRobin(int size, int next) {
        this.size = size;
        this.next = Math.floorMod(next, size);
    }

    /** Whose turn it is. */
    public int next() {
        return next;
    }

    @Override
    public int pick(RandomGenerator random) {
        int picked = next;
        next = picked + 1 == size ? 0 : picked + 1;
        return picked;
    }
}
