package weft;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import weft.publish.support.Gap;
import weft.publish.support.SupportGaps;
import weft.publish.yaml.ResourceKinds;

/** The list of what has no effect tells the truth: it is held against what proxies read of the rules. */
class SupportGapsTest {
    /** Packages that look at rules and move no traffic. */
    private static final List<String> BYSTANDERS = List.of(
            "weft.routing.validate",
            "weft.routing.analyze",
            "weft.routing.explain",
            "weft.schema",
            "weft.publish",
            "weft.log",
            "weft.rules",
            "weft.local",
            "weft.sink");

    /** Gaps that are read all the same. */
    private static final Map<String, String> READ_WITHOUT_EFFECT = Map.of(
            "HTTPMatchRequest.statPrefix",
            "delegates inherit it",
            "WorkloadEntrySpec.network",
            "instances hold it",
            "WorkloadEntrySpec.serviceAccount",
            "instances hold it");

    /** Filter chains hold these for the listener that will end TLS. */
    private static final String COMPILED = "ServerTLSSettings.";

    private final Set<String> read = read();

    @Test
    void whatIsNotReadIsAGap() {
        Set<String> unread = new TreeSet<>();
        Set<String> seen = new HashSet<>();
        for (ResourceKinds.Kind kind : new ResourceKinds().all()) {
            if (SupportGaps.ofKind(kind.name()) == null) {
                collect(kind.schema().getField("spec").schema(), seen, unread);
            }
        }
        assertThat(unread)
                .as("fields no proxy reads, and that SupportGaps does not name")
                .isEmpty();
    }

    @Test
    void whatIsReadIsNoGap() {
        Set<String> gaps = new TreeSet<>();
        for (Gap gap : SupportGaps.all()) {
            boolean isField = gap.values().isEmpty() && gap.place().indexOf('.') > 0;
            if (isField && !gap.place().startsWith(COMPILED) && read.contains(getter(gap.place()))) {
                gaps.add(gap.place());
            }
        }
        assertThat(gaps)
                .as("gaps that proxies read; is the field in force now?")
                .isEqualTo(READ_WITHOUT_EFFECT.keySet());
    }

    private void collect(Schema record, Set<String> seen, Set<String> unread) {
        for (Schema.Field field : record.getFields()) {
            String place = record.getName() + "." + field.name();
            Gap gap = SupportGaps.ofField(record.getName(), field.name());
            if (!seen.add(place) || (gap != null && gap.values().isEmpty())) {
                continue;
            }
            boolean isBare = records(field.schema()).stream().anyMatch(SupportGapsTest::isAllGaps);
            if (gap == null && !isBare && !read.contains(getter(place))) {
                unread.add(place);
            }
            records(field.schema()).forEach(next -> collect(next, seen, unread));
        }
    }

    /** Whether nothing of the record is in force but values that mean nothing is to be done. */
    private static boolean isAllGaps(Schema record) {
        return record.getFields().stream()
                .allMatch(field -> SupportGaps.ofField(record.getName(), field.name()) != null);
    }

    private static String getter(String place) {
        int dot = place.indexOf('.');
        return place.substring(0, dot + 1) + "get" + Character.toUpperCase(place.charAt(dot + 1))
                + place.substring(dot + 2);
    }

    private static Set<String> read() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("weft");
        Set<String> read = new HashSet<>();
        for (JavaClass type : classes) {
            if (BYSTANDERS.stream().noneMatch(type.getPackageName()::startsWith)) {
                type.getAccessesFromSelf().forEach(access -> add(access, read));
            }
        }
        assertThat(read).contains("HTTPRoute.getTimeout", "GatewaySpec.getServers");
        return read;
    }

    private static void add(JavaAccess<?> access, Set<String> read) {
        JavaClass owner = access.getTargetOwner();
        if (owner.getPackageName().equals("weft.schema")) {
            read.add(owner.getSimpleName() + "." + access.getName());
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
}
