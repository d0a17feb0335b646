package weft.publish.explain;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.explain.Call;
import weft.routing.explain.Vantage;
import weft.routing.route.HeaderOperations.Field;

/**
 * Reads questions from lines of JSON. Confined to the calling thread.
 *
 * <p>Fields: {@code method scheme authority path headers port gateway sourceNamespace sourceLabels random}, of which only
 * the authority is required; others are left alone.
 */
public final class QuestionReader {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Vantage otherwise;

    /** @param otherwise from where a question is asked that says nothing of it */
    public QuestionReader(Vantage otherwise) {
        this.otherwise = otherwise;
    }

    /** The object of one line. */
    public static JsonNode object(byte[] line) throws BadCallException {
        JsonNode node;
        try {
            node = MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            String at =
                    e.getLocation() == null ? "" : "column " + e.getLocation().getColumnNr() + ": ";
            throw new BadCallException("not JSON: " + at + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BadCallException("not JSON: " + e.getMessage());
        }
        if (node == null || !node.isObject()) {
            throw new BadCallException("not a JSON object");
        }
        return node;
    }

    /** A draw as people write it. */
    public static long draw(String text) throws BadCallException {
        return RequestSyntax.draw(text);
    }

    /** The call, when a client could send it. */
    public static Call checked(Call call) throws BadCallException {
        return RequestSyntax.checked(call);
    }

    public Question read(JsonNode node) throws BadCallException {
        List<Field> fields = new ArrayList<>();
        String host = headers(node.get("headers"), fields);
        String authority = text(node, "authority", "");
        String scheme = text(node, "scheme", "").toLowerCase(Locale.ROOT);
        JsonNode random = node.get("random");
        Call call = new Call(
                text(node, "method", "GET"),
                scheme.isEmpty() ? null : scheme,
                authority.isEmpty() ? host : authority,
                text(node, "path", "/"),
                fields,
                isAbsent(node.get("port"))
                        ? 0
                        : RequestSyntax.port(node.get("port").asText()),
                isAbsent(random) ? null : RequestSyntax.draw(random.asText()));
        return new Question(vantage(node), RequestSyntax.checked(call));
    }

    private Vantage vantage(JsonNode node) throws BadCallException {
        String gateway = text(node, "gateway", "");
        String namespace = text(node, "sourceNamespace", "");
        JsonNode labels = node.get("sourceLabels");
        if (gateway.isEmpty() && namespace.isEmpty() && isAbsent(labels)) {
            return otherwise;
        }
        return new Vantage(
                gateway.isEmpty() ? otherwise.gateway() : gateway,
                namespace.isEmpty() ? otherwise.namespace() : namespace,
                isAbsent(labels) ? otherwise.labels() : labels(labels));
    }

    private static Map<String, String> labels(JsonNode node) throws BadCallException {
        if (!node.isObject()) {
            throw new BadCallException("sourceLabels: " + node + " (expected: an object of strings)");
        }
        Map<String, String> labels = new HashMap<>();
        for (Map.Entry<String, JsonNode> label : node.properties()) {
            labels.put(label.getKey(), scalar("sourceLabels." + label.getKey(), label.getValue()));
        }
        return labels;
    }

    /** Adds header fields; answers the {@code host} among them, empty for none. */
    private static String headers(@Nullable JsonNode node, List<Field> to) throws BadCallException {
        if (node == null || node.isNull()) {
            return "";
        }
        if (!node.isObject()) {
            throw new BadCallException("headers: " + node + " (expected: an object of strings or arrays of strings)");
        }
        String host = "";
        for (Map.Entry<String, JsonNode> header : node.properties()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            List<JsonNode> values = new ArrayList<>();
            if (header.getValue().isArray()) {
                header.getValue().forEach(values::add);
            } else {
                values.add(header.getValue());
            }
            for (JsonNode each : values) {
                String value = scalar("headers." + name, each);
                if (name.equals("host")) {
                    host = value;
                } else {
                    to.add(new Field(name, value));
                }
            }
        }
        return host;
    }

    private static boolean isAbsent(@Nullable JsonNode node) {
        return node == null || node.isNull();
    }

    private static String text(JsonNode node, String field, String otherwise) throws BadCallException {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw new BadCallException(field + ": " + value + " (expected: a string)");
        }
        return value.textValue();
    }

    private static String scalar(String where, JsonNode value) throws BadCallException {
        if (!value.isValueNode() || value.isNull()) {
            throw new BadCallException(where + ": " + value + " (expected: a string)");
        }
        return value.asText();
    }
}
