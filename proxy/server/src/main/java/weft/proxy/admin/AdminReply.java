package weft.proxy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What the admin endpoint answers. Immutable. */
public record AdminReply(int status, String contentType, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static AdminReply text(String body) {
        return text(200, body);
    }

    public static AdminReply text(int status, String body) {
        return new AdminReply(status, "text/plain; charset=UTF-8", body);
    }

    /** Indented, for people. */
    public static AdminReply json(JsonNode body) {
        try {
            String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(body);
            return new AdminReply(200, "application/json", text + "\n");
        } catch (JsonProcessingException e) {
            return text(500, "cannot write JSON: " + e.getOriginalMessage() + "\n");
        }
    }
}
