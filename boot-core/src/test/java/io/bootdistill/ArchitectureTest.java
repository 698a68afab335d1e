package io.bootdistill;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms of the house: data flows from the API to the network to the device, and the library keeps to itself. */
class ArchitectureTest {

    private static final JavaClasses LIBRARY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.bootdistill");

    @Test
    void noCycles() {
        slices().matching("io.bootdistill.(**)").should().beFreeOfCycles().check(LIBRARY);
    }

    /** Each package and all that it may use, besides itself and the JDK. */
    @ParameterizedTest
    @CsvSource({
        "error, none, none, none, none",
        "internal.file, io.bootdistill.error.., com.google.gson.., none, none",
        "device, io.bootdistill.error.., none, none, none",
        "reference, io.bootdistill.device.., org.ejml.., none, none",
        "selftest, io.bootdistill.device.., none, none, none",
        "format, io.bootdistill.error.., io.bootdistill.internal.file.., com.google.gson.., none",
        "internal.diffusers, io.bootdistill.error.., io.bootdistill.internal.file.., io.bootdistill.format.., com.google.gson..",
        "network, io.bootdistill.error.., io.bootdistill.internal.file.., io.bootdistill.device.., com.google.gson..",
        "metric, org.ejml.., none, none, none"
    })
    void packageKnowsOnly(String room, String first, String second, String third, String fourth) {
        String own = "io.bootdistill." + room + "..";
        classes().that().resideInAPackage(own)
                .should().onlyDependOnClassesThat().resideInAnyPackage(own, "java..", "javax.imageio..", first, second, third, fourth)
                .check(LIBRARY);
    }

    @Test
    void libraryNeverExits() {
        noClasses().should().callMethod(System.class, "exit", int.class)
                .orShould().callMethod(Runtime.class, "halt", int.class)
                .check(LIBRARY);
    }

    @Test
    void libraryNeverPrints() {
        noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err").check(LIBRARY);
    }

    @Test
    void libraryOpensNoSocket() {
        noClasses().should().dependOnClassesThat().resideInAPackage("java.net..").check(LIBRARY);
    }
}
