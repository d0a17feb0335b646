package weft.routing.analyze;

import java.util.List;
import java.util.Map;
import weft.routing.host.HostNames;
import weft.schema.L4MatchAttributes;
import weft.schema.TLSMatchAttributes;

/**
 * Whether every connection that one match takes is taken by another. Thread-safe: functions only.
 *
 * <p>Sound, not complete: yes is certain, no may mean that it could not be told.
 */
final class ConnectionCover {
    private ConnectionCover() {}

    static boolean covers(L4MatchAttributes outer, L4MatchAttributes inner) {
        return isAsWide(outer.getPort(), inner.getPort())
                && isAsWide(outer.getDestinationSubnets(), inner.getDestinationSubnets())
                && isAsWide(outer.getSourceSubnet(), inner.getSourceSubnet())
                && isAsWide(outer.getSourceLabels(), inner.getSourceLabels())
                && isAsWide(outer.getSourceNamespace(), inner.getSourceNamespace())
                && isAsWide(outer.getGateways(), inner.getGateways());
    }

    static boolean covers(TLSMatchAttributes outer, TLSMatchAttributes inner) {
        return inner.getSniHosts().stream()
                        .allMatch(narrow ->
                                outer.getSniHosts().stream().anyMatch(wide -> HostNames.isSubset(narrow, wide)))
                && isAsWide(outer.getPort(), inner.getPort())
                && isAsWide(outer.getDestinationSubnets(), inner.getDestinationSubnets())
                && isAsWide(outer.getSourceLabels(), inner.getSourceLabels())
                && isAsWide(outer.getSourceNamespace(), inner.getSourceNamespace())
                && isAsWide(outer.getGateways(), inner.getGateways());
    }

    private static boolean isAsWide(long outer, long inner) {
        return outer == 0 || outer == inner;
    }

    private static boolean isAsWide(String outer, String inner) {
        return outer.isEmpty() || outer.equals(inner);
    }

    private static boolean isAsWide(List<String> outer, List<String> inner) {
        return outer.isEmpty() || (!inner.isEmpty() && outer.containsAll(inner));
    }

    private static boolean isAsWide(Map<String, String> outer, Map<String, String> inner) {
        return inner.entrySet().containsAll(outer.entrySet());
    }
}
