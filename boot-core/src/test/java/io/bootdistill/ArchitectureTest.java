package io.bootdistill;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.bootdistill.module.ModulePath;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms of the house, one per package: what each may use, and that no idea is spread over classes that need each other. */
@Tag("fast")
class ArchitectureTest {

    private static final String ROOT = "io.bootdistill";

    private static final JavaClasses LIBRARY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    /** Each room and all that it may use, besides itself and the JDK. Rooms further down are higher in the house. */
    @ParameterizedTest
    @CsvSource({
        "error, ''",
        "internal.device, ''",
        "metric, ejml",
        "device, error internal.device",
        "internal.file, error gson",
        "format, error internal.file gson",
        "text, error internal.file format gson",
        "internal.diffusers, error internal.file format gson",
        "reference, internal.device device ejml",
        "selftest, internal.device device",
        "network, error internal.device internal.file device gson",
        "network.dit, error internal.file device network gson",
        "network.autoencoder, error internal.file device network gson",
        "network.text, error internal.file device network gson",
        "network.unet, error internal.file device network gson",
        "internal.work, internal.device device network",
        "diffusion, device format network text internal.work",
        "internal.sampling, internal.device device format network internal.work diffusion",
        "internal.pipeline, error internal.device internal.file device format network network.autoencoder network.dit network.text"
                + " network.unet text internal.diffusers internal.work diffusion internal.sampling gson slf4j",
        "lesson, internal.device device network internal.work diffusion",
        "objective, internal.device device network internal.work diffusion internal.sampling lesson",
        "matching, internal.device device network internal.work diffusion internal.sampling lesson objective",
        "phase, internal.device device network internal.work diffusion internal.sampling lesson objective",
        "config, error internal.file internal.work diffusion lesson objective matching phase gson",
        "internal.training, error internal.device internal.file device format network internal.work diffusion lesson",
        "internal.denoising, internal.device device format network internal.work diffusion internal.sampling lesson config"
                + " internal.training",
        "internal.distillation, internal.device device network internal.work diffusion internal.sampling lesson objective"
                + " matching config internal.training",
        "internal.run, error internal.file format network diffusion internal.sampling lesson objective config"
                + " internal.training"
    })
    void roomUsesOnly(String room, String others) {
        List<String> allowed = new ArrayList<>(List.of("java..", "javax.imageio..", "org.jspecify..", own(room)));
        for (String other : others.isEmpty() ? new String[0] : others.split(" ")) {
            allowed.add(switch (other) {
                case "gson" -> "com.google.gson..";
                case "slf4j" -> "org.slf4j..";
                case "ejml" -> "org.ejml..";
                default -> own(other);
            });
        }
        classes().that().resideInAPackage(own(room))
                .should().onlyDependOnClassesThat().resideInAnyPackage(allowed.toArray(String[]::new))
                .check(LIBRARY);
    }

    private static String own(String room) {
        return ROOT + "." + room;
    }

    @Test
    void everyRoomHasItsRule() throws NoSuchMethodException {
        Set<String> ruled = new TreeSet<>(Set.of(ROOT));
        CsvSource rules = ArchitectureTest.class.getDeclaredMethod("roomUsesOnly", String.class, String.class)
                .getAnnotation(CsvSource.class);
        Arrays.stream(rules.value()).map(rule -> own(rule.substring(0, rule.indexOf(',')))).forEach(ruled::add);
        assertEquals(ruled, packages());
    }

    private static Set<String> packages() {
        Set<String> packages = new TreeSet<>();
        LIBRARY.forEach(type -> packages.add(type.getPackageName()));
        return packages;
    }

    @Test
    void roomsHaveNoCycle() {
        slices().assignedFrom(slice(type -> type.getPackageName())).should().beFreeOfCycles().check(LIBRARY);
    }

    /** A nested type counts with its outer one. */
    @ParameterizedTest
    @MethodSource("packages")
    void classesOfARoomHaveNoCycle(String room) {
        slices().assignedFrom(slice(type -> type.getPackageName().equals(room) ? outermost(type).getName() : null))
                .should().beFreeOfCycles().check(LIBRARY);
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static SliceAssignment slice(java.util.function.Function<JavaClass, String> name) {
        return new SliceAssignment() {
            @Override
            public String getDescription() {
                return "rooms";
            }

            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                String found = name.apply(type);
                return found == null ? SliceIdentifier.ignore() : SliceIdentifier.of(found);
            }
        };
    }

    /** Rooms of which users see nothing. */
    private static boolean isHidden(JavaClass type) {
        return type.getPackageName().startsWith(own("internal")) || type.getPackageName().startsWith(own("reference"));
    }

    @Test
    void publicSignaturesShowNoInternalType() {
        Set<String> shown = new TreeSet<>();
        for (JavaClass type : LIBRARY) {
            if (!isHidden(type) && isPublic(type)) {
                type.getMembers().stream().filter(member -> isSeen(member.getModifiers()))
                        .forEach(member -> member.getAllInvolvedRawTypes().stream().filter(ArchitectureTest::isHidden)
                                .forEach(hidden -> shown.add(member.getFullName() + " shows " + hidden.getName())));
                type.getAllInvolvedRawTypes().stream().filter(ArchitectureTest::isHidden)
                        .forEach(hidden -> shown.add(type.getName() + " shows " + hidden.getName()));
            }
        }
        assertEquals(Set.of(), shown);
    }

    /** What users see says what may be null. */
    @ParameterizedTest
    @MethodSource("exported")
    void exportedRoomIsNullMarked(String room) throws ClassNotFoundException {
        assertTrue(Class.forName(room + ".package-info").isAnnotationPresent(NullMarked.class));
    }

    private static Set<String> exported() throws IOException {
        try (InputStream module = Files.newInputStream(ModulePath.jar(Teacher.class).resolve("module-info.class"))) {
            return ModuleDescriptor.read(module).exports().stream()
                    .filter(exports -> !exports.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Objectives are open: the rooms that users see are enough for one. */
    @Test
    void lessonFromOutsideUsesNoInternalType() {
        noClasses().that().haveNameMatching(".*\\.FirstGuess(Lesson)?(\\$.*)?")
                .should().dependOnClassesThat().resideInAnyPackage(own("internal.."), own("reference"))
                .check(new ClassFileImporter().importPackages(own("outside")));
    }

    private static boolean isPublic(JavaClass type) {
        return isSeen(type.getModifiers()) && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
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
