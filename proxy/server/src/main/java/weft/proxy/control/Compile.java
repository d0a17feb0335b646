package weft.proxy.control;

import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;

/** Turns all rules of the mesh into what this proxy serves: a pure function, called on the rule-loader thread. */
@FunctionalInterface
public interface Compile {
    /**
     * Compiles.
     *
     * @param previous what is in service, whose unchanged parts are shared
     * @return with a rejection for every rule that could not be taken as it is
     */
    ProxySnapshot compile(RuleSnapshot rules, ProxySnapshot previous);
}
