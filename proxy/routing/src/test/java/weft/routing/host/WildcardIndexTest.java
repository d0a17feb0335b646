package weft.routing.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WildcardIndexTest {
    private static final String[] PARTS = {"*", "a", "b", ".", "a.b", ".a", "*.", ".b.a"};

    @Test
    void answersAsAllWildcardsTriedOneByOne() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            Set<String> hosts = new HashSet<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                hosts.add(host(random));
            }
            WildcardIndex index = new WildcardIndex(hosts);
            String asked = host(random);
            List<String> containing = new ArrayList<>();
            List<String> overlapping = new ArrayList<>();
            for (String host : hosts) {
                if (HostNames.isWildcard(host) && HostNames.isSubset(asked, host)) {
                    containing.add(host);
                }
                if (HostNames.isWildcard(host) && HostNames.overlap(asked, host)) {
                    overlapping.add(host);
                }
            }
            containing.sort(HostNames.MOST_SPECIFIC_FIRST);
            assertThat(index.containing(asked))
                    .as("seed %d, %s in %s", seed, asked, hosts)
                    .isEqualTo(containing);
            assertThat(index.overlapping(asked))
                    .as("seed %d, %s in %s", seed, asked, hosts)
                    .containsExactlyInAnyOrderElementsOf(overlapping);
        }
    }

    private static String host(Random random) {
        StringBuilder host = new StringBuilder(random.nextInt(2) == 0 ? "*" : "");
        for (int i = random.nextInt(4); i >= 0; i--) {
            host.append(PARTS[random.nextInt(PARTS.length)]);
        }
        return host.toString();
    }
}
