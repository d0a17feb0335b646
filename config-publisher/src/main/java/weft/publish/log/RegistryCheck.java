package weft.publish.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import weft.log.SchemaIds;
import weft.log.SchemaLog;
import weft.log.WireCodec;
import weft.log.registry.RegistryException;
import weft.log.registry.RegistryException.Reason;
import weft.log.registry.SchemaRegistry;
import weft.publish.log.MeshCheck.Finding;
import weft.publish.log.MeshCheck.Verdict;

/** Looks whether a schema registry knows what the mesh writes. Confined to the calling thread. */
final class RegistryCheck {
    private static final String SUBJECT = "schema registry";

    private final MeshAddress mesh;
    private final SchemaRegistry registry;

    RegistryCheck(MeshAddress mesh, SchemaRegistry registry) {
        this.mesh = mesh;
        this.registry = registry;
    }

    /** @param hasLog whether there is a schemas topic to hold it against */
    List<Finding> run(boolean hasLog) {
        List<Finding> findings = new ArrayList<>();
        try {
            Set<String> subjects = registry.subjects();
            String rules = mesh.topics().rules() + "-";
            long ofRules =
                    subjects.stream().filter(each -> each.startsWith(rules)).count();
            findings.add(new Finding(
                    Verdict.FINE,
                    SUBJECT,
                    registry.address() + " answers; " + ofRules + " subjects of "
                            + mesh.topics().rules()));
            List<SchemaIds.Subject> telemetry = Stream.concat(
                            SchemaIds.ofProxies(mesh.topics()).stream(),
                            SchemaIds.ofAggregators(mesh.topics()).stream())
                    .toList();
            for (SchemaIds.Subject each : telemetry) {
                findings.add(finding(each, subjects.contains(each.name())));
            }
            if (hasLog) {
                WireCodec codec = WireCodec.withLocalSchemas();
                SchemaLog log = new SchemaLog(mesh.kafka(), mesh.topics(), codec, mesh.timeout());
                new SchemaIds(log, codec, registry)
                        .disagreements()
                        .forEach(
                                text -> findings.add(
                                        new Finding(
                                                Verdict.BROKEN,
                                                SUBJECT,
                                                text
                                                        + ": was it made anew? Readers by its ids read wrongly; give it its old ids back")));
            }
        } catch (RegistryException e) {
            Verdict verdict = e.reason() == Reason.UNREACHABLE ? Verdict.DOUBTFUL : Verdict.BROKEN;
            String still = "; the mesh goes on without it, by the ids that the log has";
            findings.add(new Finding(verdict, SUBJECT, e.getMessage() + still));
        }
        return findings;
    }

    private Finding finding(SchemaIds.Subject subject, boolean exists) throws RegistryException {
        String name = "subject " + subject.name();
        String json = subject.schema().toString();
        String level = registry.compatibilityLevel(subject.name());
        if (!exists) {
            return new Finding(
                    Verdict.DOUBTFUL, name, "not registered yet; its first writer with --schema-registry does it");
        }
        if (!registry.isCompatible(subject.name(), json)) {
            return new Finding(
                    Verdict.BROKEN,
                    name,
                    "the schema of this weft is no successor of the latest version there (compatibility: " + level
                            + ")");
        }
        Integer id = registry.lookup(subject.name(), json);
        String known = id == null ? "the schema of this weft is to be its next version" : "registered with id " + id;
        return new Finding(Verdict.FINE, name, known + ", compatibility " + level);
    }
}
