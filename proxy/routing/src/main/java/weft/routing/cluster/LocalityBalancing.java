package weft.routing.cluster;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints traffic of one proxy goes to first. Immutable. Istio DestinationRule, loadBalancer.localityLbSetting, as
 * istiod turns it into priorities and weights of localities.
 */
public sealed interface LocalityBalancing {
    LocalityBalancing ANYWHERE = new Anywhere();

    /** The place of each endpoint of a cluster. */
    Placement place(List<Endpoint> endpoints);

    /** What differs from endpoints anywhere, for people; empty for nothing. */
    String text();

    /**
     * The places of some endpoints, by their positions. Not to be changed.
     *
     * @param priorities from 0 without gaps; {@link #NOWHERE} for endpoints that get no traffic
     * @param localityWeights of the locality that an endpoint is in; null when localities have no weights
     */
    record Placement(int[] priorities, long @Nullable [] localityWeights) {
        public static final int NOWHERE = -1;
    }

    /** It makes no difference where an endpoint is. */
    record Anywhere() implements LocalityBalancing {
        @Override
        public Placement place(List<Endpoint> endpoints) {
            return new Placement(new int[endpoints.size()], null);
        }

        @Override
        public String text() {
            return "";
        }
    }

    /**
     * Fixed shares of the traffic by locality. Localities that have none get none.
     *
     * @param shares weight by pattern of localities; the first that covers a locality counts
     */
    record Distribute(Map<Locality, Long> shares) implements LocalityBalancing {
        public Distribute {
            shares = Map.copyOf(shares);
        }

        @Override
        public Placement place(List<Endpoint> endpoints) {
            Map<String, Locality> patterns = new HashMap<>();
            Map<String, Long> own = new LinkedHashMap<>();
            for (Endpoint endpoint : endpoints) {
                own.merge(endpoint.locality(), (long) endpoint.weight(), Long::sum);
            }
            Map<Locality, Long> totals = new HashMap<>();
            own.forEach((locality, weight) -> {
                Locality pattern = pattern(Locality.parse(locality));
                if (pattern != null) {
                    patterns.put(locality, pattern);
                    totals.merge(pattern, weight, Long::sum);
                }
            });
            int[] priorities = new int[endpoints.size()];
            long[] weights = new long[endpoints.size()];
            for (int i = 0; i < weights.length; i++) {
                String locality = endpoints.get(i).locality();
                Locality pattern = patterns.get(locality);
                if (pattern == null) {
                    priorities[i] = Placement.NOWHERE;
                } else {
                    // Localities under one pattern divide its share by the weights of their endpoints, rounded up.
                    long share = shares.getOrDefault(pattern, 0L) * own.getOrDefault(locality, 0L);
                    long total = totals.getOrDefault(pattern, 1L);
                    weights[i] = (share + total - 1) / total;
                }
            }
            return new Placement(priorities, weights);
        }

        /** The narrowest that covers it, so that order makes no difference. */
        private @Nullable Locality pattern(Locality locality) {
            Locality found = null;
            for (Locality pattern : shares.keySet()) {
                if (pattern.covers(locality) && (found == null || found.covers(pattern))) {
                    found = pattern;
                }
            }
            return found;
        }

        @Override
        public String text() {
            return "distribute "
                    + shares.entrySet().stream()
                            .map(share -> share.getKey().text() + "=" + share.getValue())
                            .sorted()
                            .collect(Collectors.joining(", "));
        }
    }

    /**
     * Near endpoints first, others as far as those are unhealthy.
     *
     * @param ranks labels that near endpoints have, most important first; before locality
     * @param byLocality whether locality counts
     * @param locality of the proxy
     * @param failoverRegion before other regions once its own fails; null for none in particular
     */
    record Failover(
            List<LabelRank> ranks,
            boolean byLocality,
            Locality locality,
            @Nullable String failoverRegion) implements LocalityBalancing {
        private static final int DISTANCES = 5;
        private static final int OTHER_REGION = 3;

        /** A label and the value that it has on near endpoints, empty when near ones have none. */
        public record LabelRank(String label, String value) {}

        public Failover {
            ranks = List.copyOf(ranks);
        }

        @Override
        public Placement place(List<Endpoint> endpoints) {
            int[] priorities = new int[endpoints.size()];
            for (int i = 0; i < priorities.length; i++) {
                Endpoint endpoint = endpoints.get(i);
                priorities[i] = rank(endpoint) * DISTANCES + (byLocality ? distance(endpoint) : 0);
            }
            int[] sorted = Arrays.stream(priorities).distinct().sorted().toArray();
            for (int i = 0; i < priorities.length; i++) {
                priorities[i] = Arrays.binarySearch(sorted, priorities[i]);
            }
            return new Placement(priorities, null);
        }

        /** 0 when all labels are equal; the earlier the first that is not, the lower its rank. */
        private int rank(Endpoint endpoint) {
            for (int i = 0; i < ranks.size(); i++) {
                if (!ranks.get(i).value().equals(label(endpoint, ranks.get(i).label()))) {
                    return ranks.size() - i;
                }
            }
            return 0;
        }

        private int distance(Endpoint endpoint) {
            Locality other = Locality.parse(endpoint.locality());
            int distance = locality.distance(other);
            boolean isElsewhere = failoverRegion != null && !failoverRegion.equals(other.region());
            return distance == OTHER_REGION && isElsewhere ? OTHER_REGION + 1 : distance;
        }

        private static String label(Endpoint endpoint, String name) {
            String own = endpoint.labels().get(name);
            return own != null ? own : Locality.parse(endpoint.locality()).label(name);
        }

        @Override
        public String text() {
            StringBuilder text = new StringBuilder("failover");
            ranks.forEach(
                    rank -> text.append(' ').append(rank.label()).append('=').append(rank.value()));
            if (byLocality) {
                text.append(" from ").append(locality.text());
            }
            return failoverRegion == null
                    ? text.toString()
                    : text.append(" to ").append(failoverRegion).toString();
        }
    }
}
