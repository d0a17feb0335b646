package weft.proxy.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.log.RuleChange;
import weft.log.RuleUpdate;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleDelta;
import weft.routing.snapshot.RuleRejection;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Rejection;

/**
 * The rules this proxy goes by: those of the log, but for each one it cannot accept the last version that it could.
 * Confined to the rule-loader thread.
 */
final class EffectiveRules {
    /** Substituting one rule may lay bare another; after this many rounds whatever is refused is left out. */
    private static final int MAX_ROUNDS = 4;
    /** When compiling fails altogether, this many changes are tried one by one to find the culprit. */
    private static final int MAX_ISOLATED = 256;

    /** A compiled snapshot, the rules behind it, and what was refused on the way. */
    record Outcome(ProxySnapshot compiled, RuleSnapshot rules, List<Rejection> rejections) {}

    private final Compile compile;
    /** As in the log, as far as it can be read. */
    private RuleSnapshot wanted = RuleSnapshot.EMPTY;
    /** In service. */
    private RuleSnapshot served = RuleSnapshot.EMPTY;

    private final Map<String, Rejection> unreadable = new TreeMap<>();
    private final Map<RuleKey, Long> offsets = new HashMap<>();

    EffectiveRules(Compile compile) {
        this.compile = compile;
    }

    /** Versions that were in service before a restart, for rules whose newest version cannot be accepted. */
    void restore(Map<RuleKey, Rule> lastGood) {
        wanted = RuleSnapshot.of(LogPosition.NONE, lastGood);
        served = wanted;
    }

    /** Takes in whole bundles; nothing is served yet. */
    void update(RuleUpdate update) {
        RuleDelta delta = new RuleDelta(wanted);
        for (RuleChange change : update.changes()) {
            if (change instanceof RuleChange.Put put) {
                delta.put(put.rule());
                offsets.put(put.rule().key(), put.offset());
                unreadable.remove(put.key());
            } else if (change instanceof RuleChange.Removed removed) {
                delta.remove(removed.ruleKey());
                offsets.remove(removed.ruleKey());
                unreadable.remove(removed.key());
            } else if (change instanceof RuleChange.Unreadable bad) {
                unreadable.put(
                        bad.key(),
                        new Rejection(bad.key(), code(bad), bad.text(), bad.offset()));
            }
        }
        wanted = delta.apply(new LogPosition(update.revision(), update.commitOffset()));
    }

    private static String code(RuleChange.Unreadable bad) {
        return switch (bad.code()) {
            case UNKNOWN_SCHEMA -> "schema_unknown";
            case UNKNOWN_TYPE -> "type_unknown";
            case BAD_FRAME, CORRUPT_BODY -> "decode_failed";
        };
    }

    /** Compiles what was taken in, with last good versions in place of what is refused. */
    Outcome compile(ProxySnapshot previous) {
        Map<RuleKey, RuleRejection> refused = new LinkedHashMap<>();
        RuleSnapshot rules = wanted;
        ProxySnapshot compiled;
        try {
            compiled = compile.compile(rules, previous);
            for (int round = 1; !compiled.rejections().isEmpty() && round <= MAX_ROUNDS; round++) {
                RuleDelta delta = new RuleDelta(rules);
                for (RuleRejection rejection : compiled.rejections()) {
                    boolean again = refused.putIfAbsent(rejection.key(), rejection) != null;
                    revert(delta, rejection.key(), again || round == MAX_ROUNDS);
                }
                rules = delta.apply(wanted.position());
                compiled = compile.compile(rules, previous);
            }
        } catch (RuntimeException e) {
            rules = isolate(previous, refused);
            compiled = compile.compile(rules, previous);
        }
        return new Outcome(withRejections(compiled, refused), rules, rejections(refused));
    }

    private void revert(RuleDelta delta, RuleKey key, boolean leaveOut) {
        Rule good = served.get(key);
        if (leaveOut || good == null || good.equals(wanted.get(key))) {
            delta.remove(key);
        } else {
            delta.put(good);
        }
    }

    /** What is in service, plus every change the compiler can take when it comes alone. */
    private RuleSnapshot isolate(ProxySnapshot previous, Map<RuleKey, RuleRejection> refused) {
        refused.clear();
        TreeSet<RuleKey> changed = new TreeSet<>(wanted.rules().keySet());
        changed.addAll(served.rules().keySet());
        changed.removeIf(key -> Objects.equals(wanted.get(key), served.get(key)));
        RuleSnapshot accepted = RuleSnapshot.of(wanted.position(), served.rules());
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
            String problem = tooMany ? "too many changes came together to tell which one failed" : tried(candidate, previous);
            if (problem == null) {
                accepted = candidate;
            } else {
                refused.put(key, new RuleRejection(key, "compile_failed", problem));
            }
        }
        return accepted;
    }

    private @Nullable String tried(RuleSnapshot candidate, ProxySnapshot previous) {
        try {
            List<RuleRejection> rejections = compile.compile(candidate, previous).rejections();
            return rejections.isEmpty() ? null : rejections.get(0).text();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    private static ProxySnapshot withRejections(ProxySnapshot compiled, Map<RuleKey, RuleRejection> refused) {
        Map<RuleKey, RuleRejection> all = new LinkedHashMap<>(refused);
        compiled.rejections().forEach(r -> all.putIfAbsent(r.key(), r));
        return new ProxySnapshot(
                compiled.position(),
                compiled.identity(),
                compiled.listeners(),
                compiled.clusters(),
                List.copyOf(all.values()),
                compiled.tableHash());
    }

    private List<Rejection> rejections(Map<RuleKey, RuleRejection> refused) {
        List<Rejection> all = new ArrayList<>(unreadable.values());
        refused.values().forEach(r -> all.add(rejection(r)));
        return all;
    }

    Rejection rejection(RuleRejection refused) {
        long offset = offsets.getOrDefault(refused.key(), -1L);
        return new Rejection(refused.key().toString(), refused.code(), refused.text(), offset);
    }

    /** The outcome came into service. */
    void served(Outcome outcome) {
        served = outcome.rules();
    }

    LogPosition position() {
        return wanted.position();
    }

    /** Rules in service that are not the log's newest version: what a restart must not lose. */
    Map<RuleKey, Rule> lastGood() {
        Map<RuleKey, Rule> good = new HashMap<>();
        served.rules().forEach((key, rule) -> {
            boolean stale = unreadable.containsKey(key.toString()) || !rule.equals(wanted.get(key));
            if (stale) {
                good.put(key, rule);
            }
        });
        return good;
    }
}
