package weft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may import whom, over all modules. */
class ArchitectureTest {
    private static final JavaClasses WEFT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("weft");

    @Test
    void nettyStaysInTheProxy() {
        noClasses()
                .that()
                .resideOutsideOfPackage("weft.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(WEFT);
    }

    @Test
    void kafkaClientsStayAtTheEdges() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "weft.log..",
                        "weft.publish.log..",
                        "weft.proxy.control..",
                        "weft.proxy.telemetry..",
                        "weft.sink..",
                        "weft.local..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(WEFT);
    }

    /** Its own {@code PurityTest} holds the rest: no I/O, clocks, chance or threads. */
    @Test
    void routingKnowsNoLog() {
        noClasses()
                .that()
                .resideInAPackage("weft.routing..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("weft.log..")
                .check(WEFT);
    }

    @Test
    void nothingPointsBackUp() {
        noClasses()
                .that()
                .resideInAnyPackage("weft.rules..", "weft.log..", "weft.schema..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("weft.routing..", "weft.proxy..", "weft.publish..", "weft.sink..", "weft.local..")
                .check(WEFT);
        noClasses()
                .that()
                .resideInAPackage("weft.routing..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("weft.proxy..", "weft.publish..", "weft.sink..", "weft.local..")
                .check(WEFT);
        noClasses()
                .that()
                .resideInAPackage("weft.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("weft.publish..", "weft.sink..", "weft.local..")
                .check(WEFT);
        noClasses()
                .that()
                .resideInAPackage("weft.publish..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("weft.proxy..", "weft.sink..", "weft.local..")
                .check(WEFT);
        noClasses()
                .that()
                .resideInAPackage("weft.sink..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("weft.proxy..", "weft.publish..", "weft.local..")
                .check(WEFT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("weft.(*)..").should().beFreeOfCycles().check(WEFT);
        slices().matching("weft.routing.(*)..").should().beFreeOfCycles().check(WEFT);
    }

    @Test
    void namesSayWhatAThingIs() {
        classes()
                .that()
                .resideOutsideOfPackage("weft.schema..")
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameNotMatching(".*\\.(Base|Abstract)[A-Z]\\w*|.*(Manager|Helper|Utils?|Impl)")
                .check(WEFT);
    }
}
