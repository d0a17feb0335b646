package weft.routing.analyze;

/** What analyzers can find; IST codes mean what they mean to Istio, WFT codes are ours. Immutable. */
public enum FindingCode {
    IST0101(
            Level.ERROR,
            "ReferencedResourceNotFound",
            "a host, port, subset, gateway or delegate is named but not there"),
    IST0106(Level.ERROR, "SchemaValidationError", "the resource would be refused"),
    IST0109(Level.ERROR, "ConflictingMeshGatewayVirtualServiceHosts", "sidecars use one VirtualService for a host"),
    IST0110(Level.ERROR, "ConflictingSidecarWorkloadSelectors", "two Sidecars select the same workloads"),
    IST0111(Level.ERROR, "MultipleSidecarsWithoutWorkloadSelectors", "a namespace has two default Sidecars"),
    IST0112(
            Level.ERROR,
            "VirtualServiceDestinationPortSelectorRequired",
            "the service has several ports, none is chosen"),
    IST0118(Level.INFO, "PortNameIsNotUnderNamingConvention", "the name of a Service's port tells no protocol"),
    IST0128(Level.WARN, "NoServerCertificateVerificationDestinationLevel", "TLS without a CA verifies nobody"),
    IST0129(Level.WARN, "NoServerCertificateVerificationPortLevel", "TLS on a port without a CA verifies nobody"),
    IST0130(Level.WARN, "VirtualServiceUnreachableRule", "no request reaches the route"),
    IST0131(Level.INFO, "VirtualServiceIneffectiveMatch", "an earlier match of the rule takes all of this one"),
    IST0132(Level.WARN, "VirtualServiceHostNotFoundInGateway", "the gateway serves none of the hosts"),
    IST0133(Level.WARN, "SchemaWarning", "the resource is accepted with a warning"),
    IST0134(Level.WARN, "ServiceEntryAddressesRequired", "a TCP port cannot be told apart without addresses"),
    IST0145(Level.ERROR, "ConflictingGateways", "two Gateways claim a host on the same port of the same workloads"),
    IST0150(
            Level.WARN,
            "ExternalNameServiceTypeInvalidPortName",
            "a port of an ExternalName Service tells no protocol"),
    IST0173(Level.ERROR, "DestinationRuleSubsetNotSelectPods", "the subset selects no endpoint"),
    IST0174(Level.WARN, "UnknownDestinationRuleHost", "the DestinationRule is for no known service"),
    IST0177(Level.WARN, "ConflictingServiceEntryProtocol", "a host and port is declared with two protocols"),
    WFT0201(
            Level.WARN,
            "ShadowedRoute",
            "a match of an older VirtualService of the same gateway and host takes every request of this one"),
    WFT0202(Level.INFO, "ShadowCheckSkipped", "a host has too many matches to compare them all"),
    WFT0203(Level.INFO, "ZeroWeightDestination", "the destination gets no traffic"),
    WFT0204(Level.WARN, "HttpRoutesOnOtherProtocol", "http routes for a service that has no HTTP port"),
    WFT0205(Level.INFO, "HostOfNoService", "sidecars serve a host of no service on port 80 only"),
    WFT0206(Level.WARN, "RoutesOfOtherProtocolOnGateway", "no gateway of the rule uses these routes"),
    WFT0207(Level.WARN, "MutualTlsConflict", "a DestinationRule speaks otherwise than PeerAuthentication demands");

    /** How bad it is. */
    public enum Level {
        INFO,
        WARN,
        ERROR
    }

    private final Level level;
    private final String title;
    private final String meaning;

    FindingCode(Level level, String title, String meaning) {
        this.level = level;
        this.title = title;
        this.meaning = meaning;
    }

    public Level level() {
        return level;
    }

    /** Istio's name of the message, or one after its manner. */
    public String title() {
        return title;
    }

    public String meaning() {
        return meaning;
    }
}
