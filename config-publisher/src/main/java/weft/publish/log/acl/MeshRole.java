package weft.publish.log.acl;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** As what a principal takes part in a mesh. */
public enum MeshRole {
    /** {@code weft apply}, {@code delete}, {@code undo}, and all that readers do. */
    PUBLISHER,
    /** A proxy that registers no workload. */
    GATEWAY,
    /** A proxy that may register the workload beside it. */
    SIDECAR,
    /** {@code weft sink}, which also serves the console. */
    SINK,
    /** {@code weft get}, {@code history}, {@code diff}, {@code proxies}, {@code wait} and the like. */
    READER,
    /** {@code weft check}, with {@code --fix} too: creates topics and alters their configs. */
    OPERATOR;

    /** The role as people write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of this word, if there is one. */
    public static Optional<MeshRole> of(String word) {
        return Stream.of(values()).filter(role -> role.word().equals(word)).findFirst();
    }
}
