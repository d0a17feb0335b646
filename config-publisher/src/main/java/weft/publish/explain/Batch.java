package weft.publish.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import weft.publish.explain.BoundedLines.Line;
import weft.routing.explain.Explanation;
import weft.routing.explain.UnknownGatewayException;

/**
 * Explains requests line by line, one answer to each, in the memory of one line and of the proxies asked about. Confined
 * to the command's thread.
 */
public final class Batch {
    private static final int NOT_FOUND = 404;

    private final Proxies proxies;
    private final QuestionReader reader;
    private final ExplanationJson json;
    private long lines;
    private long errors;
    private long firstError;

    public Batch(Proxies proxies, QuestionReader reader, ExplanationJson json) {
        this.proxies = proxies;
        this.reader = reader;
        this.json = json;
    }

    /**
     * Answers every line of a stream. Blank lines are passed over.
     *
     * @param answers an answer, and what explains it; null for a line that could not be read
     * @param beforeRead runs before more lines are waited for: answers so far should reach whoever asked
     */
    public void run(InputStream in, BiConsumer<ObjectNode, @Nullable Explanation> answers, Runnable beforeRead)
            throws IOException {
        BoundedLines source = new BoundedLines(in, beforeRead);
        for (Line line = source.next(); line != null; line = source.next()) {
            lines++;
            if (!isBlank(line)) {
                answer(line, answers);
            }
        }
    }

    private static boolean isBlank(Line line) {
        for (byte each : line.bytes()) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private void answer(Line line, BiConsumer<ObjectNode, @Nullable Explanation> answers) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("line", lines);
        try {
            if (line.isTooLong()) {
                throw new BadCallException(
                        line.length() + " bytes (expected: at most " + BoundedLines.MAX_BYTES + " in one line)");
            }
            JsonNode asked = QuestionReader.object(line.bytes());
            JsonNode id = asked.get("id");
            if (id != null) {
                answer.set("id", id);
            }
            Question question = reader.read(asked);
            Explanation told = proxies.at(question.vantage()).explainer().explain(question.call(), false);
            answers.accept(json.write(told, answer), told);
        } catch (BadCallException e) {
            errors++;
            firstError = firstError == 0 ? lines : firstError;
            answers.accept(answer.put("error", e.getMessage()), null);
        } catch (UnknownGatewayException e) {
            answers.accept(unknownGateway(e, answer), null);
        } catch (RuntimeException e) {
            // A defect that one request brings to light must not cost the answers to all others.
            errors++;
            firstError = firstError == 0 ? lines : firstError;
            answers.accept(answer.put("error", "cannot be explained: " + e), null);
        }
    }

    /** No proxy stands there: as a request answers 404 where no route is found, so does one to no gateway. */
    private static ObjectNode unknownGateway(UnknownGatewayException e, ObjectNode to) {
        String known = e.known().isEmpty() ? "there is none" : "there is: " + String.join(", ", e.known());
        to.putNull("virtualService").putNull("route").put("action", "none");
        to.putNull("cluster").putNull("subset").putNull("weight").putNull("rewrittenPath");
        to.putNull("rewrittenAuthority").put("status", NOT_FOUND).putNull("location");
        return to.put("responseFlags", "NR")
                .put("reason", "gateway_not_found")
                .put("message", e.getMessage() + " (" + known + ")");
    }

    public long lines() {
        return lines;
    }

    /** Lines that could not be read. */
    public long errors() {
        return errors;
    }

    public long firstError() {
        return firstError;
    }
}
