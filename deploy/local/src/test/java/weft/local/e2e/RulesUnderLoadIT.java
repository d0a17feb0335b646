package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle is applied whole: a route never meets a subset that is not there yet, or not there any more. */
class RulesUnderLoadIT {
    private static final int PER_SECOND = 500;
    private static final long MAX_REQUESTS = 1_000_000;
    private static final LocalMesh MESH = LocalMesh.shared();

    @TempDir
    private Path folder;

    /** Each bundle replaces the subsets by one of a new name and sends everything there. */
    private static String bundle(int number) {
        return """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata:
                  name: reviews
                spec:
                  hosts: [reviews]
                  http:
                  - route:
                    - destination: {host: reviews, subset: take-%1$d}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata:
                  name: reviews
                spec:
                  host: reviews
                  subsets:
                  - name: take-%1$d
                    labels: {version: v%2$d}
                """.formatted(number, 1 + number % 3);
    }

    @Test
    void replacingSubsetsUnderLoadFailsNoRequest() throws Exception {
        Path file = folder.resolve("reviews.yaml");
        Files.writeString(file, bundle(0));
        MESH.apply(file);
        LoadClient.Run run = LoadClient.to(MESH.outboundPort("productpage-v1"), "reviews:9080", "/reviews/0")
                .connections(16)
                .startAt(PER_SECOND, MAX_REQUESTS);
        LoadClient.Outcome outcome;
        try {
            for (int number = 1; number <= Sizes.appliesUnderLoad(); number++) {
                Files.writeString(file, bundle(number));
                MESH.applyHere(file);
            }
        } finally {
            outcome = run.stop();
            MESH.apply(LocalMesh.sample("mesh/services.yaml"), LocalMesh.sample("all-v1.yaml"));
        }
        assertThat(outcome.failed()).as(outcome.toString()).isZero();
        assertThat(outcome.sent()).isGreaterThan(PER_SECOND);
        assertThat(outcome.versions()).as("every bundle took effect").containsOnlyKeys("v1", "v2", "v3");
    }
}
