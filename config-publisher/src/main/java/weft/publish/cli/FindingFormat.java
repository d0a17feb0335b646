package weft.publish.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import weft.publish.yaml.Diagnostic;
import weft.routing.analyze.FindingCode;
import weft.routing.analyze.FindingCode.Level;

/** How findings are written: for people, for programs, for code scanners and for GitHub's workflows. */
enum FindingFormat {
    TEXT {
        @Override
        void write(List<PlacedFinding> findings, Terminal terminal) {
            boolean isColoured = terminal.interactive() && terminal.variable("NO_COLOR") == null;
            findings.forEach(found -> terminal.print(text(found, isColoured)));
        }
    },
    JSON {
        @Override
        void write(List<PlacedFinding> findings, Terminal terminal) {
            ObjectNode document = new ObjectMapper().createObjectNode().put("apiVersion", "weft/v1");
            ArrayNode list = document.putArray("findings");
            for (PlacedFinding found : findings) {
                list.addObject()
                        .put("code", found.code().name())
                        .put("title", found.code().title())
                        .put("level", word(found.code().level()))
                        .put("resource", found.resource())
                        .put("file", found.place().file())
                        .put("line", found.place().line())
                        .put("column", found.place().column())
                        .put("message", found.message());
            }
            terminal.print(document.toPrettyString());
        }
    },
    SARIF {
        @Override
        void write(List<PlacedFinding> findings, Terminal terminal) {
            terminal.print(sarif(findings).toPrettyString());
        }
    },
    GITHUB {
        @Override
        void write(List<PlacedFinding> findings, Terminal terminal) {
            findings.forEach(found -> terminal.print(annotation(found)));
        }
    };

    abstract void write(List<PlacedFinding> findings, Terminal terminal);

    private static String word(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static String text(PlacedFinding found, boolean isColoured) {
        Diagnostic place = found.place();
        String level = word(found.code().level());
        if (isColoured) {
            int colour = switch (found.code().level()) {
                case ERROR -> 31;
                case WARN -> 33;
                case INFO -> 36;
            };
            level = "\u001b[" + colour + "m" + level + "\u001b[0m";
        }
        String where = place.line() == 0 ? place.file() : place.file() + ":" + place.line() + ":" + place.column();
        String about = place.excerpt().isEmpty() && !found.resource().isEmpty() ? found.resource() + ": " : "";
        String excerpt = place.render().substring(place.headline().length());
        return Table.safe(where) + " " + level + " " + found.code() + " " + Table.safe(about + found.message())
                + excerpt;
    }

    private static ObjectNode sarif(List<PlacedFinding> findings) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json").put("version", "2.1.0");
        ObjectNode run = document.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "weft").put("version", WeftCommand.VERSION.substring("weft ".length()));
        ArrayNode rules = driver.putArray("rules");
        for (FindingCode code : FindingCode.values()) {
            ObjectNode rule = rules.addObject().put("id", code.name()).put("name", code.title());
            rule.putObject("shortDescription").put("text", code.meaning());
            rule.putObject("defaultConfiguration").put("level", sarifLevel(code.level()));
        }
        run.put("columnKind", "unicodeCodePoints");
        ArrayNode results = run.putArray("results");
        for (PlacedFinding found : findings) {
            ObjectNode result = results.addObject()
                    .put("ruleId", found.code().name())
                    .put("ruleIndex", found.code().ordinal())
                    .put("level", sarifLevel(found.code().level()));
            result.putObject("message").put("text", found.message());
            ObjectNode location = result.putArray("locations").addObject();
            ObjectNode physical = location.putObject("physicalLocation");
            physical.putObject("artifactLocation").put("uri", uri(found.place().file()));
            if (found.place().line() > 0) {
                physical.putObject("region")
                        .put("startLine", found.place().line())
                        .put("startColumn", Math.max(1, found.place().column()))
                        .put(
                                "endColumn",
                                Math.max(1, found.place().column())
                                        + found.place().width());
            }
            if (!found.resource().isEmpty()) {
                location.putArray("logicalLocations").addObject().put("fullyQualifiedName", found.resource());
            }
        }
        return document;
    }

    private static String sarifLevel(Level level) {
        return switch (level) {
            case ERROR -> "error";
            case WARN -> "warning";
            case INFO -> "note";
        };
    }

    private static String uri(String file) {
        if (file.startsWith("http://") || file.startsWith("https://")) {
            return file;
        }
        try {
            String path = file.equals("-") || file.isEmpty() ? "stdin" : file.replace('\\', '/');
            // A colon before the first slash would be read as a scheme.
            return new URI(null, null, path.indexOf(':') >= 0 && !path.startsWith("/") ? "./" + path : path, null)
                    .toASCIIString();
        } catch (URISyntaxException e) {
            return "unknown";
        }
    }

    /** The commands GitHub's runner reads from a step's output. */
    private static String annotation(PlacedFinding found) {
        String command = switch (found.code().level()) {
            case ERROR -> "error";
            case WARN -> "warning";
            case INFO -> "notice";
        };
        String where = "file=" + escapeProperty(found.place().file());
        if (found.place().line() > 0) {
            where += ",line=" + found.place().line() + ",col=" + found.place().column();
        }
        return "::" + command + " " + where + ",title=" + found.code() + "::" + escape(found.message());
    }

    private static String escape(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String escapeProperty(String text) {
        return escape(text).replace(":", "%3A").replace(",", "%2C");
    }
}
