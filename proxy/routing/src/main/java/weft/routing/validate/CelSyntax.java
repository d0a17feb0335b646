package weft.routing.validate;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.validate.CelTokens.Kind;

/** The grammar of CEL, as far as it tells an expression from none: what Istio checks of it. Confined to one validation. */
final class CelSyntax {
    /** Deeper expressions are refused by Istio's reader as well. */
    private static final int MAX_DEPTH = 250;

    private static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");
    private static final Set<String> VALUES = Set.of("true", "false", "null");
    private static final Set<String> LOOPS = Set.of("all", "exists", "exists_one", "existsOne", "map", "filter");
    private static final List<Set<String>> BINARY = List.of(
            Set.of("||"),
            Set.of("&&"),
            Set.of("==", "!=", "<", "<=", ">", ">=", "in"),
            Set.of("+", "-"),
            Set.of("*", "/", "%"));

    /** What a part of an expression is, for the functions that ask for a certain form. */
    private enum Form {
        NAME,
        SELECTION,
        OTHER
    }

    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Fault(String message) {
            super(message, null, false, false);
        }
    }

    private final CelTokens tokens;
    private int depth;

    private CelSyntax(String expression) {
        tokens = new CelTokens(expression);
    }

    static void check(String expression, Problems problems) {
        String fault = fault(expression);
        if (fault != null) {
            problems.error("\"" + expression + "\" (expected: a CEL expression; " + fault + ")");
        }
    }

    /** What is wrong with an expression, null when it is well formed. */
    static @Nullable String fault(String expression) {
        CelSyntax syntax = new CelSyntax(expression);
        try {
            syntax.expression();
            return syntax.tokens.kind() == Kind.END ? null : syntax.unexpected().getMessage();
        } catch (Fault e) {
            return e.getMessage();
        }
    }

    private Fault unexpected() {
        String found = tokens.kind() == Kind.END ? "the end" : "\"" + tokens.word() + "\"";
        return new Fault("not " + found + " at character " + tokens.column());
    }

    private void expect(String word) {
        if (!tokens.take(word)) {
            throw unexpected();
        }
    }

    private Form expression() {
        if (++depth > MAX_DEPTH) {
            throw new Fault("nested at most " + MAX_DEPTH + " deep");
        }
        Form form = binary(0);
        if (tokens.take("?")) {
            binary(0);
            expect(":");
            expression();
            form = Form.OTHER;
        }
        depth--;
        return form;
    }

    private Form binary(int level) {
        if (level == BINARY.size()) {
            return unary();
        }
        Form form = binary(level + 1);
        while (tokens.kind() != Kind.LITERAL && BINARY.get(level).contains(tokens.word())) {
            tokens.next();
            binary(level + 1);
            form = Form.OTHER;
        }
        return form;
    }

    private Form unary() {
        String sign = tokens.word();
        if (!tokens.is("!") && !tokens.is("-")) {
            return member();
        }
        while (tokens.take(sign)) {
            // Signs of one kind may follow each other.
        }
        member();
        return Form.OTHER;
    }

    private Form member() {
        Form form = primary();
        while (true) {
            if (tokens.take(".")) {
                String name = name(false);
                form = Form.SELECTION;
                if (tokens.take("(")) {
                    Form first = list(")");
                    if (LOOPS.contains(name) && first != Form.NAME) {
                        throw new Fault("a variable first in " + name + "()");
                    }
                    form = Form.OTHER;
                } else if (tokens.is("{")) {
                    fields();
                    form = Form.OTHER;
                }
            } else if (tokens.take("[")) {
                expression();
                expect("]");
                form = Form.OTHER;
            } else {
                return form;
            }
        }
    }

    private String name(boolean root) {
        String name = tokens.word();
        boolean taken = VALUES.contains(name) || name.equals("in") || (root && RESERVED.contains(name));
        if (tokens.kind() != Kind.NAME || taken) {
            throw unexpected();
        }
        tokens.next();
        return name;
    }

    private Form primary() {
        boolean isValue = tokens.kind() == Kind.LITERAL || VALUES.contains(tokens.word());
        if (isValue) {
            tokens.next();
            return Form.OTHER;
        }
        if (tokens.take("(")) {
            Form form = expression();
            expect(")");
            return form;
        }
        if (tokens.take("[")) {
            list("]");
            return Form.OTHER;
        }
        if (tokens.is("{")) {
            fields();
            return Form.OTHER;
        }
        tokens.take(".");
        String name = name(true);
        if (tokens.take("(")) {
            if (list(")") != Form.SELECTION && name.equals("has")) {
                throw new Fault("a field in has()");
            }
            return Form.OTHER;
        }
        if (tokens.is("{")) {
            fields();
            return Form.OTHER;
        }
        return Form.NAME;
    }

    /** Entries up to the closing sign; answers the form of the first one. */
    private Form list(String close) {
        Form first = Form.OTHER;
        if (tokens.take(close)) {
            return first;
        }
        first = expression();
        while (tokens.take(",")) {
            if (close.equals("]") && tokens.is(close)) {
                break;
            }
            expression();
        }
        expect(close);
        return first;
    }

    private void fields() {
        expect("{");
        while (!tokens.is("}")) {
            expression();
            expect(":");
            expression();
            if (!tokens.take(",")) {
                break;
            }
        }
        expect("}");
    }
}
