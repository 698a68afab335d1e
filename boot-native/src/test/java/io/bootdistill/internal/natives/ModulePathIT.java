package io.bootdistill.internal.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.Gson;
import io.bootdistill.device.Devices;
import io.bootdistill.module.ModulePath;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** The packaged jar as a named module: what it requires, and the cpu device in a user's module that does not. */
@EnabledIfSystemProperty(named = "jar", matches = ".+", disabledReason = "is run once the jar is packaged")
class ModulePathIT {

    private static final Path JAR = Path.of(System.getProperty("jar", ""));

    @TempDir
    Path temp;

    @Test
    void requiresNamedModulesAlone() {
        ModuleDescriptor module = ModuleFinder.of(JAR).find("io.bootdistill.natives").orElseThrow().descriptor();
        assertFalse(module.isAutomatic());
        assertEquals(List.of("io.bootdistill.core", "java.base", "org.bytedeco.cuda", "org.bytedeco.javacpp"),
                module.requires().stream().map(ModuleDescriptor.Requires::name).sorted().toList());
    }

    @Test
    void deviceIsFoundOnTheModulePath() throws Exception {
        ModulePath path = new ModulePath(JAR, ModulePath.jar(Devices.class), ModulePath.jar(Loader.class),
                ModulePath.jar(Gson.class), ModulePath.jar(Logger.class), ModulePath.jar(NullMarked.class));
        Path classes = temp.resolve("classes");
        path.compile(Path.of("src", "test", "consumer"), classes);
        assertEquals(List.of("io.bootdistill.natives", "6.0"), path.run(classes, "consumer/consumer.Consumer"));
    }
}
