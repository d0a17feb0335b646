package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.host;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.Draining;
import weft.proxy.upstream.Draining.Place;
import weft.routing.cluster.Endpoint;
import weft.routing.snapshot.ProxySnapshot;

/** Where requests go while a workload drains. */
class DrainingTest {
    private static ProxySnapshot rules(long revision, TestUpstream... upstreams) {
        return Snapshots.of(
                Snapshots.GATEWAY,
                revision,
                host(Action.to("v1").forward()),
                cluster(
                        "v1",
                        List.of(upstreams).stream().map(TestUpstream::endpoint).toArray(Endpoint[]::new)));
    }

    private static Draining draining(TestUpstream... upstreams) {
        return new Draining(List.of(upstreams).stream()
                .map(upstream -> new Place("127.0.0.1", Set.of(upstream.port())))
                .toList());
    }

    private static Set<String> answers(TestClient client) throws IOException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            answers.add(client.get("app.test", "/").text());
        }
        return answers;
    }

    @Test
    void aDrainingWorkloadGetsNoNewRequestsWhereOthersServe() throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestUpstream b = TestUpstream.saying("b");
                TestUpstream c = TestUpstream.saying("c");
                TestProxy proxy = new TestProxy(rules(1, a, b));
                TestClient client = proxy.client()) {
            assertThat(answers(client)).containsExactly("a", "b");
            proxy.server().installer().draining(draining(a));
            assertThat(answers(client)).containsExactly("b");
            assertThat(a.openConnections()).as("its pool goes on").isPositive();

            proxy.server().installer().install(rules(2, a, b, c));
            assertThat(answers(client)).as("a new version of the cluster").containsExactly("b", "c");

            proxy.server().installer().draining(draining(b, c));
            assertThat(answers(client)).as("a is back").containsExactly("a");
            proxy.server().installer().draining(draining(a, b, c));
            assertThat(answers(client)).as("better than nobody").containsExactly("a", "b", "c");
            proxy.server().installer().draining(Draining.NOBODY);
            assertThat(answers(client)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void aWorkloadThatDrainsBeforeItIsKnownIsNotPickedEither() throws IOException {
        try (TestUpstream a = TestUpstream.saying("a");
                TestUpstream b = TestUpstream.saying("b");
                TestProxy proxy = new TestProxy(rules(1, b))) {
            proxy.server().installer().draining(draining(a));
            proxy.server().installer().install(rules(2, a, b));
            try (TestClient client = proxy.client()) {
                assertThat(answers(client)).containsExactly("b");
            }
            proxy.server().installer().draining(new Draining(List.of(new Place("127.0.0.1", Set.of()))));
            try (TestClient client = proxy.client()) {
                assertThat(answers(client))
                        .as("without ports the whole address")
                        .containsExactly("a", "b");
            }
        }
    }
}
