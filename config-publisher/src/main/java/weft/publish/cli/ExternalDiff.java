package weft.publish.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import weft.publish.meaning.ChangedRule;

/** Shows changes by a program of the user's choice, as kubectl does: it gets two folders of YAML files. Thread-safe. */
final class ExternalDiff {
    /** Programs like {@code diff} end with 1 when something differs, and with more when they failed. */
    private static final int DIFFERS = 1;

    private ExternalDiff() {}

    static void show(String program, List<ChangedRule> changes, Terminal terminal) {
        List<String> command = new ArrayList<>(Arrays.asList(program.trim().split("\\s+")));
        Path folder = null;
        try {
            folder = Files.createTempDirectory("weft-diff");
            for (String side : List.of("BEFORE", "AFTER")) {
                Path below = Files.createDirectory(folder.resolve(side));
                for (ChangedRule change : changes) {
                    String text = side.equals("BEFORE") ? change.textBefore() : change.textAfter();
                    if (!text.isEmpty()) {
                        Files.writeString(below.resolve(ExportFolder.fileName(change.key())), text);
                    }
                }
                command.add(below.toString());
            }
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            shown.lines().forEach(terminal::print);
            if (process.waitFor() > DIFFERS) {
                throw new CommandFailure(
                        ExitCode.FAILED, "WEFT_EXTERNAL_DIFF " + program + " ended with " + process.exitValue());
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "WEFT_EXTERNAL_DIFF " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted", e);
        } finally {
            delete(folder);
        }
    }

    private static void delete(@org.jspecify.annotations.Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
