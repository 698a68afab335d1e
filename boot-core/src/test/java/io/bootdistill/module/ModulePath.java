package io.bootdistill.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A user's module, compiled without a warning and run against jars on the module path. */
public final class ModulePath {

    private final List<Path> jars;

    public ModulePath(Path... jars) {
        this.jars = List.of(jars);
    }

    /** The jar that a class is read from. */
    public static Path jar(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** @param sources the folder of a module's sources */
    public void compile(Path sources, Path classes) throws IOException {
        Files.createDirectories(classes);
        List<String> options = new ArrayList<>(List.of("--release", "17", "-Xlint:all", "-Werror", "--module-path", path(jars),
                "--class-path", classes.toString(), "-d", classes.toString())); // not the class path of this JVM
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(options::add);
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new)));
    }

    /**
     * Runs a compiled module in a JVM of its own, which must end well.
     *
     * @param main the module and its class, {@code module/class}
     * @return the lines that it printed
     */
    public List<String> run(Path classes, String main, String... arguments) throws IOException, InterruptedException {
        List<Path> all = new ArrayList<>(jars);
        all.add(classes);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--module-path", path(all), "-m", main));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), output);
        assertEquals(0, process.exitValue(), output);
        return output.lines().filter(line -> !line.startsWith("SLF4J")).toList(); // it tells that there is no logger
    }

    private static String path(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
