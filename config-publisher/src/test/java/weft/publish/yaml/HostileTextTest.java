package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.yaml.Decoding.complaints;
import static weft.publish.yaml.Decoding.documents;
import static weft.publish.yaml.Decoding.of;
import static weft.publish.yaml.Decoding.specComplaints;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;

/** Texts that are made, or happen, to hurt their reader. */
@Timeout(60)
class HostileTextTest {
    private static final String GOOD = of("VirtualService", "http: [{route: [{destination: {host: a}}]}]");

    /** Ten levels of ten aliases: a reader that merged each of them would not come to an end. */
    @Test
    void mergesDoNotMultiply() {
        StringBuilder text = new StringBuilder("m0: &m0 {name: a}\n");
        for (int level = 1; level <= 9; level++) {
            String below = "*m" + (level - 1);
            text.append("m").append(level).append(": &m").append(level).append(" {<<: [");
            text.append(String.join(", ", Collections.nCopies(10, below))).append("]}\n");
        }
        text.append("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: *m9\nspec: {}\n");
        assertThat(complaints(text.toString())).isNotEmpty().noneMatch(c -> c.contains("\"name\" is missing"));
    }

    @Test
    void listsOfListsAreRefused() {
        StringBuilder text = new StringBuilder("apiVersion: v1\nkind: List\nx: &l0 {kind: List, items: []}\n");
        for (int level = 1; level <= 9; level++) {
            String below = "*l" + (level - 1);
            text.append("x").append(level).append(": &l").append(level).append(" {kind: List, items: [");
            text.append(String.join(", ", Collections.nCopies(10, below))).append("]}\n");
        }
        text.append("items: [*l9]\n");
        assertThat(complaints(text.toString())).singleElement().asString().contains("a list in a list");
    }

    @Test
    void hugeValuesAreNotRepeated() {
        List<Diagnostic> found = documents(of("VirtualService", "http: [{timeout: " + "9".repeat(1_000_000) + "x}]"))
                .get(0)
                .diagnostics();
        assertThat(found).singleElement().satisfies(d -> assertThat(d.render()).hasSizeLessThan(1000));
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        assertThat(specComplaints("hosts: [a]\nhttp: [{timeout: \"\\e[31m\"}]"))
                .singleElement()
                .asString()
                .contains("?[31m")
                .doesNotContain("\u001b");
    }

    @Test
    void brokenThirdDocumentLeavesTheOthers() {
        List<DecodedDocument> documents = documents(GOOD + "---\n" + GOOD + "---\n{\n---\n" + GOOD);
        assertThat(documents).hasSize(3);
        assertThat(documents.subList(0, 2)).allMatch(Resource.class::isInstance);
        assertThat(documents.get(2)).isInstanceOf(Invalid.class);
    }

    @Test
    void carriageReturnsMoveNothing() {
        String broken = GOOD.replace("host: a", "hst: a");
        assertThat(complaints(broken.replace("\n", "\r\n")))
                .isEqualTo(complaints(broken))
                .isNotEmpty();
    }

    @Test
    void tooManyValuesAreSaidOnce() {
        String wide = of("VirtualService", "hosts: [" + "a, ".repeat(600_000) + "]");
        assertThat(complaints(wide)).singleElement().asString().contains("too large");
    }
}
