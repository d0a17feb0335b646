package weft.proxy.control;

import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;

/** Turns all rules of the mesh into what this proxy serves: a pure function, called on the rule-loader thread. */
@FunctionalInterface
public interface Compile {
    /**
     * Compiles.
     *
     * @param previous what is in service: unchanged parts of it are shared, and its version of a rule stays in service
     *     when the new one is rejected
     * @return with the rules in service, and a rejection for each that is not the one asked for
     */
    ProxySnapshot compile(RuleSnapshot rules, ProxySnapshot previous);
}
