package weft.publish.yaml;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The documents of one text as node trees, one after another, so that only one of them is in memory. Confined to the
 * calling thread.
 */
final class DocumentComposer {
    /** Istio's deepest field lies 12 levels down, a List puts 2 on top; the decoder recurses once per level. */
    static final int MAX_DEPTH = 64;

    /** Aliases of lists and mappings in one document; the decoder bounds what they expand to. */
    static final int MAX_ALIASES = 100;

    private final Composer composer;
    private boolean broken;

    DocumentComposer(SourceText source) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(source.name())
                .setSchema(new CoreSchema())
                .setMaxAliasesForCollections(MAX_ALIASES)
                // Sources are bounded where they are read.
                .setCodePointLimit(Integer.MAX_VALUE)
                .build();
        composer = new Composer(
                settings, new BoundedParser(new ParserImpl(settings, new StreamReader(settings, source.text()))));
    }

    /**
     * The next document, null at the end. After a syntax error, which is reported, the rest of the text cannot be read.
     */
    @Nullable
    Node next(Diagnostics diagnostics) {
        if (broken) {
            return null;
        }
        try {
            return composer.hasNext() ? composer.next() : null;
        } catch (MarkedYamlEngineException e) {
            broken = true;
            diagnostics.error(e.getProblemMark().or(e::getContextMark), syntaxMessage(e));
        } catch (TooDeep e) {
            broken = true;
            diagnostics.error(e.event.getStartMark(), "nested too deeply (expected: at most " + MAX_DEPTH + " levels)");
        } catch (YamlEngineException | IllegalArgumentException | IndexOutOfBoundsException e) {
            broken = true;
            diagnostics.error(Optional.empty(), "not YAML: " + firstLine(String.valueOf(e.getMessage())));
        }
        return null;
    }

    private static String syntaxMessage(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("\\t") || problem.contains("TAB")) {
            return "a tab cannot indent YAML (expected: spaces)";
        }
        String context = e.getContext();
        return "not YAML: " + firstLine(problem) + (context == null ? "" : " " + firstLine(context));
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static final class TooDeep extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Event event;

        TooDeep(Event event) {
            super(null, null, false, false);
            this.event = event;
        }
    }

    /** Refuses nesting before the composer recurses into it. */
    private static final class BoundedParser implements Parser {
        private final Parser parser;
        private int depth;

        BoundedParser(Parser parser) {
            this.parser = parser;
        }

        @Override
        public boolean checkEvent(Event.ID id) {
            return parser.checkEvent(id);
        }

        @Override
        public Event peekEvent() {
            return parser.peekEvent();
        }

        @Override
        public boolean hasNext() {
            return parser.hasNext();
        }

        @Override
        public Event next() {
            Event event = parser.next();
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> {
                    if (++depth > MAX_DEPTH) {
                        throw new TooDeep(event);
                    }
                }
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            return event;
        }
    }
}
