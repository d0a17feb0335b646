package weft.routing.cluster;

/** Where an endpoint or a proxy is. Immutable. */
public record Locality(String region, String zone, String subzone) {
    public static final Locality UNKNOWN = new Locality("", "", "");

    private static final String ANY = "*";

    /** Of {@code region/zone/subzone}, of which the tail may be missing. */
    public static Locality parse(String text) {
        if (text.isEmpty()) {
            return UNKNOWN;
        }
        String[] parts = text.split("/", 3);
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    /** As it was parsed, without an empty tail. */
    public String text() {
        return (region + "/" + zone + "/" + subzone).replaceAll("/+$", "");
    }

    /** Whether this one, a pattern, holds for another: what is empty or {@code *} holds for all. */
    public boolean covers(Locality other) {
        return (region.equals(ANY) || region.equals(other.region))
                && coversPart(zone, other.zone)
                && coversPart(subzone, other.subzone);
    }

    private static boolean coversPart(String pattern, String part) {
        return pattern.isEmpty() || pattern.equals(ANY) || pattern.equals(part);
    }

    /** 0 in the same subzone, 1 in the same zone, 2 in the same region, else 3; Istio's order of nearness. */
    public int distance(Locality other) {
        if (!region.equals(other.region)) {
            return 3;
        }
        if (!zone.equals(other.zone)) {
            return 2;
        }
        return subzone.equals(other.subzone) ? 0 : 1;
    }

    /** What Istio gives every workload as a label for its locality; empty for other labels and unknown places. */
    public String label(String name) {
        return switch (name) {
            case "topology.kubernetes.io/region" -> region;
            case "topology.kubernetes.io/zone" -> zone;
            case "topology.istio.io/subzone" -> subzone;
            default -> "";
        };
    }
}
