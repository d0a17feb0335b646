package weft.publish.yaml;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import weft.log.RuleVersion;
import weft.publish.support.Gap;
import weft.publish.support.SupportGaps;
import weft.publish.yaml.DecodedDocument.Identity;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DecodedDocument.Skipped;
import weft.rules.Rule;
import weft.schema.Metadata;
import weft.schema.SourcePosition;

/**
 * Texts of YAML or JSON to documents: each is a resource, something to skip, or a list of errors. Never throws for what
 * a text says. Confined to the calling thread.
 */
public final class DocumentDecoder {
    private static final List<String> TOP_LEVEL = List.of("apiVersion", "kind", "metadata", "spec", "status");
    private static final Pattern CORE_VERSION = Pattern.compile("v[0-9]+((alpha|beta)[0-9]+)?");

    private final ResourceKinds kinds;
    private final String defaultNamespace;
    private final RuleCheck check;
    private final Strictness strictness;
    private final IdentityHashMap<Schema, RecordShape> shapes = new IdentityHashMap<>();

    /** The namespace is for resources that name none; the check sees each resource that is well formed. */
    public DocumentDecoder(ResourceKinds kinds, String defaultNamespace, RuleCheck check) {
        this(kinds, defaultNamespace, check, Strictness.USUAL);
    }

    /** As above, with less or more patience for what is doubtful. */
    public DocumentDecoder(ResourceKinds kinds, String defaultNamespace, RuleCheck check, Strictness strictness) {
        this.strictness = strictness;
        this.kinds = kinds;
        this.defaultNamespace = defaultNamespace;
        this.check = check;
    }

    /** Every document of the text, empty ones left out. After a syntax error the rest of a text is unknown. */
    public List<DecodedDocument> decode(SourceText source) {
        List<DecodedDocument> documents = new ArrayList<>();
        DocumentComposer composer = new DocumentComposer(source);
        Diagnostics first = new Diagnostics(source, strictness);
        while (true) {
            Diagnostics diagnostics = first.forNextDocument();
            Node root = composer.next(diagnostics);
            if (root == null) {
                List<Diagnostic> found = diagnostics.sorted();
                if (!found.isEmpty()) {
                    Identity identity =
                            Identity.unknown(source.name(), found.get(0).line());
                    documents.add(new Invalid(identity, found));
                }
                return documents;
            }
            if (!Mapping.isNull(root)) {
                document(root, source.name(), diagnostics, documents);
            }
        }
    }

    private void document(Node root, String file, Diagnostics diagnostics, List<DecodedDocument> documents) {
        if (!(root instanceof MappingNode mappingNode)) {
            diagnostics.error(root, ScalarDecoder.shapeOf(root) + " (expected: a resource with apiVersion and kind)");
            documents.add(new Invalid(Identity.unknown(file, lineOf(root)), diagnostics.sorted()));
            return;
        }
        Mapping mapping = Mapping.of(mappingNode, diagnostics);
        if (isList(mapping)) {
            list(mapping, file, diagnostics, documents);
        } else {
            documents.add(resource(root, mapping, file, diagnostics));
        }
    }

    private static boolean isList(Mapping mapping) {
        Mapping.Entry items = mapping.get("items");
        return items != null
                && items.value() instanceof SequenceNode
                && text(mapping, "kind").endsWith("List");
    }

    /** The resources of a {@code kind: List}, as kubectl prints them; lists in lists could multiply by aliases. */
    private void list(Mapping mapping, String file, Diagnostics diagnostics, List<DecodedDocument> documents) {
        Mapping.Entry items = mapping.get("items");
        if (items == null || !(items.value() instanceof SequenceNode list)) {
            return;
        }
        if (diagnostics.hasErrors()) {
            documents.add(new Invalid(Identity.unknown(file, lineOf(items.keyNode())), diagnostics.sorted()));
        }
        for (Node item : list.getValue()) {
            if (Mapping.isNull(item)) {
                continue;
            }
            Diagnostics own = diagnostics.forNextDocument();
            if (item instanceof MappingNode node && isList(Mapping.of(node, diagnostics.forNextDocument()))) {
                own.error(item, "a list in a list (expected: resources)");
                documents.add(new Invalid(Identity.unknown(file, lineOf(item)), own.sorted()));
            } else {
                document(item, file, own, documents);
            }
        }
    }

    private DecodedDocument resource(Node root, Mapping mapping, String file, Diagnostics diagnostics) {
        Identity identity = identity(root, mapping, file);
        for (String key : List.of("apiVersion", "kind")) {
            if (text(mapping, key).isEmpty()) {
                diagnostics.error(
                        root,
                        "field \"" + key + "\" is missing (expected, for example: apiVersion: "
                                + ResourceKinds.NETWORKING + "/v1, kind: VirtualService)");
            }
        }
        if (text(mapping, "apiVersion").isEmpty() || text(mapping, "kind").isEmpty()) {
            return new Invalid(identity, diagnostics.sorted());
        }
        String group = group(identity.apiVersion());
        if (!kinds.ownsGroup(group)) {
            List<String> meant = NearestSpelling.nearest(group, kinds.groups(), 1);
            if (meant.isEmpty() || kinds.named(identity.kind()) == null) {
                return new Skipped(identity);
            }
            at(
                    mapping,
                    "apiVersion",
                    root,
                    diagnostics,
                    "unknown API group \"" + ScalarDecoder.clip(group) + "\" (did you mean \"" + meant.get(0) + "\"?)");
            return new Invalid(identity, diagnostics.sorted());
        }
        if (kinds.leavesAlone(group, identity.kind())) {
            return new Skipped(identity);
        }
        ResourceKinds.Kind kind = kindOf(group, identity, mapping, root, diagnostics);
        return kind == null
                ? new Invalid(identity, diagnostics.sorted())
                : decodeKind(kind, identity, root, mapping, diagnostics);
    }

    /** What stands before the slash; Kubernetes' core group is a version alone. */
    private static String group(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        if (slash < 0) {
            return CORE_VERSION.matcher(apiVersion).matches() ? ResourceKinds.CORE : apiVersion;
        }
        return apiVersion.substring(0, slash);
    }

    private ResourceKinds.@Nullable Kind kindOf(
            String group, Identity identity, Mapping mapping, Node root, Diagnostics diagnostics) {
        ResourceKinds.Kind kind = kinds.named(identity.kind());
        if (kind == null || !kind.group().equals(group)) {
            List<String> names =
                    kinds.all().stream().map(ResourceKinds.Kind::name).toList();
            at(
                    mapping,
                    "kind",
                    root,
                    diagnostics,
                    "unknown kind \"" + ScalarDecoder.clip(identity.kind()) + "\" of " + group
                            + NearestSpelling.hint(identity.kind(), names));
            return null;
        }
        int slash = identity.apiVersion().indexOf('/');
        String version = group.isEmpty() || slash >= 0 ? identity.apiVersion().substring(slash + 1) : "";
        if (!kind.versions().contains(version)) {
            at(
                    mapping,
                    "apiVersion",
                    root,
                    diagnostics,
                    "unknown version \"" + ScalarDecoder.clip(version) + "\" of "
                            + (group.isEmpty() ? kind.name() : group) + " (expected: "
                            + String.join(", ", kind.versions()) + ")");
            return null;
        }
        return kind;
    }

    private DecodedDocument decodeKind(
            ResourceKinds.Kind kind, Identity identity, Node root, Mapping mapping, Diagnostics diagnostics) {
        for (Mapping.Entry entry : mapping.all()) {
            if (!TOP_LEVEL.contains(entry.key()) && !kind.isFlat()) {
                diagnostics.unknownField(
                        entry.keyNode(),
                        "unknown field \"" + ScalarDecoder.clip(entry.key()) + "\""
                                + NearestSpelling.hint(entry.key(), TOP_LEVEL));
            }
        }
        Gap gap = SupportGaps.ofKind(kind.name());
        Mapping.Entry kindEntry = mapping.get("kind");
        if (gap != null && kindEntry != null) {
            diagnostics.warning(kindEntry.value(), gap.code().name(), gap.message("", ""));
        }
        Schema specSchema = kind.schema().getField("spec").schema();
        SpecDecoder specDecoder = new SpecDecoder(shapes, diagnostics);
        Mapping.Entry specEntry = mapping.get("spec");
        Node specNode = specEntry == null || kind.isFlat() ? root : specEntry.value();
        SpecificRecord spec = null;
        if (specEntry == null && !kind.isFlat()) {
            diagnostics.error(root, "field \"spec\" is missing");
        } else {
            spec = specDecoder.record(specNode, specSchema, "", "spec");
        }
        Mapping.Entry metadataEntry = mapping.get("metadata");
        Metadata metadata = null;
        if (metadataEntry == null) {
            diagnostics.error(root, "field \"metadata\" is missing (expected: metadata with a name)");
        } else {
            SourcePosition source = new SourcePosition(identity.file(), lineOf(root), columnOf(root));
            metadata = new MetadataDecoder(defaultNamespace, shapes, diagnostics)
                    .decode(metadataEntry.value(), source, specDecoder.lines());
        }
        if (spec == null || metadata == null || diagnostics.hasErrors()) {
            return new Invalid(identity, diagnostics.sorted());
        }
        SpecificRecord record = (SpecificRecord) SpecificData.get().newRecord(null, kind.schema());
        record.put(kind.schema().getField("metadata").pos(), metadata);
        record.put(kind.schema().getField("spec").pos(), spec);
        SpecPositions positions = new SpecPositions(specNode, diagnostics);
        check.check(Rule.of(record)).forEach(finding -> positions.report(finding));
        return diagnostics.hasErrors()
                ? new Invalid(identity, diagnostics.sorted())
                : new Resource(identity, record, version(metadataEntry), diagnostics.sorted());
    }

    /** The version that {@code weft get} wrote; an API server's own says nothing here. */
    private String version(Mapping.@Nullable Entry metadata) {
        if (metadata == null || !(metadata.value() instanceof MappingNode node)) {
            return "";
        }
        String version = text(Mapping.of(node, new Diagnostics(new SourceText("", ""), strictness)), "resourceVersion");
        return RuleVersion.isOurs(version) ? version : "";
    }

    private Identity identity(Node root, Mapping mapping, String file) {
        Mapping.Entry metadata = mapping.get("metadata");
        String name = "";
        String namespace = "";
        if (metadata != null && metadata.value() instanceof MappingNode node) {
            // Duplicates are reported by the decoder proper.
            Mapping members = Mapping.of(node, new Diagnostics(new SourceText(file, ""), strictness));
            name = text(members, "name");
            namespace = text(members, "namespace");
        }
        return new Identity(
                file,
                lineOf(root),
                text(mapping, "apiVersion"),
                text(mapping, "kind"),
                namespace.isEmpty() ? defaultNamespace : namespace,
                name);
    }

    private static void at(Mapping mapping, String key, Node root, Diagnostics diagnostics, String message) {
        Mapping.Entry entry = mapping.get(key);
        diagnostics.error(entry == null ? root : entry.value(), message);
    }

    private static String text(Mapping mapping, String key) {
        Mapping.Entry entry = mapping.get(key);
        return entry != null && entry.value() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static int lineOf(Node node) {
        Optional<Mark> mark = node.getStartMark();
        return mark.map(m -> m.getLine() + 1).orElse(1);
    }

    private static int columnOf(Node node) {
        Optional<Mark> mark = node.getStartMark();
        return mark.map(m -> m.getColumn() + 1).orElse(1);
    }
}
