package weft.publish.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.publish.yaml.Diagnostic.Severity;
import weft.publish.yaml.RuleCheck.Finding;
import weft.schema.JWTRule;
import weft.schema.RequestAuthentication;

/** JSON Web Key Sets in a RequestAuthentication, each key of a known type and whole. Thread-safe: functions only. */
final class KeySetChecks {
    /** Members a key of each type must have; all but the curve are base64url. */
    private static final Map<String, List<String>> MEMBERS = Map.of(
            "RSA", List.of("n", "e"), "EC", List.of("crv", "x", "y"), "OKP", List.of("crv", "x"), "oct", List.of("k"));

    private static final ObjectMapper JSON = new ObjectMapper();

    private KeySetChecks() {}

    static List<Finding> check(RequestAuthentication authentication) {
        List<Finding> findings = new ArrayList<>();
        List<JWTRule> rules = authentication.getSpec().getJwtRules();
        for (int i = 0; i < rules.size(); i++) {
            if (!rules.get(i).getJwks().isEmpty()) {
                String path = "jwtRules[" + i + "].jwks";
                keys(rules.get(i).getJwks(), path, findings);
            }
        }
        return findings;
    }

    private static void keys(String jwks, String path, List<Finding> findings) {
        JsonNode set;
        try {
            set = JSON.readTree(jwks);
        } catch (JsonProcessingException e) {
            findings.add(error(path, "not JSON (expected: a JSON Web Key Set; " + e.getOriginalMessage() + ")"));
            return;
        }
        JsonNode keys = set.path("keys");
        // A key alone is taken for a set of one.
        List<JsonNode> all = new ArrayList<>();
        if (keys.isArray() && !keys.isEmpty()) {
            keys.forEach(all::add);
        } else {
            all.add(set);
        }
        for (int i = 0; i < all.size(); i++) {
            String fault = fault(all.get(i));
            if (fault != null) {
                findings.add(error(path, "key " + i + " " + fault));
            } else if (isPrivate(all.get(i))) {
                findings.add(new Finding(
                        path,
                        Severity.WARNING,
                        path + ": key " + i
                                + " holds a private part; take it out, public keys are all that is needed"));
            }
        }
    }

    private static @Nullable String fault(JsonNode key) {
        String type = key.path("kty").asText();
        List<String> members = MEMBERS.get(type);
        if (members == null) {
            return "is of type \"" + type + "\" (expected: kty RSA, EC, OKP or oct)";
        }
        for (String member : members) {
            String text = key.path(member).asText();
            if (text.isEmpty()) {
                return "has no \"" + member + "\" (expected for " + type + ")";
            }
            if (!member.equals("crv") && !isBase64(text)) {
                return "has a \"" + member + "\" that is not base64url";
            }
        }
        return null;
    }

    private static boolean isBase64(String text) {
        try {
            String urlSafe = text.replace('+', '-').replace('/', '_');
            return Base64.getUrlDecoder().decode(urlSafe).length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isPrivate(JsonNode key) {
        return key.has("d") || key.path("kty").asText().equals("oct");
    }

    private static Finding error(String path, String message) {
        return new Finding(path, Severity.ERROR, path + ": " + message);
    }
}
