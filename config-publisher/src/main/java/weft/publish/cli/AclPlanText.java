package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.log.KafkaClients;
import weft.publish.log.MeshAddress;
import weft.publish.log.acl.AclPlan;
import weft.publish.log.acl.Assignment;
import weft.publish.log.acl.Grant;
import weft.publish.log.acl.KafkaAclsLines;
import weft.publish.log.acl.MeshRole;

/** The plan of ACLs as a table, as calls of Kafka's own tool, or as JSON. Confined to the command's thread. */
final class AclPlanText {
    private final MeshAddress mesh;
    private final String config;
    private final List<Assignment> assignments;
    private final AclPlan plan;

    /** @param assignments whose plan is printed; empty for every role, of principals named after it */
    AclPlanText(MeshAddress mesh, @Nullable String config, List<Assignment> assignments) {
        this.mesh = mesh;
        this.config = config == null ? "" : config;
        this.assignments = assignments.isEmpty() ? everyRole(mesh.topics().prefix()) : assignments;
        this.plan = new AclPlan(mesh.topics());
    }

    private static List<Assignment> everyRole(String prefix) {
        return Arrays.stream(MeshRole.values())
                .map(role -> new Assignment(role, "User:" + prefix + "-" + role.word()))
                .toList();
    }

    void print(String format, Terminal terminal) {
        switch (format) {
            case "text" -> table(terminal);
            case "json" -> terminal.print(document().toPrettyString());
            case "kafka-acls" ->
                KafkaAclsLines.at(KafkaClients.bootstrapServers(mesh.kafka()), config)
                        .adding(assignments, plan)
                        .forEach(terminal::print);
            default ->
                throw new CommandFailure(
                        ExitCode.USAGE, "--acls: \"" + format + "\" (expected: text, kafka-acls or json)");
        }
    }

    private void table(Terminal terminal) {
        Table table = new Table("ROLE", "PRINCIPAL", "OPERATION", "RESOURCE", "WHY");
        for (Assignment each : assignments) {
            for (Grant grant : plan.of(each.role())) {
                table.row(
                        each.role().word(),
                        each.principal(),
                        grant.operationWord(),
                        grant.resourceWords(),
                        grant.why());
            }
        }
        table.printTo(terminal);
    }

    private ObjectNode document() {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("apiVersion", "weft/v1");
        ArrayNode acls = document.putArray("acls");
        for (Assignment each : assignments) {
            for (Grant grant : plan.of(each.role())) {
                acls.addObject()
                        .put("role", each.role().word())
                        .put("principal", each.principal())
                        .put("operation", grant.operationWord())
                        .put("resourceType", grant.resourceType())
                        .put("resourceName", grant.resourceName())
                        .put("patternType", grant.patternType())
                        .put("why", grant.why());
            }
        }
        return document;
    }
}
