package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.balanced;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing;
import weft.routing.cluster.LocalityBalancing.Distribute;
import weft.routing.cluster.LocalityBalancing.Failover;
import weft.routing.cluster.LocalityBalancing.Failover.LabelRank;

/** Which of three endpoints clients reach, by the settings of localities. */
@Timeout(60)
class LocalityTrafficTest {
    private static final int REQUESTS = 24;
    private static final Locality OWN = Locality.parse("eu/west");

    private static Endpoint in(TestUpstream upstream, String locality, String version) {
        return new Endpoint("127.0.0.1", upstream.port(), 1, Map.of("version", version), locality, "");
    }

    private static Map<String, Integer> answers(LocalityBalancing setting) throws IOException {
        return answers(setting, REQUESTS);
    }

    /** Answers by the locality that gave them: eu/north and us/east of version 1, asia/south of version 2. */
    private static Map<String, Integer> answers(LocalityBalancing setting, int requests) throws IOException {
        LoadBalancing balancing = new LoadBalancing(LbPolicy.ROUND_ROBIN, 0, null, setting, null);
        Map<String, Integer> answers = new TreeMap<>();
        try (TestUpstream eu = TestUpstream.saying("eu");
                TestUpstream us = TestUpstream.saying("us");
                TestUpstream asia = TestUpstream.saying("asia");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1"),
                        balanced(
                                cluster(
                                        "v1",
                                        in(eu, "eu/north", "1"),
                                        in(us, "us/east", "1"),
                                        in(asia, "asia/south", "2")),
                                balancing)));
                TestClient client = proxy.client()) {
            for (int i = 0; i < requests; i++) {
                answers.merge(client.get("app.test", "/").text(), 1, Integer::sum);
            }
        }
        return answers;
    }

    @Test
    void withoutASettingAllServe() throws IOException {
        assertThat(answers(LocalityBalancing.ANYWHERE)).containsOnlyKeys("eu", "us", "asia");
    }

    @Test
    void sharesAreThoseOfDistributeAndWhatItDoesNotNameGetsNone() throws IOException {
        Map<String, Integer> answers =
                answers(new Distribute(Map.of(Locality.parse("us"), 80L, Locality.parse("asia/south"), 20L)), 400);
        assertThat(answers).containsOnlyKeys("us", "asia");
        // Four times the root of 400 x 0.8 x 0.2.
        assertThat(answers.get("us")).isBetween(320 - 32, 320 + 32);
    }

    @Test
    void sameRegionServesAloneWhileItIsWell() throws IOException {
        assertThat(answers(new Failover(List.of(), true, OWN, null))).containsOnlyKeys("eu");
    }

    @Test
    void regionToFailOverToComesBeforeOtherRegions() throws IOException {
        Locality nobodys = Locality.parse("af/west");
        assertThat(answers(new Failover(List.of(), true, nobodys, null))).containsOnlyKeys("eu", "us", "asia");
        assertThat(answers(new Failover(List.of(), true, nobodys, "us"))).containsOnlyKeys("us");
    }

    @Test
    void labelsOfFailoverPriorityComeBeforeLocality() throws IOException {
        LabelRank second = new LabelRank("version", "2");
        assertThat(answers(new Failover(List.of(second), false, OWN, null))).containsOnlyKeys("asia");
        assertThat(answers(new Failover(List.of(second), true, OWN, null))).containsOnlyKeys("asia");
        assertThat(answers(new Failover(List.of(new LabelRank("version", "1")), false, OWN, null)))
                .containsOnlyKeys("eu", "us");
    }
}
