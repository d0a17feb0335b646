package weft.publish.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.ResourceKinds;

/** The page that tells users what is supported is what the list and the schemas say. */
class SupportMatrixTest {
    private static final String RENEW =
            "mvn -q -pl config-publisher -am test -Dtest=SupportMatrixTest -Dsurefire.failIfNoSpecifiedTests=false -Dweft.renew=true";
    private static final String BEGIN = "<!-- begin: made by SupportMatrixTest, see CONTRIBUTING.md -->\n";
    private static final String END = "<!-- end -->\n";

    private final ResourceKinds kinds = new ResourceKinds();

    @Test
    void pageIsUpToDate() throws IOException {
        Path page = root().resolve("docs/support-matrix.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertThat(begin).isGreaterThanOrEqualTo(BEGIN.length());
        assertThat(end).isGreaterThanOrEqualTo(begin);
        String fresh = text.substring(0, begin) + "\n" + matrix() + "\n" + text.substring(end);
        if (Boolean.getBoolean("weft.renew")) {
            Files.writeString(page, fresh);
        } else {
            assertThat(text)
                    .as("docs/support-matrix.md is stale; renew it with: " + RENEW)
                    .isEqualTo(fresh);
        }
    }

    @Test
    void everyGapIsAboutAFieldThatIsThere() {
        Set<String> places = new TreeSet<>();
        for (ResourceKinds.Kind kind : kinds.all()) {
            places.add(kind.name());
            places(kind.schema().getField("spec").schema(), places);
        }
        assertThat(SupportGaps.all()).extracting(Gap::place).isSubsetOf(places);
    }

    private static void places(Schema record, Set<String> places) {
        for (Schema.Field field : record.getFields()) {
            if (places.add(record.getName() + "." + field.name())) {
                records(field.schema()).forEach(next -> places(next, places));
            }
        }
    }

    private static List<Schema> records(Schema type) {
        return switch (type.getType()) {
            case RECORD -> List.of(type);
            case ARRAY -> records(type.getElementType());
            case MAP -> records(type.getValueType());
            case UNION ->
                type.getTypes().stream().flatMap(t -> records(t).stream()).toList();
            default -> List.of();
        };
    }

    private String matrix() {
        return SupportMatrix.of(kinds.all().stream()
                .map(kind -> new SupportMatrix.Kind(
                        kind.name(),
                        kind.versions().stream()
                                .map(version -> kind.group().isEmpty() ? version : kind.group() + "/" + version)
                                .collect(Collectors.joining(", ")),
                        kind.schema().getField("spec").schema()))
                .toList());
    }

    private static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("schemas/pom.xml"))) {
                return at;
            }
        }
        throw new IllegalStateException(
                "no schemas/pom.xml above " + Path.of("").toAbsolutePath());
    }
}
