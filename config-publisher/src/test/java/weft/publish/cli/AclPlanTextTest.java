package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The plan of ACLs as it is printed; no broker is asked. */
class AclPlanTextTest {
    private static CommandLineRun acls(String... arguments) {
        return CommandLineRun.of(
                CommandLineRun.with(List.of("--kafka", "broker:9094", "--topic-prefix", "shop"), arguments));
    }

    @Test
    void everyRoleAndWhyItNeedsWhat() {
        CommandLineRun run = acls("check", "--acls");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .startsWith("ROLE PRINCIPAL OPERATION RESOURCE WHY")
                .contains(
                        "publisher User:shop-publisher Write topic shop.rules publishes bundles",
                        "gateway User:shop-gateway Read topic shop.rules follows the rules",
                        "sink User:shop-sink Create topics that begin with shop-sink- keeps its own topics",
                        "operator User:shop-operator Describe the cluster sees the ACLs")
                .noneMatch(line -> line.startsWith("sidecar User:shop-sidecar Write topic shop.rules"));
    }

    @Test
    void callsOfKafkasOwnTool() {
        CommandLineRun run = acls(
                "check",
                "--acls=kafka-acls",
                "--principal",
                "publisher=User:CN=it's me,O=Shop",
                "--principal=reader=User:r");
        assertThat(run.out().lines())
                .contains(
                        "kafka-acls.sh --bootstrap-server broker:9094 --add --allow-principal 'User:CN=it'\\''s me,O=Shop'"
                                + " --operation Write --transactional-id shop-rules",
                        "kafka-acls.sh --bootstrap-server broker:9094 --add --allow-principal User:r --operation Read"
                                + " --topic shop.rules");
        assertThat(acls("check", "--acls=kafka-acls", "--principal", "sink=User:s")
                        .out())
                .contains("--operation Create --operation Read --operation Write --operation Delete --topic shop-sink-"
                        + " --resource-pattern-type prefixed\n");
    }

    @Test
    void json() {
        assertThat(acls("check", "--acls=json", "--principal", "publisher=User:ci")
                        .out()
                        .replaceAll("\\s+", ""))
                .startsWith("{\"apiVersion\":\"weft/v1\",\"acls\":[{\"role\":\"publisher\",\"principal\":\"User:ci\",")
                .contains(
                        "\"operation\":\"Write\",\"resourceType\":\"transactional-id\",\"resourceName\":\"shop-rules\","
                                + "\"patternType\":\"literal\"");
    }

    @Test
    void whatIsNoRoleOrNobody() {
        assertThat(acls("check", "--principal", "author=User:a").err())
                .isEqualTo("weft: --principal: role: \"author\" (expected: one of publisher, gateway, sidecar, sink,"
                        + " reader, operator)\n");
        assertThat(acls("check", "--principal", "reader=a").err())
                .isEqualTo("weft: --principal: principal: \"a\" (expected: reader=User:NAME, as Kafka names it)\n");
        CommandLineRun everybody = acls("check", "--principal", "publisher=User:*");
        assertThat(everybody.err())
                .isEqualTo("weft: --principal: principal: \"User:*\" (expected: somebody, not everybody)\n");
        assertThat(everybody.exitCode()).isEqualTo(64);
        assertThat(acls("check", "--acls=yaml").exitCode()).isEqualTo(64);
    }
}
