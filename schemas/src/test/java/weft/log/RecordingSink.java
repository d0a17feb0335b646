package weft.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.schema.VirtualService;

/** Remembers each update and the table it leads to: resource name to its hosts. Confined to the polling thread. */
final class RecordingSink implements RuleSink {
    record Table(long revision, Map<String, List<String>> hosts) {}

    final List<RuleUpdate> updates = new ArrayList<>();
    final List<Table> tables = new ArrayList<>();
    final Map<String, RuleChange.Unreadable> unreadable = new TreeMap<>();
    private final Map<String, List<String>> hosts = new TreeMap<>();

    @Override
    public void update(RuleUpdate update) {
        updates.add(update);
        for (RuleChange change : update.changes()) {
            if (change instanceof RuleChange.Put put) {
                VirtualService resource = (VirtualService) put.rule().resource();
                hosts.put(
                        put.rule().key().name(), List.copyOf(resource.getSpec().getHosts()));
                unreadable.remove(put.key());
            } else if (change instanceof RuleChange.Removed removed) {
                hosts.remove(removed.ruleKey().name());
                unreadable.remove(removed.key());
            } else if (change instanceof RuleChange.Unreadable bad) {
                unreadable.put(bad.key(), bad);
            }
        }
        tables.add(new Table(update.revision(), Map.copyOf(hosts)));
    }

    Map<String, List<String>> hosts() {
        return Map.copyOf(hosts);
    }

    WireException.@Nullable Code problemOf(String key) {
        RuleChange.Unreadable bad = unreadable.get(key);
        return bad == null ? null : bad.code();
    }

    long revision() {
        return updates.isEmpty() ? 0 : updates.get(updates.size() - 1).revision();
    }
}
