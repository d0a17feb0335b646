package weft.publish.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import weft.publish.yaml.ResourceTree;
import weft.publish.yaml.YamlWriter;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** Rules as files, one each: {@code default/virtualservice-reviews.yaml}. Confined to the command's thread. */
final class ExportFolder {
    /** What comes from the log must not lead out of the folder. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?");

    private final Path folder;

    ExportFolder(String name) {
        try {
            this.folder = Path.of(name);
        } catch (InvalidPathException e) {
            throw new CommandFailure(ExitCode.USAGE, Table.safe(name) + ": not the name of a folder", e);
        }
    }

    /** {@code virtualservice-reviews.yaml}. */
    static String fileName(RuleKey key) {
        String name = key.kind().toLowerCase(Locale.ROOT) + "-" + key.name() + ".yaml";
        if (!SAFE.matcher(key.namespace()).matches() || !SAFE.matcher(name).matches()) {
            throw new CommandFailure(ExitCode.FAILED, Table.safe(key.toString()) + " cannot be the name of a file");
        }
        return name;
    }

    /**
     * Writes a file a rule.
     *
     * @param overwrite whether rule files that are there already may be replaced, and those of other rules deleted
     */
    void write(List<Rule> rules, ResourceTree trees, boolean overwrite) {
        try {
            Set<Path> old = existing();
            if (!old.isEmpty() && !overwrite) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        folder + " holds " + old.size()
                                + " rule files already, and what is no longer in force would stay"
                                + " among them (expected: an empty folder, or --overwrite)");
            }
            for (Rule rule : rules) {
                Path file = folder.resolve(rule.key().namespace()).resolve(fileName(rule.key()));
                Files.createDirectories(file.getParent());
                Files.writeString(file, YamlWriter.write(trees.of(rule)));
                old.remove(file);
            }
            for (Path stale : old) {
                Files.delete(stale);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private Set<Path> existing() throws IOException {
        Set<Path> found = new TreeSet<>();
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file ->
                                Files.isRegularFile(file) && file.toString().matches(".*\\.(yaml|yml|json)"))
                        .forEach(found::add);
            }
        }
        return found;
    }
}
