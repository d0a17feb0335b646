package weft.proxy.upstream;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Where the same endpoints are in two lists. Thread-safe: functions only. */
final class Positions {
    private Positions() {}

    /** The position in the list before of each in the list now, -1 for those that were not there. */
    static int[] in(EndpointState[] before, EndpointState[] now) {
        int[] positions = new int[now.length];
        int shorter = Math.min(before.length, now.length);
        int from = 0;
        while (from < shorter && before[from] == now[from]) {
            positions[from] = from++;
        }
        int to = now.length;
        int toBefore = before.length;
        while (to > from && toBefore > from && before[toBefore - 1] == now[to - 1]) {
            positions[--to] = --toBefore;
        }
        Arrays.fill(positions, from, to, -1);
        Map<EndpointState, Integer> others = new HashMap<>();
        for (int i = from; i < toBefore; i++) {
            others.put(before[i], i);
        }
        for (int i = from; i < to; i++) {
            positions[i] = others.getOrDefault(now[i], -1);
        }
        return positions;
    }
}
