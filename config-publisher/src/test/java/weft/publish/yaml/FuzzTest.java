package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.Rule;

/** Broken text is reported, never thrown: seeded, so that a failure repeats. */
class FuzzTest {
    private static final int ROUNDS = 4_000;
    private static final long SEED = 20_261_122L;

    private static final List<String> FRAGMENTS = List.of(
            "\t",
            "\n",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!int ",
            "!x ",
            "'",
            "\"",
            "|\n",
            ">-\n",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
            "? ",
            "<<: ",
            "null",
            "~",
            "1e999",
            "-0",
            ".nan",
            "0x",
            "\u0000",
            "\uFEFF",
            "\uD800",
            "\\",
            "@",
            "`",
            "99999999999999999999",
            "5s",
            "true",
            "#",
            "items",
            "List");

    private static final String TEXT = Decoding.virtualService("""
            hosts: [reviews]
            http:
            - match:
              - uri: {prefix: /a}
                headers: {end-user: {exact: jason}}
              fault: {delay: {fixedDelay: 7s, percentage: {value: 0.1}}}
              redirect: {derivePort: FROM_REQUEST_PORT, redirectCode: 302}
            - route:
              - destination: {host: reviews, subset: v1, port: {number: 9080}}
                weight: 90
              timeout: 1.5s
            """);

    @Test
    void mutatedTextIsReportedOrDecoded() {
        Random random = new Random(SEED);
        ResourceTree trees = new ResourceTree(new ResourceKinds());
        int decoded = 0;
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String text = mutated(random);
            try {
                for (DecodedDocument document : Decoding.documents(text)) {
                    if (document instanceof Resource resource) {
                        decoded++;
                        YamlWriter.write(trees.of(Rule.of(resource.record())));
                    } else if (document instanceof DecodedDocument.Invalid invalid) {
                        refused++;
                        assertThat(invalid.diagnostics()).anyMatch(Diagnostic::isError);
                        invalid.diagnostics()
                                .forEach(d -> assertThat(d.render()).isNotBlank());
                    }
                }
            } catch (RuntimeException e) {
                throw new AssertionError("round " + round + " of seed " + SEED + ":\n" + text, e);
            }
        }
        assertThat(decoded).isPositive();
        assertThat(refused).isPositive();
    }

    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(TEXT);
        int edits = 1 + random.nextInt(4);
        for (int i = 0; i < edits; i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
                case 2 -> text.setCharAt(at, (char) random.nextInt(0x250));
                default -> {
                    int end = Math.min(text.length(), at + random.nextInt(40));
                    text.insert(random.nextInt(text.length()), text.substring(at, end));
                }
            }
        }
        return text.toString();
    }
}
