package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.HTTPMatchRequest;
import weft.schema.StringMatch;

/**
 * The matches of a root route and of its delegate, joined. Thread-safe: functions only.
 *
 * <p>A delegate may only narrow: what it matches must lie within what the root matches, as far as that can be told
 * from exact values and prefixes. A regex beside anything else cannot be told, and counts as a contradiction.
 */
final class DelegateMatches {
    private DelegateMatches() {}

    /** Every pair that agrees; null when some match of the delegate agrees with none of the root. */
    static @Nullable List<HTTPMatchRequest> merge(List<HTTPMatchRequest> root, List<HTTPMatchRequest> delegate) {
        if (root.isEmpty()) {
            return delegate;
        }
        if (delegate.isEmpty()) {
            return root;
        }
        List<HTTPMatchRequest> merged = new ArrayList<>();
        for (HTTPMatchRequest leaf : delegate) {
            int before = merged.size();
            for (HTTPMatchRequest outer : root) {
                if (!conflict(outer, leaf)) {
                    merged.add(merge(outer, leaf));
                }
            }
            if (merged.size() == before) {
                return null;
            }
        }
        return merged;
    }

    private static HTTPMatchRequest merge(HTTPMatchRequest root, HTTPMatchRequest leaf) {
        HTTPMatchRequest.Builder merged = HTTPMatchRequest.newBuilder(leaf);
        merged.setName(join(root.getName(), leaf.getName()));
        merged.setUri(leaf.getUri() == null ? root.getUri() : leaf.getUri());
        merged.setScheme(leaf.getScheme() == null ? root.getScheme() : leaf.getScheme());
        merged.setMethod(leaf.getMethod() == null ? root.getMethod() : leaf.getMethod());
        merged.setAuthority(leaf.getAuthority() == null ? root.getAuthority() : leaf.getAuthority());
        merged.setHeaders(union(root.getHeaders(), leaf.getHeaders()));
        merged.setWithoutHeaders(union(root.getWithoutHeaders(), leaf.getWithoutHeaders()));
        merged.setQueryParams(union(root.getQueryParams(), leaf.getQueryParams()));
        merged.setPort(leaf.getPort() == 0 ? root.getPort() : leaf.getPort());
        merged.setSourceLabels(union(root.getSourceLabels(), leaf.getSourceLabels()));
        merged.setSourceNamespace(
                leaf.getSourceNamespace().isEmpty() ? root.getSourceNamespace() : leaf.getSourceNamespace());
        merged.setGateways(leaf.getGateways().isEmpty() ? root.getGateways() : leaf.getGateways());
        merged.setStatPrefix(leaf.getStatPrefix().isEmpty() ? root.getStatPrefix() : leaf.getStatPrefix());
        return merged.build();
    }

    private static <V> Map<String, V> union(Map<String, V> root, Map<String, V> leaf) {
        Map<String, V> union = new HashMap<>(root);
        union.putAll(leaf);
        return union;
    }

    /** {@code root-leaf}, or the one of them that is set. */
    static String join(String root, String leaf) {
        return leaf.isEmpty() ? root : root.isEmpty() ? leaf : root + "-" + leaf;
    }

    /** Whether the delegate's match is not contained in the root's. */
    static boolean conflict(HTTPMatchRequest root, HTTPMatchRequest leaf) {
        return conflict(root.getUri(), leaf.getUri())
                || conflict(root.getScheme(), leaf.getScheme())
                || conflict(root.getMethod(), leaf.getMethod())
                || conflict(root.getAuthority(), leaf.getAuthority())
                || conflict(root.getHeaders(), leaf.getHeaders())
                || conflict(root.getWithoutHeaders(), leaf.getWithoutHeaders())
                || conflict(root.getQueryParams(), leaf.getQueryParams())
                || root.getIgnoreUriCase() != leaf.getIgnoreUriCase()
                || (root.getPort() > 0 && leaf.getPort() > 0 && root.getPort() != leaf.getPort())
                || sourceConflict(root, leaf);
    }

    private static boolean sourceConflict(HTTPMatchRequest root, HTTPMatchRequest leaf) {
        boolean namespace = !root.getSourceNamespace().isEmpty()
                && !leaf.getSourceNamespace().equals(root.getSourceNamespace());
        boolean labels = leaf.getSourceLabels().entrySet().stream()
                .anyMatch(label -> !label.getValue()
                        .equals(root.getSourceLabels().getOrDefault(label.getKey(), label.getValue())));
        boolean gateways = !root.getGateways().isEmpty()
                && !leaf.getGateways().isEmpty()
                && (root.getGateways().size() < leaf.getGateways().size()
                        || !root.getGateways().containsAll(leaf.getGateways()));
        return namespace || labels || gateways;
    }

    private static boolean conflict(Map<String, StringMatch> root, Map<String, StringMatch> leaf) {
        return leaf.entrySet().stream().anyMatch(entry -> conflict(root.get(entry.getKey()), entry.getValue()));
    }

    private static boolean conflict(@Nullable StringMatch root, @Nullable StringMatch leaf) {
        if (root == null || leaf == null) {
            return false;
        }
        String outerExact = text(root.getExact());
        String outerPrefix = text(root.getPrefix());
        String exact = text(leaf.getExact());
        String prefix = text(leaf.getPrefix());
        if (!text(root.getRegex()).isEmpty() || !text(leaf.getRegex()).isEmpty()) {
            return true;
        }
        if (!outerExact.isEmpty()) {
            return !prefix.isEmpty() || !exact.equals(outerExact);
        }
        if (!outerPrefix.isEmpty() && !(prefix + exact).isEmpty()) {
            return !(prefix.isEmpty() ? exact : prefix).startsWith(outerPrefix);
        }
        return true;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
