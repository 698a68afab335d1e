package io.bootdistill.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** The packaged jar as a named module: what it requires, and a user's module that is compiled and run against it. */
@EnabledIfSystemProperty(named = "jar", matches = ".+", disabledReason = "is run once the jar is packaged")
class ModulePathIT {

    private static final Path JAR = Path.of(System.getProperty("jar", ""));
    private static final Path SOURCES = Path.of("src", "test", "consumer");

    @TempDir
    Path temp;

    @Test
    void requiresNamedModulesAlone() {
        ModuleDescriptor module = ModuleFinder.of(JAR).find("io.bootdistill.core").orElseThrow().descriptor();
        assertFalse(module.isAutomatic());
        assertEquals(List.of("com.google.gson", "java.base", "java.desktop", "org.jspecify", "org.slf4j"),
                module.requires().stream().map(ModuleDescriptor.Requires::name).sorted().toList());
        assertTrue(module.exports().stream().noneMatch(exported -> !exported.isQualified() && exported.source().contains("internal")));
        assertTrue(module.packages().stream().allMatch(name -> name.startsWith("io.bootdistill")), module.packages().toString());
    }

    @Test
    void consumerRunsOnTheModulePath() throws Exception {
        ModulePath path = new ModulePath(
                JAR, ModulePath.jar(Gson.class), ModulePath.jar(Logger.class), ModulePath.jar(NullMarked.class));
        Path classes = temp.resolve("classes");
        path.compile(SOURCES, classes);
        assertEquals(List.of("io.bootdistill.core on reference", "read true", "distance 2.0", "refused true"),
                path.run(classes, "consumer/consumer.Consumer", temp.toString()));
    }
}
