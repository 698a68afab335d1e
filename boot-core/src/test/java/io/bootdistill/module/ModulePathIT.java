package io.bootdistill.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
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
        assertEquals(List.of("com.google.gson", "java.base", "java.desktop", "org.slf4j"),
                module.requires().stream().map(ModuleDescriptor.Requires::name).sorted().toList());
        assertTrue(module.exports().stream().noneMatch(exported -> exported.source().contains("internal")));
        assertTrue(module.packages().stream().allMatch(name -> name.startsWith("io.bootdistill")), module.packages().toString());
    }

    @Test
    void consumerRunsOnTheModulePath() throws Exception {
        String path = Stream.of(JAR, jar(Gson.class), jar(Logger.class)).map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "17", "-Xlint:all", "-Werror",
                "--module-path", path, "-d", temp.resolve("classes").toString(),
                SOURCES.resolve("module-info.java").toString(), SOURCES.resolve("consumer").resolve("Consumer.java").toString()));
        String output = run("--module-path", path + File.pathSeparator + temp.resolve("classes"),
                "-m", "consumer/consumer.Consumer", temp.toString());
        assertEquals(List.of("io.bootdistill.core on reference", "read true", "distance 2.0", "refused true"),
                output.lines().filter(line -> !line.startsWith("SLF4J")).toList()); // it tells that there is no logger
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), output);
        assertEquals(0, process.exitValue(), output);
        return output;
    }

    private static Path jar(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
