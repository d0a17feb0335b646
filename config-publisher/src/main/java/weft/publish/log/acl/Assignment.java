package weft.publish.log.acl;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Whom a role is given to. Immutable.
 *
 * @param principal as Kafka writes it, {@code User:NAME}
 */
public record Assignment(MeshRole role, String principal) {
    private static final String ROLES =
            Arrays.stream(MeshRole.values()).map(MeshRole::word).collect(Collectors.joining(", "));

    /**
     * Reads {@code ROLE=PRINCIPAL}; the principal may hold further equals signs, as names of certificates do.
     *
     * @throws IllegalArgumentException with what is wrong, for people
     */
    public static Assignment parse(String text) {
        int equals = text.indexOf('=');
        String word = equals < 0 ? text : text.substring(0, equals);
        MeshRole role = MeshRole.of(word)
                .orElseThrow(
                        () -> new IllegalArgumentException("role: \"" + word + "\" (expected: one of " + ROLES + ")"));
        String principal = equals < 0 ? "" : text.substring(equals + 1);
        if (!principal.matches("[A-Za-z]+:[^\\p{Cntrl}]+")) {
            throw new IllegalArgumentException(
                    "principal: \"" + principal + "\" (expected: " + word + "=User:NAME, as Kafka names it)");
        }
        if (principal.equals(GrantedAcls.EVERYBODY)) {
            throw new IllegalArgumentException("principal: \"" + principal + "\" (expected: somebody, not everybody)");
        }
        return new Assignment(role, principal);
    }
}
