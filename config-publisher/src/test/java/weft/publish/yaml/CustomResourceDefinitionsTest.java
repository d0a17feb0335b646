package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import weft.publish.Conformance;

/**
 * The schemas of the kinds against the definitions that Istio installs into Kubernetes: every field of one is in the
 * other, of the same type, with the same symbols and the same limits.
 */
class CustomResourceDefinitionsTest {
    private static final String DEFINITIONS = "verbatim/istio+api/kubernetes/customresourcedefinitions.gen.yaml";
    private static final String DURATION = "must be a valid duration greater than 1ms";

    /** What differs on purpose, as an expression for the differences, with the reason. */
    private static final Map<String, String> DEVIATIONS = Map.of(
            ".*: (minimum 0|maximum 4294967295), here (1|65535)",
            "a rule beside it asks for a port, 1 to 65535",
            "VirtualService.*match\\[]\\.headers: minProperties null, here 1",
            "a match by headers that names none would take every request",
            "AuthorizationPolicy.rules\\[]\\.(from|to): minItems null, here 1",
            "Istio's validation refuses the empty list",
            ".*tls.tlsCertificates: maxItems 2, here null",
            "Istio's validation warns of more and uses the first two",
            "RequestAuthentication.*(issuer|jwksUri|jwks_uri): minLength 1, here null",
            "empty is absent to Istio's validation");

    /** Rules in words of their own, each with who checks it here. */
    private static final Map<String, String> CHECKED_ELSEWHERE = Map.ofEntries(
            Map.entry("Address is required", "WorkloadChecks"),
            Map.entry("CIDR addresses are allowed only for NONE/STATIC resolution types", "ServiceEntryChecks"),
            Map.entry("Cannot set serviceAccounts with namespaces or principals", "AuthorizationPolicyChecks"),
            Map.entry("DNS_ROUND_ROBIN mode cannot have multiple endpoints", "ServiceEntryChecks"),
            Map.entry("NONE mode cannot set endpoints", "ServiceEntryChecks"),
            Map.entry("UDS may not be a dir", "Syntax"),
            Map.entry("UDS may not include ports", "WorkloadChecks"),
            Map.entry("UDS must be an absolute path or abstract socket", "Syntax"),
            Map.entry("cross namespace referencing is not currently supported", "Selectors"),
            Map.entry("hostname cannot be wildcard", "ServiceEntryChecks"),
            Map.entry("key must not be empty", "Selectors"),
            Map.entry("only one of WorkloadSelector or Endpoints can be set", "ServiceEntryChecks"),
            Map.entry("only one of credentialName or credentialNames can be set", "ServerTls"),
            Map.entry("only one of credentialName or tlsCertificates can be set", "ServerTls"),
            Map.entry("only one of credentialNames or tlsCertificates can be set", "ServerTls"),
            Map.entry("only one of jwks or jwksUri can be set", "RequestAuthenticationChecks"),
            Map.entry("only one of targetRefs or selector can be set", "Selectors"),
            Map.entry("port must be between 1-65535", "bounds in the schema; PeerAuthenticationChecks for keys"),
            Map.entry(
                    "port name must be valid", "WorkloadChecks, which takes 63 characters as Istio's validation does"),
            Map.entry("port number cannot be duplicated", "ServiceEntryChecks"),
            Map.entry("portLevelMtls requires selector", "PeerAuthenticationChecks"),
            Map.entry("scheme must be one of [HTTP, HTTPS]", "WorkloadChecks"),
            Map.entry("url must have scheme http:// or https://", "HttpUrl"),
            Map.entry("value must be set when operation is UPSERT", "TelemetryChecks"),
            Map.entry("value must not be set when operation is REMOVE", "TelemetryChecks"),
            Map.entry("wildcard is not supported in selector", "Selectors"),
            Map.entry("wildcard not allowed in label key match", "Selectors"),
            Map.entry("wildcard not allowed in label value match", "Selectors"));

    private final ResourceKinds kinds = new ResourceKinds();
    private final Set<String> differences = new LinkedHashSet<>();
    private final Set<String> rules = new TreeSet<>();

    @Test
    void schemasAgreeWithIstiosDefinitions() {
        Map<String, JsonNode> definitions = definitions();
        for (ResourceKinds.Kind kind : kinds.all()) {
            JsonNode definition = definitions.get(kind.name());
            if (definition == null) {
                continue;
            }
            JsonNode names = definition.at("/spec");
            compare(kind.name(), "group", names.get("group").asText(), kind.group());
            Set<String> versions = new TreeSet<>();
            definition
                    .at("/spec/versions")
                    .forEach(v -> versions.add(v.get("name").asText()));
            compare(kind.name(), "versions", versions, new TreeSet<>(kind.versions()));
            record(
                    kind.name(),
                    definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"),
                    kind.schema().getField("spec").schema());
        }
        assertThat(definitions.keySet()).contains("VirtualService", "AuthorizationPolicy");
        Set<String> unused = new TreeSet<>(DEVIATIONS.keySet());
        unused.removeIf(known -> differences.stream().anyMatch(difference -> difference.matches(known)));
        differences.removeIf(difference -> DEVIATIONS.keySet().stream().anyMatch(difference::matches));
        assertThat(differences).isEmpty();
        assertThat(unused).as("deviations that are none").isEmpty();
        assertThat(rules).isEqualTo(new TreeSet<>(CHECKED_ELSEWHERE.keySet()));
    }

    private static Map<String, JsonNode> definitions() {
        Map<String, JsonNode> byKind = new HashMap<>();
        ObjectMapper json = new ObjectMapper();
        String text = Conformance.text(Conformance.folder().resolve(DEFINITIONS));
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
            JsonNode definition = json.valueToTree(document);
            byKind.put(definition.at("/spec/names/kind").asText(), definition);
        }
        return byKind;
    }

    private void compare(String path, String what, Object theirs, Object ours) {
        if (!theirs.equals(ours)) {
            differences.add(path + ": " + what + " " + theirs + ", here " + ours);
        }
    }

    private void record(String path, JsonNode theirs, Schema ours) {
        RecordShape shape = new RecordShape(ours);
        Set<String> missing = new TreeSet<>();
        ours.getFields().forEach(field -> missing.add(field.name()));
        theirs.path("properties").properties().forEach(property -> {
            Schema.Field field = shape.field(property.getKey());
            if (field == null) {
                differences.add(path + "." + property.getKey() + ": not here");
                return;
            }
            missing.remove(field.name());
            field(path + "." + property.getKey(), property.getValue(), field);
        });
        missing.forEach(name -> differences.add(path + "." + name + ": here alone"));
        Set<String> required = new TreeSet<>();
        theirs.path("required").forEach(name -> required.add(name.asText()));
        Set<String> ourRequired = new TreeSet<>();
        ours.getFields().stream()
                .filter(field -> Boolean.TRUE.equals(field.getObjectProp("required")))
                .forEach(field -> ourRequired.add(field.name()));
        compare(path, "required", required, ourRequired);
        compare(path, "one of", groups(theirs), ourGroups(shape));
        rules(theirs);
    }

    private static Set<String> groups(JsonNode schema) {
        Set<String> groups = new TreeSet<>();
        List<JsonNode> alternatives = new ArrayList<>();
        if (schema.has("oneOf")) {
            alternatives.add(schema.get("oneOf"));
        }
        schema.path("allOf").forEach(part -> alternatives.add(part.get("oneOf")));
        for (JsonNode alternative : alternatives) {
            Set<String> names = new TreeSet<>();
            alternative.forEach(one -> one.path("required").forEach(name -> names.add(name.asText())));
            if (names.size() > 1) {
                groups.add(String.join("|", names));
            }
        }
        return groups;
    }

    private static Set<String> ourGroups(RecordShape shape) {
        Set<String> groups = new TreeSet<>();
        shape.oneOfs().forEach(group -> groups.add(String.join("|", new TreeSet<>(group.members()))));
        return groups;
    }

    private void field(String path, JsonNode theirs, Schema.Field field) {
        Schema type = SpecDecoder.withoutNull(field.schema());
        value(path, theirs, type, field);
        boolean list = type.getType() == Schema.Type.ARRAY;
        boolean map = type.getType() == Schema.Type.MAP;
        JsonNode element = list ? theirs.path("items") : map ? theirs.path("additionalProperties") : theirs;
        limit(path, theirs, map ? "minProperties" : "minItems", field, "minItems");
        limit(path, theirs, map ? "maxProperties" : "maxItems", field, "maxItems");
        limit(path, element, "minLength", field, "minLength");
        limit(path, element, "maxLength", field, "maxLength");
        compare(
                path,
                "pattern",
                element.path("pattern").asText().replaceAll("^\\^|\\$$", "").replace("$|^", "|"),
                String.valueOf(field.getObjectProp("pattern")).replace("null", ""));
        if (!"duration".equals(field.getProp("format"))) {
            limit(path, element, "minimum", field, "minimum");
            limit(path, element, "maximum", field, "maximum");
        }
    }

    private void limit(String path, JsonNode theirs, String name, Schema.Field field, String annotation) {
        Object ours = field.getObjectProp(annotation);
        Long ourLimit = ours instanceof Number number ? number.longValue() : null;
        Long theirLimit = theirs.has(name) ? theirs.get(name).asLong() : null;
        if (!Objects.equals(ourLimit, theirLimit)) {
            differences.add(path + ": " + name + " " + theirLimit + ", here " + ourLimit);
        }
    }

    private void value(String path, JsonNode theirs, Schema ours, Schema.Field field) {
        rules(theirs);
        compare(path, "type", theirs.path("type").asText(), typeOf(ours, field));
        switch (ours.getType()) {
            case RECORD -> record(path, theirs, ours);
            case ARRAY -> value(path + "[]", theirs.path("items"), ours.getElementType(), field);
            case MAP -> value(path + "{}", theirs.path("additionalProperties"), ours.getValueType(), field);
            case ENUM -> {
                Set<String> symbols = new TreeSet<>();
                theirs.path("enum").forEach(symbol -> symbols.add(symbol.asText()));
                compare(path, "enum", symbols, new TreeSet<>(ours.getEnumSymbols()));
            }
            default -> {}
        }
    }

    private static String typeOf(Schema type, Schema.Field field) {
        if (field.getProp("format") != null) {
            return "string";
        }
        return switch (type.getType()) {
            case STRING, ENUM -> "string";
            case INT, LONG -> "integer";
            case DOUBLE -> "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            default -> "object";
        };
    }

    private void rules(JsonNode schema) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String message = rule.get("message").asText();
            if (!message.equals(DURATION)) {
                rules.add(message);
            }
        }
    }
}
