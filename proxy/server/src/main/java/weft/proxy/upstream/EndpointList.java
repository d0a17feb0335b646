package weft.proxy.upstream;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Endpoint;

/**
 * The endpoints of a set in order, their weights, and what they were configured as. Not to be changed, but for
 * {@link #configured} under the cluster's lock.
 *
 * <p>A list that differs from one before in a few places next to each other is made by copying the rest: that is ten thousand
 * references moved at once, in place of ten thousand addresses read, hashed and looked up.
 */
final class EndpointList {
    private final EndpointState[] states;
    private final int[] weights;
    private final List<EndpointState> view;
    private final List<EndpointState> newcomers;
    private @Nullable List<Endpoint> configured;

    /** Where two lists differ: positions from this on, up to before those in the one before and in the other. */
    record Span(int from, int toBefore, int to) {}

    private EndpointList(EndpointState[] states, int[] weights, List<EndpointState> newcomers) {
        this.states = states;
        this.weights = weights;
        this.view = Collections.unmodifiableList(Arrays.asList(states));
        this.newcomers = newcomers;
    }

    static EndpointList of(EndpointState[] states) {
        int[] weights = new int[states.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = states[i].endpoint().weight();
        }
        return new EndpointList(states, weights, Collections.unmodifiableList(Arrays.asList(states)));
    }

    /** Each is what was configured at its position. */
    void configured(List<Endpoint> endpoints) {
        configured = endpoints;
    }

    /** Null when it is not known what the endpoints were configured as. */
    @Nullable
    Span differing(List<Endpoint> endpoints) {
        List<Endpoint> before = configured;
        if (before == null) {
            return null;
        }
        int shorter = Math.min(before.size(), endpoints.size());
        int from = 0;
        while (from < shorter && before.get(from).equals(endpoints.get(from))) {
            from++;
        }
        int same = 0;
        while (same < shorter - from
                && before.get(before.size() - 1 - same).equals(endpoints.get(endpoints.size() - 1 - same))) {
            same++;
        }
        return new Span(from, before.size() - same, endpoints.size() - same);
    }

    /** This list with others in that span. */
    EndpointList with(Span span, EndpointState[] others, List<Endpoint> endpoints) {
        int after = states.length - span.toBefore();
        EndpointState[] all = Arrays.copyOf(states, span.to() + after);
        int[] allWeights = Arrays.copyOf(weights, span.to() + after);
        System.arraycopy(states, span.toBefore(), all, span.to(), after);
        System.arraycopy(weights, span.toBefore(), allWeights, span.to(), after);
        for (int i = 0; i < others.length; i++) {
            all[span.from() + i] = others[i];
            allWeights[span.from() + i] = others[i].endpoint().weight();
        }
        EndpointList list = new EndpointList(all, allWeights, List.of(others));
        list.configured(endpoints);
        return list;
    }

    List<EndpointState> states() {
        return view;
    }

    /** Those that were not there, or were something else, in the list before; all when there was none. */
    List<EndpointState> newcomers() {
        return newcomers;
    }

    EndpointState[] array() {
        return states;
    }

    int[] weights() {
        return weights;
    }

    /** What they are configured as, as far as it matters for where they are. */
    List<Endpoint> places() {
        List<Endpoint> known = configured;
        return known != null
                ? known
                : Arrays.stream(states).map(EndpointState::endpoint).toList();
    }
}
