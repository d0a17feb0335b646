package weft.local.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import weft.log.testing.TestBroker;

/** Runs the log's own tests, which otherwise use a broker inside their JVM, against the {@code apache/kafka} image. */
class LogContractOnApacheKafkaIT {
    private static final String IMAGE = "apache/kafka:4.3.1";
    private static final String[] SUITE = {
        "weft.log.RulePublisherTest", "weft.log.RuleLogReaderTest", "weft.log.TopicAdminTest"
    };

    @Test
    void aReleasedBrokerKeepsTheContract() {
        Assumptions.assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(), "skipped: there is no Docker on this machine");
        try (KafkaContainer kafka = new KafkaContainer(IMAGE)) {
            kafka.start();
            System.setProperty(TestBroker.EXTERNAL, kafka.getBootstrapServers());
            SummaryGeneratingListener summary = new SummaryGeneratingListener();
            LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
            for (String name : SUITE) {
                request.selectors(selectClass(name));
            }
            LauncherFactory.create().execute(request.build(), summary);
            StringWriter failures = new StringWriter();
            summary.getSummary().printFailuresTo(new PrintWriter(failures));
            assertThat(summary.getSummary().getTestsFoundCount()).isPositive();
            assertThat(summary.getSummary().getTotalFailureCount())
                    .as(failures.toString())
                    .isZero();
        } finally {
            System.clearProperty(TestBroker.EXTERNAL);
        }
    }
}
