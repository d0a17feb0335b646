package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A table changed step by step is the one that is made at once, and shares what stayed. */
class RouteTableChangeTest {
    private static final int HOSTS = 1_500;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void changedTableAnswersAsOneMadeAnew() {
        Map<String, VirtualHost> hosts = new TreeMap<>();
        RouteTable table = new RouteTable(List.of());
        for (int step = 0; step < 300; step++) {
            Map<String, @Nullable VirtualHost> changes = new HashMap<>();
            for (int i = random.nextInt(30); i >= 0; i--) {
                String name = "h" + random.nextInt(HOSTS);
                VirtualHost host = random.nextInt(4) == 0 ? null : host(name);
                changes.put(name, host);
            }
            RouteTable before = table;
            table = table.with(changes);
            changes.forEach((name, host) -> {
                hosts.remove(name);
                if (host != null) {
                    hosts.put(name, host);
                }
            });
            RouteTable anew = new RouteTable(new ArrayList<>(hosts.values()));
            assertThat(table).as("seed %d", seed).isEqualTo(anew);
            assertThat(table.virtualHosts()).containsExactlyElementsOf(anew.virtualHosts());
            for (int i = 0; i < 200; i++) {
                String asked = asked();
                assertThat(table.virtualHost(asked))
                        .as("seed %d, %s", seed, asked)
                        .isEqualTo(anew.virtualHost(asked));
            }
            assertThat(before.sharing(table))
                    .as("equal hosts are those of the table")
                    .isEqualTo(before);
        }
        assertThat(hosts.size()).as("several shards").isGreaterThan(500);
    }

    @Test
    void equalVirtualHostsAreTakenOver() {
        RouteTable old = new RouteTable(List.of(plain("a", 1), plain("b", 1), plain("c", 1)));
        RouteTable shared = new RouteTable(List.of(plain("a", 1), plain("b", 2), plain("d", 1))).sharing(old);
        assertThat(shared.named("a")).isSameAs(old.named("a"));
        assertThat(shared.named("b")).isEqualTo(plain("b", 2));
        assertThat(shared.named("c")).isNull();
        assertThat(shared.virtualHost("C.com")).isNull();
        assertThat(shared.virtualHost("d.com")).isEqualTo(plain("d", 1));
        assertThat(new RouteTable(List.of(plain("a", 1), plain("b", 1), plain("c", 1))).sharing(old))
                .isSameAs(old);
    }

    @Test
    void aWildcardLeadsToWhatTookTheSameNames() {
        List<String> domains = List.of("a.com", "*.a.com", "*");
        RouteTable old = new RouteTable(List.of(new VirtualHost("a", domains, List.of(route(1)), false)));
        VirtualHost changed = new VirtualHost("a", domains, List.of(route(2)), false);
        RouteTable table = old.with(Map.of("a", changed));
        assertThat(List.of("a.com", "b.a.com", "c"))
                .allSatisfy(asked -> assertThat(table.virtualHost(asked)).isSameAs(changed));
    }

    private String asked() {
        int number = random.nextInt(HOSTS);
        return switch (random.nextInt(3)) {
            case 0 -> "x.h" + number + ".org:80";
            case 1 -> "alias-" + number;
            default -> "H" + number + ".com";
        };
    }

    /** Domains of different names never meet; some have a wildcard. */
    private VirtualHost host(String name) {
        List<String> domains = new ArrayList<>(List.of(name + ".com"));
        if (random.nextInt(3) == 0) {
            domains.add("alias-" + name.substring(1));
        }
        if (random.nextInt(9) == 0) {
            domains.add("*." + name + ".org");
        }
        return new VirtualHost(name, domains, List.of(route(random.nextInt(3))), false);
    }

    private static VirtualHost plain(String name, int status) {
        return new VirtualHost(name, List.of(name + ".com"), List.of(route(status)), false);
    }

    private static Route route(int status) {
        return new Route(
                "r" + status,
                RouteMatch.ANY,
                new DirectResponse(status, new byte[0]),
                HeaderOperations.NONE,
                HeaderOperations.NONE,
                null);
    }
}
