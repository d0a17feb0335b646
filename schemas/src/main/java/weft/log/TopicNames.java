package weft.log;

/** Names of a mesh's topics under one prefix, so that several meshes share a cluster. Immutable. */
public record TopicNames(String prefix) {
    public static final TopicNames DEFAULT = new TopicNames("weft");

    public String rules() {
        return prefix + ".rules";
    }

    public String journal() {
        return prefix + ".journal";
    }

    public String workloads() {
        return prefix + ".workloads";
    }

    public String health() {
        return prefix + ".health";
    }

    public String proxies() {
        return prefix + ".proxies";
    }

    public String quota() {
        return prefix + ".quota";
    }

    public String accessLogs() {
        return prefix + ".access-logs";
    }

    public String metrics() {
        return prefix + ".metrics";
    }

    public String traffic() {
        return prefix + ".traffic";
    }

    public String schemas() {
        return prefix + ".schemas";
    }

    /** What the producers of all publishers call themselves, so that one at a time writes. */
    public String publisherTransactionalId() {
        return prefix + "-rules";
    }
}
