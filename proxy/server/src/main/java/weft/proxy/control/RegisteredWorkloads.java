package weft.proxy.control;

import java.util.Map;
import weft.proxy.upstream.Draining;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * The workloads that registered themselves, at one moment. Immutable.
 *
 * @param rules those that are ready, or were until they began to drain
 * @param draining those that get no new requests, where others serve
 */
record RegisteredWorkloads(Map<RuleKey, Rule> rules, Draining draining) {
    static final RegisteredWorkloads NONE = new RegisteredWorkloads(Map.of(), Draining.NOBODY);

    RegisteredWorkloads {
        rules = Map.copyOf(rules);
    }
}
