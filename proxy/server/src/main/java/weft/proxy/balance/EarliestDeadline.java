package weft.proxy.balance;

import java.util.random.RandomGenerator;

/**
 * Turns in proportion to weights that differ or change: Envoy's schedule by earliest deadline. Confined to the event loop.
 *
 * <p>The endpoint with the earliest deadline goes next and its deadline moves by 1/weight, as the weight is then. A heap:
 * a pick costs the logarithm of the number of endpoints.
 */
public final class EarliestDeadline implements LoadBalancer {
    /** Lest an endpoint of next to no weight is never seen again. */
    private static final double LEAST_WEIGHT = 1e-6;

    private final Weights weights;
    private final int[] heap;
    private final double[] deadlines;

    /** What an endpoint weighs now. */
    @FunctionalInterface
    public interface Weights {
        double weight(int position);
    }

    /** Begins somewhere in the round, lest all proxies begin with the same endpoint. */
    public EarliestDeadline(int size, Weights weights, RandomGenerator random) {
        this.weights = weights;
        heap = new int[size];
        deadlines = new double[size];
        for (int i = 0; i < size; i++) {
            heap[i] = i;
            deadlines[i] = random.nextDouble() * period(i);
        }
        order();
    }

    /**
     * Goes on where another left off: whoever was there keeps the deadline, others begin somewhere in the round.
     *
     * @param before position at the other for each position here, -1 for none
     */
    public EarliestDeadline(int[] before, EarliestDeadline other, Weights weights, RandomGenerator random) {
        this.weights = weights;
        heap = new int[before.length];
        deadlines = new double[before.length];
        double now = other.deadlines[other.heap[0]];
        for (int i = 0; i < before.length; i++) {
            heap[i] = i;
            deadlines[i] = before[i] >= 0 ? other.deadlines[before[i]] - now : random.nextDouble() * period(i);
        }
        order();
    }

    private double period(int position) {
        return 1 / Math.max(LEAST_WEIGHT, weights.weight(position));
    }

    private void order() {
        for (int i = heap.length / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    @Override
    public int pick(RandomGenerator random) {
        int picked = heap[0];
        deadlines[picked] += period(picked);
        siftDown(0);
        return picked;
    }

    private void siftDown(int from) {
        int parent = from;
        int moved = heap[parent];
        while (true) {
            int child = 2 * parent + 1;
            if (child >= heap.length) {
                break;
            }
            if (child + 1 < heap.length && deadlines[heap[child + 1]] < deadlines[heap[child]]) {
                child++;
            }
            if (deadlines[heap[child]] >= deadlines[moved]) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
    }
}
