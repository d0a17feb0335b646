package weft.log;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import weft.log.PublishResult.Outcome;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Metadata;

/**
 * A draft set against the current state: which records to write, and what the state will be. Immutable.
 *
 * @param writes records to write, without the resources that stay as they are
 * @param resources what becomes of each resource of the draft, in its order
 * @param changed the rules it writes, null for those it removes
 */
record BundlePlan(List<Write> writes, List<PublishResult.Resource> resources, Map<RuleKey, @Nullable Rule> changed) {

    /** One record: the values as on the topic, null for none. */
    record Write(RuleKey key, Outcome outcome, byte @Nullable [] before, byte @Nullable [] after) {}

    /** Largest encoded resource; a journal entry holds it twice. */
    static final int MAX_RULE_BYTES = 1 << 20;

    /**
     * Sets a draft against a state.
     *
     * @param raw current value of a record key, null when there is none
     * @throws InvalidBundleException when a resource is too large for the log, or would take the place of one that a newer
     *     build wrote
     * @throws ConflictException when a resource to be written is not as the draft expects it
     */
    static BundlePlan of(
            BundleDraft draft,
            CurrentRules state,
            Function<String, byte @Nullable []> raw,
            WireCodec codec,
            InstantSource clock) {
        List<Write> writes = new ArrayList<>();
        List<PublishResult.Resource> resources = new ArrayList<>();
        Map<RuleKey, @Nullable Rule> changed = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (SpecificRecord upsert : draft.upserts()) {
            Rule asked = Rule.of(upsert);
            byte[] before = raw.apply(asked.key().toString());
            Rule current = state.get(asked.key());
            if (current != null && isSame(current, asked)) {
                resources.add(new PublishResult.Resource(asked.key(), Outcome.UNCHANGED));
                continue;
            }
            RuleChange.Unreadable unreadable = state.unreadable(asked.key());
            if (unreadable != null && unreadable.isPerhapsNewer() && !draft.mayLoseNewer()) {
                problems.add(unreadable.asProblem());
                continue;
            }
            Rule next = minted(asked, current, draft.isRestoring(), clock);
            byte[] after = codec.encode(next.resource());
            if (after.length > MAX_RULE_BYTES) {
                problems.add(new Problem(
                        next.key(), "too_large", "size: " + after.length + " bytes (at most: " + MAX_RULE_BYTES + ")"));
            }
            Outcome outcome = before == null ? Outcome.CREATED : Outcome.CONFIGURED;
            writes.add(new Write(next.key(), outcome, before, after));
            resources.add(new PublishResult.Resource(next.key(), outcome));
            changed.put(next.key(), next);
        }
        for (RuleKey key : draft.deletes()) {
            byte[] before = raw.apply(key.toString());
            Outcome outcome = before == null ? Outcome.NOT_FOUND : Outcome.DELETED;
            if (before != null) {
                writes.add(new Write(key, outcome, before, null));
                changed.put(key, null);
            }
            resources.add(new PublishResult.Resource(key, outcome));
        }
        requireExpected(draft, writes, state.revision());
        if (!problems.isEmpty()) {
            throw new InvalidBundleException(problems);
        }
        return new BundlePlan(List.copyOf(writes), List.copyOf(resources), Collections.unmodifiableMap(changed));
    }

    /** The rules after the bundle. */
    RuleState result(RuleState before) {
        Map<RuleKey, Rule> rules = new HashMap<>(before.rules());
        changed.forEach((key, rule) -> {
            if (rule == null) {
                rules.remove(key);
            } else {
                rules.put(key, rule);
            }
        });
        Map<String, RuleChange.Unreadable> unreadable = new HashMap<>(before.unreadable());
        writes.forEach(w -> unreadable.remove(w.key().toString()));
        return new RuleState(before.revision() + 1, -1, rules, unreadable);
    }

    /** Resources that are as asked already hurt nobody, whoever made them so. */
    private static void requireExpected(BundleDraft draft, List<Write> writes, long revision) {
        List<RuleKey> changed = new ArrayList<>();
        for (Write write : writes) {
            String expected = draft.expected().get(write.key());
            if (expected != null && !expected.equals(RuleVersion.of(write.before()))) {
                changed.add(write.key());
            }
        }
        if (!changed.isEmpty()) {
            throw new ConflictException(changed, revision);
        }
    }

    /** Its writes as records of one bundle; their offsets are not known yet. */
    List<BundleRecord> records(long revision, String bundleId) {
        List<BundleRecord> records = new ArrayList<>(writes.size());
        for (Write write : writes) {
            BundleHeaders headers = new BundleHeaders(revision, writes.size(), records.size(), bundleId);
            records.add(new BundleRecord(write.key().toString(), write.after(), headers, -1));
        }
        return records;
    }

    /**
     * The same plan, with those keys written once more as they are that somebody's skipped record lies above: compaction
     * would keep that record, and not the value that counts.
     */
    BundlePlan mending(Set<String> shadowed, Function<String, byte @Nullable []> raw) {
        Set<String> written = new HashSet<>();
        writes.forEach(w -> written.add(w.key().toString()));
        List<Write> all = new ArrayList<>(writes);
        shadowed.stream().filter(key -> !written.contains(key)).sorted().forEach(key -> {
            byte[] value = raw.apply(key);
            Outcome outcome = value == null ? Outcome.DELETED : Outcome.CONFIGURED;
            all.add(new Write(RuleKey.parse(key), outcome, value, value));
        });
        return new BundlePlan(List.copyOf(all), resources, changed);
    }

    /** Where a rule was written down is no part of what it says. */
    private static boolean isSame(Rule current, Rule asked) {
        return isSameSpec(current, asked)
                && current.metadata().getLabels().equals(asked.metadata().getLabels())
                && current.metadata().getAnnotations().equals(asked.metadata().getAnnotations());
    }

    private static boolean isSameSpec(Rule one, Rule other) {
        Object spec = one.resource().get(specPosition(one.resource()));
        return spec.equals(other.resource().get(specPosition(other.resource())));
    }

    private static int specPosition(SpecificRecord resource) {
        return resource.getSchema().getField("spec").pos();
    }

    private static Rule minted(Rule asked, @Nullable Rule current, boolean isRestoring, InstantSource clock) {
        Metadata.Builder metadata = Metadata.newBuilder(asked.metadata());
        if (current == null) {
            long before = isRestoring ? asked.metadata().getCreationTimestamp() : 0;
            metadata.setUid(UUID.randomUUID().toString())
                    .setCreationTimestamp(before > 0 ? before : clock.millis())
                    .setGeneration(1);
        } else {
            Metadata kept = current.metadata();
            metadata.setUid(kept.getUid())
                    .setCreationTimestamp(kept.getCreationTimestamp())
                    .setGeneration(kept.getGeneration() + (isSameSpec(current, asked) ? 0 : 1));
        }
        Schema schema = asked.resource().getSchema();
        SpecificRecord copy = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            copy.put(field.pos(), asked.resource().get(field.pos()));
        }
        copy.put(schema.getField("metadata").pos(), metadata.build());
        return Rule.of(copy);
    }
}
