package weft.proxy.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.RuleChange;
import weft.log.RuleUpdate;
import weft.routing.persistent.ShardedMap;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleDelta;
import weft.routing.snapshot.RuleRejection;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Ownership;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Rejection;

/**
 * The rules this proxy goes by: those of the log, but for each one it cannot accept the last version that it could.
 * Confined to the rule-loader thread.
 */
final class EffectiveRules {
    private static final Logger LOG = LoggerFactory.getLogger(EffectiveRules.class);

    /** When compiling fails altogether, this many changes are tried one by one to find the culprit. */
    private static final int MAX_ISOLATED = 256;

    /** A compiled snapshot, and all that was refused on the way to it. */
    record Outcome(ProxySnapshot compiled, List<Rejection> rejections) {}

    private final Compile compile;
    /** As in the log, as far as it can be read. */
    private RuleSnapshot wanted = RuleSnapshot.EMPTY;

    /** Workloads that registered themselves: on no rules topic, yet among the rules. */
    private Map<RuleKey, Rule> registered = Map.of();

    /** Newest versions that cannot be read, or may not be said; they do not get as far as the compiler. */
    private final Map<String, Rejection> refused = new TreeMap<>();

    private final Ownership ownership;
    private final Map<RuleKey, Long> offsets = new HashMap<>();

    EffectiveRules(Compile compile, Ownership ownership) {
        this.compile = compile;
        this.ownership = ownership;
    }

    /** Versions that were in service before a restart, for rules whose newest version cannot be accepted. */
    void restore(Map<RuleKey, Rule> lastGood) {
        wanted = RuleSnapshot.of(LogPosition.NONE, lastGood);
    }

    Map<RuleKey, Rule> workloads() {
        return registered;
    }

    /** Takes these workloads in place of those before; nothing is served yet. */
    void workloads(Map<RuleKey, Rule> workloads) {
        RuleDelta delta = new RuleDelta(wanted);
        registered.keySet().stream().filter(key -> !workloads.containsKey(key)).forEach(delta::remove);
        workloads.values().forEach(delta::put);
        wanted = delta.apply(wanted.position());
        registered = Map.copyOf(workloads);
    }

    /** Takes in whole bundles; nothing is served yet. */
    void update(RuleUpdate update) {
        RuleDelta delta = new RuleDelta(wanted);
        for (RuleChange change : update.changes()) {
            if (change instanceof RuleChange.Put put) {
                String refusal = ownership.refusal(put.rule());
                if (refusal != null) {
                    refused.put(put.key(), new Rejection(put.key(), "not_owner", refusal, put.offset()));
                    continue;
                }
                delta.put(put.rule());
                offsets.put(put.rule().key(), put.offset());
                refused.remove(put.key());
            } else if (change instanceof RuleChange.Removed removed) {
                delta.remove(removed.ruleKey());
                offsets.remove(removed.ruleKey());
                refused.remove(removed.key());
            } else if (change instanceof RuleChange.Unreadable bad) {
                refused.put(bad.key(), new Rejection(bad.key(), code(bad), bad.text(), bad.offset()));
            }
        }
        wanted = delta.apply(new LogPosition(update.revision(), update.commitOffset()));
    }

    private static String code(RuleChange.Unreadable bad) {
        return switch (bad.code()) {
            case UNKNOWN_SCHEMA -> "schema_unknown";
            case UNKNOWN_TYPE -> "type_unknown";
            case UNKNOWN_SYMBOL -> "symbol_unknown";
            case UNKNOWN_FIELD -> "field_unknown";
            case INCOMPATIBLE_SCHEMA -> "schema_incompatible";
            case BAD_FRAME, CORRUPT_BODY -> "decode_failed";
        };
    }

    /** Compiles what was taken in; the compiler keeps from {@code previous} what it has to reject. */
    Outcome compile(ProxySnapshot previous) {
        List<Rejection> rejections = new ArrayList<>(refused.values());
        ProxySnapshot compiled;
        try {
            compiled = compile.compile(wanted, previous);
        } catch (RuntimeException e) {
            LOG.error("rules do not compile, the failing one is looked for error={}", e.toString(), e);
            compiled = compile.compile(isolate(previous, rejections), previous);
        }
        compiled.rejections().forEach(r -> rejections.add(rejection(r)));
        return new Outcome(compiled, rejections);
    }

    /** What is in service, plus every change that the compiler survives when it comes alone. */
    private RuleSnapshot isolate(ProxySnapshot previous, List<Rejection> rejections) {
        Map<RuleKey, Rule> served = previous.rules();
        TreeSet<RuleKey> changed = new TreeSet<>();
        ShardedMap.differences(served, wanted.rules(), (key, before, after) -> changed.add(key));
        RuleSnapshot accepted = RuleSnapshot.of(wanted.position(), served);
        boolean tooMany = changed.size() > MAX_ISOLATED;
        for (RuleKey key : changed) {
            Rule next = wanted.get(key);
            RuleDelta delta = new RuleDelta(accepted);
            if (next == null) {
                delta.remove(key);
            } else {
                delta.put(next);
            }
            RuleSnapshot candidate = delta.apply(wanted.position());
            String problem = tooMany
                    ? "one of " + changed.size() + " changes makes the compiler fail"
                    : failure(candidate, previous);
            if (problem == null) {
                accepted = candidate;
            } else {
                rejections.add(rejection(new RuleRejection(key, "compile_failed", problem)));
            }
        }
        return accepted;
    }

    private @Nullable String failure(RuleSnapshot candidate, ProxySnapshot previous) {
        try {
            compile.compile(candidate, previous);
            return null;
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    Rejection rejection(RuleRejection refused) {
        long offset = offsets.getOrDefault(refused.key(), -1L);
        return new Rejection(refused.key().toString(), refused.code(), refused.text(), offset);
    }

    /** Rules in service that are not the log's newest version: what a restart must not lose. */
    Map<RuleKey, Rule> lastGood(ProxySnapshot serving) {
        Map<RuleKey, Rule> good = new HashMap<>();
        ShardedMap.differences(wanted.rules(), serving.rules(), (key, newest, rule) -> {
            if (rule != null) {
                good.put(key, rule);
            }
        });
        if (!refused.isEmpty()) {
            serving.rules().forEach((key, rule) -> {
                if (refused.containsKey(key.toString())) {
                    good.put(key, rule);
                }
            });
        }
        return good;
    }
}
