package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When {@code ./boot} builds: a house with the real script, a Maven and a Java that only say what they were asked. */
@Tag("fast")
class BootScriptTest {

    private static final String BUILT = "boot: building (the first time takes some minutes) …\nruns whole\n";

    @TempDir
    Path home;

    @BeforeEach
    void build() throws IOException {
        Files.copy(Path.of("..", "boot"), home.resolve("boot"));
        for (String module : new String[] {"boot-core", "boot-native", "examples"}) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
            Files.createFile(home.resolve(module).resolve("pom.xml"));
        }
        Files.createFile(home.resolve("pom.xml"));
        Files.createDirectories(home.resolve("boot-native/target/native"));
        Files.createFile(home.resolve("boot-native/target/native/libboot_cpu.so"));
        Files.createFile(home.resolve("boot-native/target/native/libboot_cuda.so"));
        script("jdk/bin/javac", "echo javac 17");
        script("jdk/bin/java", "echo runs $(cat \"$HOUSE/examples/target/boot.jar\")");
        script("mvnw", "echo whole >examples/target/boot.jar");
    }

    @Test
    void buildsOnce() throws Exception {
        assertEquals(BUILT, boot());
        assertEquals("runs whole\n", boot());
    }

    @Test
    void interruptedBuildIsDoneAgain() throws Exception {
        script("mvnw", "echo half >examples/target/boot.jar; kill -9 $PPID $$");
        boot();
        script("mvnw", "echo whole >examples/target/boot.jar");
        assertEquals(BUILT, boot());
        assertEquals("runs whole\n", boot());
    }

    /** An old jar whose build anew was interrupted before it was written. */
    @Test
    void interruptedRebuildLeavesNoOldJar() throws Exception {
        boot();
        Files.writeString(home.resolve("examples/src/main/New.java"), "");
        script("mvnw", "touch examples/target/boot.jar; kill -9 $PPID $$");
        boot();
        script("mvnw", "echo whole >examples/target/boot.jar");
        assertEquals(BUILT, boot());
    }

    @Test
    void sourceEditedMeanwhileIsBuiltNext() throws Exception {
        script("mvnw", "echo whole >examples/target/boot.jar; sleep 0.05; touch examples/src/main/Edited.java");
        assertEquals(BUILT, boot());
        assertEquals(BUILT, boot());
    }

    private void script(String name, String command) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + command + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String boot() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", home.resolve("boot").toString()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        builder.environment().put("HOUSE", home.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
