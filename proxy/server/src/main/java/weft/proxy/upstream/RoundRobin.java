package weft.proxy.upstream;

import java.util.random.RandomGenerator;

/**
 * Each endpoint in turn, as often as its weight says; Istio's ROUND_ROBIN. Confined to the event loop.
 *
 * <p>With uneven weights the endpoint with the earliest deadline goes next and its deadline moves by 1/weight: a heap, so
 * that a pick costs the logarithm of the number of endpoints.
 */
final class RoundRobin implements LoadBalancer {
    private final int[] weights;
    private final boolean isEven;
    private final int[] heap;
    private final double[] deadlines;
    private int next;

    RoundRobin(int[] weights, RandomGenerator random) {
        this.weights = weights.clone();
        heap = new int[weights.length];
        deadlines = new double[weights.length];
        boolean even = true;
        for (int i = 0; i < weights.length; i++) {
            even &= weights[i] == weights[0];
            heap[i] = i;
            deadlines[i] = random.nextDouble() / weights[i];
        }
        isEven = even;
        next = random.nextInt(weights.length);
        for (int i = weights.length / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    @Override
    public int pick(RandomGenerator random) {
        if (isEven) {
            int picked = next;
            next = picked + 1 == weights.length ? 0 : picked + 1;
            return picked;
        }
        int picked = heap[0];
        deadlines[picked] += 1.0 / weights[picked];
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
