package io.bootdistill;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the house: data flows from the API to the network to the device, and the library keeps to itself. */
@AnalyzeClasses(packages = "io.bootdistill", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NO_CYCLES = slices().matching("io.bootdistill.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule DEVICE_KNOWS_NO_NETWORK = classes().that().resideInAPackage("io.bootdistill.device..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("io.bootdistill.device..", "java..");

    @ArchTest
    static final ArchRule REFERENCE_KNOWS_ONLY_THE_CONTRACT = classes().that().resideInAPackage("io.bootdistill.reference..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("io.bootdistill.reference..", "io.bootdistill.device..", "org.ejml..", "java..");

    @ArchTest
    static final ArchRule NETWORK_KNOWS_NO_METHOD = classes().that().resideInAPackage("io.bootdistill.network..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.bootdistill.network..", "io.bootdistill.device..", "io.bootdistill.format..", "com.google.gson..", "java..");

    @ArchTest
    static final ArchRule FORMATS_KNOW_ONLY_FILES = classes().that().resideInAPackage("io.bootdistill.format..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("io.bootdistill.format..", "com.google.gson..", "org.slf4j..", "java..", "javax.imageio..");

    @ArchTest
    static final ArchRule NO_EXIT = noClasses().should().callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule NO_OUTPUT = noClasses().should().accessField(System.class, "out")
            .orShould().accessField(System.class, "err");

    @ArchTest
    static final ArchRule NO_SOCKETS = noClasses().should().dependOnClassesThat().resideInAPackage("java.net..");
}
