package weft.routing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The routing library is a function of its input: what it would need for anything else it may not touch. */
class PurityTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("weft.routing");

    @Test
    void touchesNoSocketsFilesKafkaOrNetty() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.net..", "java.nio.file..", "java.nio.channels..", "org.apache.kafka..", "io.netty..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File.*|RandomAccessFile|InputStream.*|PrintStream)")
                .check(classes);
    }

    @Test
    void asksNoClockAndNoChance() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|Instant|LocalDateTime|ZonedDateTime)")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.(util\\.(Random.*|concurrent\\.ThreadLocalRandom)|security\\.SecureRandom)")
                .orShould()
                .callMethod(Math.class, "random")
                .check(classes);
    }

    @Test
    void startsNoThreadsAndTakesNoLocks() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.Thread.*")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent..")
                .check(classes);
    }
}
