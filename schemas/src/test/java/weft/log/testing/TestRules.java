package weft.log.testing;

import java.util.List;
import weft.rules.RuleKey;
import weft.schema.Metadata;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** Small resources for tests of the log, as an author would write them. Thread-safe. */
public final class TestRules {
    private TestRules() {}

    /** A virtual service in {@code default} that differs by its hosts. */
    public static VirtualService virtualService(String name, String... hosts) {
        return VirtualService.newBuilder()
                .setMetadata(Metadata.newBuilder().setName(name).build())
                .setSpec(
                        VirtualServiceSpec.newBuilder().setHosts(List.of(hosts)).build())
                .build();
    }

    /** The key of {@link #virtualService}. */
    public static RuleKey key(String name) {
        return new RuleKey("VirtualService", "default", name);
    }
}
