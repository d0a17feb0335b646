package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weft.log.BundleDraft;
import weft.log.ConflictException;
import weft.log.InvalidBundleException;
import weft.log.Problem;
import weft.log.RuleChange;
import weft.log.RulePublisher;
import weft.log.RuleState;
import weft.log.RuleVersion;
import weft.publish.log.BundleChanges;
import weft.publish.log.JournalReader;
import weft.publish.log.MeshAddress;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/** The options that say which versions a bundle may replace, and what to say when it may not. Confined to one thread. */
final class Expectations {
    @Option(
            names = "--expect",
            paramLabel = "bundle/N",
            description = "Publish only if no later bundle changed these rules; else end with 81.")
    private @Nullable String expect;

    @Option(
            names = {"--force", "--overwrite"},
            description =
                    "Overwrite what others changed meanwhile, instead of ending with 81, and what a newer weft wrote"
                            + " that this one cannot read.")
    private boolean force;

    /**
     * The draft with what its author knows: the rules as this command saw them when it began, the versions that files
     * carry, and the rules as of {@code --expect}.
     */
    BundleDraft on(BundleDraft draft, List<Resource> resources, RulePublisher publisher, MeshAddress mesh) {
        if (force) {
            if (expect != null) {
                throw new CommandFailure(ExitCode.USAGE, "--expect and --force exclude each other");
            }
            return draft.losingNewer();
        }
        List<RuleKey> keys = draft.keys();
        Map<RuleKey, String> versions = new HashMap<>(publisher.versions(keys));
        for (Resource resource : resources) {
            if (!resource.version().isEmpty()) {
                versions.put(resource.rule().key(), resource.version());
            }
        }
        if (expect != null) {
            versions.putAll(at(BundleWords.require("--expect", expect), Set.copyOf(keys), mesh));
        }
        return draft.expecting(versions);
    }

    /**
     * What publishing would refuse: to write over rules of a newer build.
     *
     * @throws InvalidBundleException when one of the resources is such a rule in force
     */
    void requireReadable(List<Resource> resources, RuleState inForce) {
        List<Problem> problems = resources.stream()
                .map(resource -> inForce.unreadable(resource.rule().key()))
                .filter(bad -> bad != null && bad.isPerhapsNewer())
                .map(RuleChange.Unreadable::asProblem)
                .toList();
        if (!force && !problems.isEmpty()) {
            throw new InvalidBundleException(problems);
        }
    }

    /** Versions at a bundle of those that later ones changed. */
    private static Map<RuleKey, String> at(long revision, Set<RuleKey> keys, MeshAddress mesh) {
        Map<RuleKey, String> versions = new HashMap<>();
        long[] latest = {0};
        try (JournalReader journal = new JournalReader(mesh)) {
            journal.newestFirst(entry -> {
                latest[0] = Math.max(latest[0], entry.getRevision());
                if (entry.getRevision() <= revision) {
                    return false;
                }
                for (BundleChange change : entry.getChanges()) {
                    RuleKey key = RuleKey.parse(change.getKey());
                    if (keys.contains(key)) {
                        versions.put(key, RuleVersion.of(BundleChanges.bytes(change.getBefore())));
                    }
                }
                return true;
            });
        }
        if (revision > latest[0]) {
            throw new CommandFailure(
                    ExitCode.FAILED, "--expect: there is no bundle/" + revision + ", the last is bundle/" + latest[0]);
        }
        return versions;
    }

    /** Says which bundle came first, and how to go on. */
    static CommandFailure explain(ConflictException conflict, MeshAddress mesh, Terminal terminal, boolean json) {
        Map<RuleKey, Bundle> last;
        try (JournalReader journal = new JournalReader(mesh)) {
            last = journal.lastChanges(Set.copyOf(conflict.keys()));
        }
        if (json) {
            terminal.print(document(conflict, last).toString());
        }
        long now = System.currentTimeMillis();
        List<String> lines = conflict.keys().stream()
                .map(key -> "conflict: " + Table.safe(BundleWords.resource(key)) + " was changed by "
                        + told(last.get(key), now))
                .toList();
        lines.subList(0, lines.size() - 1).forEach(line -> terminal.say("weft: " + line));
        return new CommandFailure(
                ExitCode.CONFLICT,
                lines.get(lines.size() - 1) + "; nothing was published. Look with: weft diff -f FILE,"
                        + " then apply again, or overwrite with --force",
                conflict);
    }

    private static String told(@Nullable Bundle bundle, long now) {
        return bundle == null ? "somebody, before the journal begins" : BundleWords.told(bundle, now);
    }

    private static ObjectNode document(ConflictException conflict, Map<RuleKey, Bundle> last) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1");
        document.put("bundle", conflict.revision());
        document.put("published", false);
        ArrayNode conflicts = document.putArray("conflicts");
        for (RuleKey key : conflict.keys()) {
            ObjectNode node = conflicts.addObject();
            node.put("kind", key.kind()).put("namespace", key.namespace()).put("name", key.name());
            Bundle bundle = last.get(key);
            if (bundle != null) {
                node.put("changedBy", bundle.getRevision());
                node.put("author", bundle.getAuthor());
                node.put("time", Instant.ofEpochMilli(bundle.getTimestamp()).toString());
                node.put("message", bundle.getMessage());
            }
        }
        return document;
    }
}
