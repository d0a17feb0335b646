package weft.publish.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import weft.log.WireCodec;
import weft.schema.AuthorizationPolicy;
import weft.schema.DestinationRule;
import weft.schema.EndpointSlice;
import weft.schema.Endpoints;
import weft.schema.Gateway;
import weft.schema.HealthCheckPolicy;
import weft.schema.PeerAuthentication;
import weft.schema.ProxyConfig;
import weft.schema.RateLimitPolicy;
import weft.schema.RequestAuthentication;
import weft.schema.Service;
import weft.schema.ServiceEntry;
import weft.schema.Sidecar;
import weft.schema.Telemetry;
import weft.schema.VirtualService;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadGroup;

/** The kinds that Weft takes, by API group; the one place to add a kind to. Immutable. */
public final class ResourceKinds {
    /**
     * A kind: its schema, and how YAML and people name it.
     *
     * @param versions every served version, the one to write first
     */
    public record Kind(String group, List<String> versions, Schema schema, List<String> shortNames) {
        public String name() {
            return schema.getName();
        }

        /** {@code virtualservice}, as commands print it. */
        public String singular() {
            return name().toLowerCase(Locale.ROOT);
        }

        public String apiVersion() {
            return group.isEmpty() ? versions.get(0) : group + "/" + versions.get(0);
        }

        /** Whether the fields of spec stand beside the metadata. */
        boolean isFlat() {
            return Boolean.TRUE.equals(schema.getObjectProp("flat"));
        }

        /** Whether a user may mean this kind by the word: Kind, singular, plural or short name. */
        boolean answersTo(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            String singular = singular();
            String plural =
                    singular.endsWith("y") ? singular.substring(0, singular.length() - 1) + "ies" : singular + "s";
            return lower.equals(singular) || lower.equals(plural) || shortNames.contains(lower);
        }
    }

    static final String NETWORKING = "networking.istio.io";
    private static final String SECURITY = "security.istio.io";
    private static final String TELEMETRY = "telemetry.istio.io";
    /** Kinds that Istio lacks. */
    private static final String TRAFFIC = "traffic.weft.dev";

    /** Kubernetes' first group, which has no name: {@code apiVersion: v1}. */
    static final String CORE = "";

    private static final String DISCOVERY = "discovery.k8s.io";
    /** Groups of which Weft takes the registry kinds and leaves the others alone. */
    private static final Set<String> KUBERNETES = Set.of(CORE, DISCOVERY);

    /** Kinds of our groups that Weft leaves alone. */
    private static final Map<String, Set<String>> NOT_OURS = Map.of(NETWORKING, Set.of("EnvoyFilter"));

    private static final List<String> NETWORKING_VERSIONS = List.of("v1", "v1beta1", "v1alpha3");
    private static final List<String> SECURITY_VERSIONS = List.of("v1", "v1beta1");

    private final Map<String, Kind> byName = new LinkedHashMap<>();

    public ResourceKinds() {
        // Generated classes must be trusted by Avro before a record of them is made by schema.
        WireCodec.fingerprint(VirtualService.getClassSchema());
        add(NETWORKING, NETWORKING_VERSIONS, VirtualService.getClassSchema(), "vs");
        add(NETWORKING, NETWORKING_VERSIONS, DestinationRule.getClassSchema(), "dr");
        add(NETWORKING, NETWORKING_VERSIONS, Gateway.getClassSchema(), "gw");
        add(NETWORKING, NETWORKING_VERSIONS, ServiceEntry.getClassSchema(), "se");
        add(NETWORKING, NETWORKING_VERSIONS, Sidecar.getClassSchema());
        add(NETWORKING, NETWORKING_VERSIONS, WorkloadEntry.getClassSchema(), "we");
        add(NETWORKING, NETWORKING_VERSIONS, WorkloadGroup.getClassSchema(), "wg");
        add(NETWORKING, List.of("v1beta1"), ProxyConfig.getClassSchema());
        add(SECURITY, SECURITY_VERSIONS, PeerAuthentication.getClassSchema(), "pa");
        add(SECURITY, SECURITY_VERSIONS, RequestAuthentication.getClassSchema(), "ra");
        add(SECURITY, SECURITY_VERSIONS, AuthorizationPolicy.getClassSchema(), "ap");
        add(TELEMETRY, List.of("v1", "v1alpha1"), Telemetry.getClassSchema());
        add(TRAFFIC, List.of("v1"), HealthCheckPolicy.getClassSchema(), "hcp");
        add(TRAFFIC, List.of("v1"), RateLimitPolicy.getClassSchema(), "rlp");
        add(CORE, List.of("v1"), Service.getClassSchema(), "svc");
        add(CORE, List.of("v1"), Endpoints.getClassSchema(), "ep");
        add(DISCOVERY, List.of("v1", "v1beta1"), EndpointSlice.getClassSchema());
    }

    private void add(String group, List<String> versions, Schema schema, String... shortNames) {
        byName.put(schema.getName(), new Kind(group, versions, schema, List.of(shortNames)));
    }

    public List<Kind> all() {
        return List.copyOf(byName.values());
    }

    /** The kind of that exact name, null when there is none. */
    public @Nullable Kind named(String name) {
        return byName.get(name);
    }

    /** The kind a user means: {@code VirtualService}, {@code virtualservices}, {@code vs}; null when there is none. */
    public @Nullable Kind meant(String word) {
        return all().stream().filter(kind -> kind.answersTo(word)).findFirst().orElse(null);
    }

    /** Every word that {@link #meant} may be tried with, for hints. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        all().forEach(kind -> words.add(kind.singular()));
        return words;
    }

    boolean ownsGroup(String group) {
        return byName.values().stream().anyMatch(kind -> kind.group().equals(group));
    }

    boolean leavesAlone(String group, String kind) {
        Kind ours = byName.get(kind);
        if (KUBERNETES.contains(group)) {
            return ours == null || !ours.group().equals(group);
        }
        return NOT_OURS.getOrDefault(group, Set.of()).contains(kind);
    }

    Set<String> groups() {
        return byName.values().stream().map(Kind::group).collect(Collectors.toUnmodifiableSet());
    }
}
