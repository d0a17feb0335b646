package weft.publish.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who publishes, from which machine and which commit, for the journal. Immutable.
 *
 * @param gitCommit empty when the rules do not come from a Git work tree
 */
record Authorship(String author, String host, String gitCommit) {

    static Authorship of(Terminal terminal, List<String> sources) {
        String author = terminal.variable("WEFT_AUTHOR");
        String commit = "";
        for (String source : sources) {
            if (commit.isEmpty() && !source.equals("-") && !source.contains("://")) {
                commit = commitAbove(Path.of(source).toAbsolutePath());
            }
        }
        return new Authorship(author == null ? System.getProperty("user.name", "") : author, host(terminal), commit);
    }

    private static String host(Terminal terminal) {
        String name = terminal.variable("HOSTNAME");
        if (name != null) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    /** The commit checked out around a file, read from Git's own files: a process of its own would cost more. */
    private static String commitAbove(Path file) {
        for (Path folder = file; folder != null; folder = folder.getParent()) {
            Path git = folder.resolve(".git");
            if (Files.exists(git)) {
                try {
                    return commit(git);
                } catch (IOException e) {
                    return "";
                }
            }
        }
        return "";
    }

    private static String commit(Path dotGit) throws IOException {
        Path git = dotGit;
        if (Files.isRegularFile(dotGit)) {
            git = dotGit.resolveSibling(after(Files.readString(dotGit).strip(), "gitdir: "));
        }
        String head = Files.readString(git.resolve("HEAD")).strip();
        if (!head.startsWith("ref: ")) {
            return head;
        }
        String ref = after(head, "ref: ");
        Path common = Files.exists(git.resolve("commondir"))
                ? git.resolve(Files.readString(git.resolve("commondir")).strip())
                : git;
        for (Path folder : List.of(git, common)) {
            if (Files.exists(folder.resolve(ref))) {
                return Files.readString(folder.resolve(ref)).strip();
            }
        }
        String packed = packedRef(common.resolve("packed-refs"), ref);
        return packed == null ? "" : packed;
    }

    private static @Nullable String packedRef(Path packed, String ref) throws IOException {
        if (Files.exists(packed)) {
            for (String line : Files.readAllLines(packed)) {
                if (line.endsWith(" " + ref)) {
                    return line.substring(0, line.indexOf(' '));
                }
            }
        }
        return null;
    }

    private static String after(String text, String prefix) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }
}
