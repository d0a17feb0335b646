package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Our samples, and Istio's own where they are at hand: traffic goes where they say. */
class TrafficObeysRulesIT {
    private static final int DRAWS = 5_000;
    private static final LocalMesh MESH = LocalMesh.shared();

    private static LoadClient toReviews() {
        return LoadClient.to(MESH.outboundPort("productpage-v1"), "reviews:9080", "/reviews/0");
    }

    private static LoadClient toRatings() {
        return LoadClient.to(MESH.outboundPort("reviews-v2"), "ratings:9080", "/ratings/0");
    }

    @Test
    void theProductPageAnswersThroughTheGateway() {
        LoadClient.Outcome outcome =
                LoadClient.to(MESH.gatewayPort(), "localhost", "/productpage").send(20);
        assertThat(outcome.status(200)).as(outcome.toString()).isEqualTo(20);
    }

    @Test
    void aPathThatNoRouteNamesAnswers404() {
        LoadClient.Outcome outcome =
                LoadClient.to(MESH.gatewayPort(), "localhost", "/nowhere").send(1);
        assertThat(outcome.status(404)).as(outcome.toString()).isEqualTo(1);
    }

    @Test
    void allGoesToV1() {
        MESH.apply(LocalMesh.sample("all-v1.yaml"));
        LoadClient.Outcome outcome = toReviews().send(500);
        assertThat(outcome.version("v1")).as(outcome.toString()).isEqualTo(500);
    }

    @Test
    void oneInTenGoesToTheCanary() {
        MESH.apply(LocalMesh.sample("reviews-90-10.yaml"));
        assertShare("v2", 0.10, () -> toReviews().send(DRAWS));
    }

    @Test
    void halfGoesToV3() {
        MESH.apply(LocalMesh.sample("reviews-50-v3.yaml"));
        assertShare("v3", 0.50, () -> toReviews().send(DRAWS));
    }

    /** A fair draw misses 3σ once in 370 runs; twice in a row (once in 137,000) it is no longer fair. */
    private static void assertShare(String version, double share, Supplier<LoadClient.Outcome> draw) {
        double sigma = Math.sqrt(DRAWS * share * (1 - share));
        LoadClient.Outcome outcome = draw.get();
        if (Math.abs(outcome.version(version) - DRAWS * share) > 3 * sigma) {
            outcome = draw.get();
        }
        assertThat((double) outcome.version(version))
                .as(outcome.toString())
                .isBetween(DRAWS * share - 3 * sigma, DRAWS * share + 3 * sigma);
        assertThat(outcome.version("v1")).isEqualTo(DRAWS - outcome.version(version));
        assertThat(outcome.failed()).as(outcome.toString()).isZero();
    }

    @Test
    void jasonAloneGoesToV2() {
        MESH.apply(LocalMesh.sample("reviews-jason-v2.yaml"));
        assertThat(toReviews().header("end-user", "jason").send(300).version("v2"))
                .isEqualTo(300);
        assertThat(toReviews().header("end-user", "jasons").send(300).version("v1"))
                .isEqualTo(300);
        assertThat(toReviews().send(300).version("v1")).isEqualTo(300);
    }

    @Test
    void theDelayReachesItsUserAlone() {
        MESH.apply(LocalMesh.sample("ratings-delay-jason.yaml"));
        LoadClient.Outcome jason =
                toRatings().header("end-user", "jason").connections(4).send(4);
        assertThat(jason.status(200)).as(jason.toString()).isEqualTo(4);
        assertThat(jason.longest()).isBetween(Duration.ofMillis(6_990), Duration.ofSeconds(9));
        LoadClient.Outcome others = toRatings().send(200);
        assertThat(others.status(200)).as(others.toString()).isEqualTo(200);
        assertThat(others.longest()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void theAbortReachesItsUserAlone() {
        MESH.apply(LocalMesh.sample("ratings-abort-jason.yaml"));
        LoadClient.Outcome jason = toRatings().header("end-user", "jason").send(100);
        assertThat(jason.status(500)).as(jason.toString()).isEqualTo(100);
        LoadClient.Outcome others = toRatings().send(100);
        assertThat(others.status(200)).as(others.toString()).isEqualTo(100);
    }

    @Test
    void istiosNetworkingSamplesApplyUnchangedAndHold() throws Exception {
        Optional<Path> folder = istioSamples();
        Assumptions.assumeTrue(folder.isPresent(), "Istio's samples are not at hand (WEFT_CONFORMANCE)");
        Path samples = folder.orElseThrow();
        List<Path> all;
        try (Stream<Path> files = Files.list(samples)) {
            all = files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
        // These two add a gateway on port 443 and a call to the internet: they must be valid, but need not run here.
        for (Path file : all) {
            boolean local = !file.toString().matches(".*(certmanager|egress).*");
            LocalMesh.Outcome applied = local
                    ? MESH.weft("apply", "-f", file.toString(), "--no-wait")
                    : MESH.weft("apply", "-f", file.toString(), "--dry-run=client");
            assertThat(applied.exit()).as(file + ": " + applied.all()).isZero();
        }
        MESH.apply(samples.resolve("destination-rule-all.yaml"), samples.resolve("virtual-service-all-v1.yaml"));
        assertThat(toReviews().send(200).version("v1")).isEqualTo(200);
        MESH.apply(samples.resolve("virtual-service-reviews-90-10.yaml"));
        assertShare("v2", 0.10, () -> toReviews().send(DRAWS));
        MESH.apply(samples.resolve("virtual-service-reviews-50-v3.yaml"));
        assertShare("v3", 0.50, () -> toReviews().send(DRAWS));
        MESH.apply(samples.resolve("virtual-service-reviews-test-v2.yaml"));
        assertThat(toReviews().header("end-user", "jason").send(200).version("v2"))
                .isEqualTo(200);
        assertThat(toReviews().send(200).version("v1")).isEqualTo(200);
        MESH.apply(samples.resolve("virtual-service-ratings-test-abort.yaml"));
        assertThat(toRatings().header("end-user", "jason").send(50).status(500)).isEqualTo(50);
        assertThat(toRatings().send(50).status(200)).isEqualTo(50);
        MESH.apply(samples.resolve("virtual-service-ratings-test-delay.yaml"));
        LoadClient.Outcome jason =
                toRatings().header("end-user", "jason").connections(2).send(2);
        assertThat(jason.longest()).isGreaterThan(Duration.ofMillis(6_990));
        assertThat(toRatings().send(50).longest()).isLessThan(Duration.ofSeconds(5));
    }

    /** {@code WEFT_CONFORMANCE}, or a folder {@code shared/conformance} beside or above the repository. */
    static Optional<Path> istioSamples() {
        String inside = "verbatim/istio+istio/samples/bookinfo/networking";
        String env = System.getenv("WEFT_CONFORMANCE");
        if (env != null) {
            return Optional.of(Path.of(env, inside)).filter(Files::isDirectory);
        }
        for (Path at = LocalMesh.repository(); at != null; at = at.getParent()) {
            Path folder = at.resolve("shared/conformance").resolve(inside);
            if (Files.isDirectory(folder)) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }
}
