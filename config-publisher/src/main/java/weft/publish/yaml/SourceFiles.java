package weft.publish.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What {@code -f} names: files, folders with all below them, http(s) URLs, and {@code -} for standard input. Confined
 * to the calling thread.
 */
public final class SourceFiles {
    /** Far above 100,000 rules in one file; a larger one is a mistake, and would not fit the heap as a tree. */
    static final int MAX_BYTES = 128 << 20;

    /** A folder deeper than this is a loop of links. */
    private static final int MAX_FOLDER_DEPTH = 32;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    /** A source that cannot be read; the message names it and says why. */
    public static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    /** One text that can be read, once. */
    @FunctionalInterface
    public interface Source {
        SourceText read() throws UnreadableException;
    }

    private final InputStream standardInput;

    public SourceFiles(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    /**
     * The texts that the arguments name, folders in the order of their paths. Files are read one by one later.
     *
     * @throws UnreadableException when a file or folder does not exist, or a folder holds no rule files
     */
    public List<Source> expand(List<String> arguments) throws UnreadableException {
        List<Source> sources = new ArrayList<>();
        for (String argument : arguments) {
            String lower = argument.toLowerCase(Locale.ROOT);
            if (argument.equals("-")) {
                sources.add(() -> read("-", standardInput));
            } else if (lower.startsWith("http://") || lower.startsWith("https://")) {
                sources.add(() -> fetch(argument));
            } else {
                for (Path path : files(argument)) {
                    sources.add(() -> open(path));
                }
            }
        }
        return sources;
    }

    private static List<Path> files(String argument) throws UnreadableException {
        try {
            Path path = Path.of(argument);
            if (!Files.exists(path)) {
                throw new UnreadableException(argument + ": no such file or folder");
            }
            if (!Files.isDirectory(path)) {
                return List.of(path);
            }
            List<Path> files;
            try (Stream<Path> walk = Files.walk(path, MAX_FOLDER_DEPTH)) {
                files = walk.filter(file -> isRuleFile(path, file)).sorted().toList();
            }
            if (files.isEmpty()) {
                throw new UnreadableException(argument + ": no .yaml, .yml or .json file in this folder");
            }
            return files;
        } catch (InvalidPathException | IOException | java.io.UncheckedIOException e) {
            throw new UnreadableException(argument + ": cannot be read: " + e.getMessage());
        }
    }

    private static boolean isRuleFile(Path root, Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean named = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        for (Path part : root.relativize(file)) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return named && Files.isRegularFile(file);
    }

    private static SourceText open(Path path) throws UnreadableException {
        try (InputStream in = Files.newInputStream(path)) {
            return read(path.toString(), in);
        } catch (IOException e) {
            throw new UnreadableException(path + ": cannot be read: " + reason(e));
        }
    }

    private static SourceText fetch(String url) throws UnreadableException {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(READ_TIMEOUT)
                    .build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new UnreadableException(url + ": answered " + response.statusCode() + " (expected: 200)");
                }
                return read(url, body);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new UnreadableException(url + ": cannot be read: " + reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreadableException(url + ": interrupted");
        }
    }

    private static String reason(Exception e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static SourceText read(String name, InputStream in) throws UnreadableException {
        try {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new UnreadableException(name + ": too large (expected: at most " + (MAX_BYTES >> 20) + " MiB)");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new SourceText(name, text.startsWith("\uFEFF") ? text.substring(1) : text);
        } catch (CharacterCodingException e) {
            throw new UnreadableException(name + ": not a text in UTF-8");
        } catch (IOException e) {
            throw new UnreadableException(name + ": cannot be read: " + reason(e));
        }
    }
}
