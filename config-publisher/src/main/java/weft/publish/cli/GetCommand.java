package weft.publish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.log.RuleLogView;
import weft.log.RuleState;
import weft.publish.log.MeshAddress;
import weft.publish.log.PastRules;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.ResourceTree;
import weft.publish.yaml.YamlWriter;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.SourcePosition;

/** {@code weft get}: the rules in force. */
@Command(
        name = "get",
        header = {
            "Examples:",
            "  weft get                                every rule of the namespace",
            "  weft get vs -A -o wide                  virtual services of all namespaces",
            "  weft get virtualservice reviews -o yaml as it would be applied again",
            "  weft get vs -A --at bundle/41           as they were",
            ""
        },
        description = "Shows the rules in force, or as they were.",
        mixinStandardHelpOptions = true)
final class GetCommand implements Callable<Integer> {
    /** How rules are written. */
    enum Format {
        TABLE,
        WIDE,
        YAML,
        JSON,
        NAME
    }

    private final Terminal terminal;
    private final ResourceKinds kinds = new ResourceKinds();

    @Parameters(index = "0", arity = "0..1", paramLabel = "KIND", description = "As virtualservice, vs or vs/NAME.")
    private String kindWord = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only this one.")
    private String nameWord = "";

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            description = "The namespace (default: ${DEFAULT-VALUE}).")
    private String namespace = "default";

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "All namespaces.")
    private boolean allNamespaces;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|wide|yaml|json|name",
            description = "yaml and json can be applied again, unless somebody changed the rule meanwhile.")
    private Format format = Format.TABLE;

    @Mixin
    private AtOption at = new AtOption();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    GetCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        int slash = kindWord.indexOf('/');
        String name = slash < 0 ? nameWord : kindWord.substring(slash + 1);
        String word = slash < 0 ? kindWord : kindWord.substring(0, slash);
        String kind = word.isEmpty() || word.equals("all")
                ? ""
                : KindWords.kind(word, kinds).name();
        Found found = find(kafka.mesh(terminal));
        List<Rule> rules = found.rules().stream()
                .filter(r -> kind.isEmpty() || r.key().kind().equals(kind))
                .filter(r -> name.isEmpty() || r.key().name().equals(name))
                .filter(r -> allNamespaces || r.key().namespace().equals(namespace))
                .sorted(Comparator.comparing(Rule::key))
                .toList();
        String where = allNamespaces ? "any namespace" : "namespace " + namespace;
        Map<String, String> unreadable = new TreeMap<>(found.unreadable());
        unreadable.keySet().removeIf(key -> !isAskedFor(key, kind, name));
        if (rules.isEmpty() && !name.isEmpty() && unreadable.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED, kind.toLowerCase(Locale.ROOT) + "/" + Table.safe(name) + " not found in " + where);
        }
        if (!rules.isEmpty() || name.isEmpty()) {
            show(rules, found.versions(), !name.isEmpty() && rules.size() == 1, kind.isEmpty());
        }
        if (rules.isEmpty() && unreadable.isEmpty() && format != Format.JSON && format != Format.YAML) {
            terminal.say("no rules in " + where);
        }
        unreadable.forEach((key, why) -> terminal.say(Table.safe("▲ " + key + " cannot be read: " + why)));
        return (unreadable.isEmpty() ? ExitCode.OK : ExitCode.FAILED).number();
    }

    private boolean isAskedFor(String unreadable, String kind, String name) {
        RuleKey key;
        try {
            key = RuleKey.parse(unreadable);
        } catch (IllegalArgumentException e) {
            return true;
        }
        return (kind.isEmpty() || key.kind().equals(kind))
                && (name.isEmpty() || key.name().equals(name))
                && (allNamespaces || key.namespace().equals(namespace));
    }

    /**
     * Rules, in force or of old; those of old carry no versions, as they are meant to be applied on top of what is.
     *
     * @param unreadable why, by key
     */
    private record Found(Collection<Rule> rules, Map<RuleKey, String> versions, Map<String, String> unreadable) {}

    private Found find(MeshAddress mesh) {
        Map<RuleKey, String> versions = new HashMap<>();
        Map<String, String> unreadable = new TreeMap<>();
        Long revision = at.revision(mesh);
        if (revision != null) {
            PastRules past = PastRules.withoutOrigins(mesh, revision);
            unreadable.putAll(past.unreadable());
            return new Found(past.rules().values(), versions, unreadable);
        }
        try (RuleLogView view = mesh.view()) {
            RuleState state = view.refresh(mesh.timeout());
            state.rules().keySet().forEach(key -> versions.put(key, view.version(key)));
            state.unreadable().values().forEach(bad -> unreadable.put(bad.key(), bad.text()));
            return new Found(state.rules().values(), versions, unreadable);
        }
    }

    private void show(List<Rule> rules, Map<RuleKey, String> versions, boolean one, boolean manyKinds) {
        switch (format) {
            case TABLE, WIDE -> table(rules, manyKinds);
            case NAME -> rules.forEach(r -> terminal.print(qualified(r)));
            case YAML, JSON -> {
                ResourceTree trees =
                        new ResourceTree(kinds).withVersions(rule -> versions.getOrDefault(rule.key(), ""));
                JsonNode tree = one ? trees.of(rules.get(0)) : trees.list(rules);
                terminal.print(
                        format == Format.JSON
                                ? tree.toPrettyString()
                                : YamlWriter.write(tree).stripTrailing());
            }
        }
    }

    private static String qualified(Rule rule) {
        return rule.key().kind().toLowerCase(Locale.ROOT) + "/" + rule.key().name();
    }

    private void table(List<Rule> rules, boolean manyKinds) {
        if (rules.isEmpty()) {
            return;
        }
        boolean wide = format == Format.WIDE;
        List<String> header = new java.util.ArrayList<>(List.of("NAME", "HOSTS", "AGE"));
        if (allNamespaces) {
            header.add(0, "NAMESPACE");
        }
        if (wide) {
            header.addAll(List.of("GENERATION", "SOURCE"));
        }
        Table table = new Table(header.toArray(String[]::new));
        long now = System.currentTimeMillis();
        for (Rule rule : rules) {
            List<String> cells = new java.util.ArrayList<>();
            if (allNamespaces) {
                cells.add(rule.key().namespace());
            }
            cells.add(manyKinds ? qualified(rule) : rule.key().name());
            cells.add(hosts(rule));
            cells.add(Durations.age(now - rule.metadata().getCreationTimestamp()));
            if (wide) {
                SourcePosition source = rule.metadata().getSource();
                cells.add(String.valueOf(rule.metadata().getGeneration()));
                cells.add(source == null ? "-" : source.getFile() + ":" + source.getLine());
            }
            table.row(cells.toArray());
        }
        table.printTo(terminal);
    }

    /** What a kind calls {@code hosts} or {@code host}; other kinds have nothing to show. */
    private static String hosts(Rule rule) {
        IndexedRecord spec = (IndexedRecord)
                rule.resource().get(rule.resource().getSchema().getField("spec").pos());
        for (String field : List.of("hosts", "host", "address")) {
            Schema.Field found = spec.getSchema().getField(field);
            Object value = found == null ? null : spec.get(found.pos());
            if (value instanceof Collection<?> hosts && !hosts.isEmpty()) {
                return String.join(",", hosts.stream().map(String::valueOf).toList());
            }
            if (value instanceof String host && !host.isEmpty()) {
                return host;
            }
        }
        return "-";
    }
}
