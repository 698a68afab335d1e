package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.JointConfig.Builder;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.objective.Pinn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class JointConfigTest {

    private static final TeacherTrainingConfig TEACHER = TeacherTrainingConfig.builder().seed(3).images(6_400).build();
    private static final DistillationConfig STUDENT = DistillationConfig.builder().seed(4).images(3_200).build();

    @TempDir
    private Path folder;

    @Test
    void everyValueIsKept() throws IOException {
        JointConfig base = JointConfig.builder().build();
        assertEquals(0.5, base.studentStart());
        for (Consumer<Builder> change : List.<Consumer<Builder>>of(
                b -> b.teacher(TEACHER), b -> b.student(STUDENT), b -> b.studentStart(0.25), b -> b.folder(Path.of("run")))) {
            Builder builder = JointConfig.builder();
            change.accept(builder);
            JointConfig config = builder.build();
            assertNotEquals(base, config);
            assertNotEquals(base.toString(), config.toString());
            assertEquals(config, builder.build());
            assertEquals(config.hashCode(), builder.build().hashCode());
            assertEquals(config, config.toBuilder().build());
            Path file = Files.writeString(folder.resolve("config.json"), config.toJson());
            JointConfig read = JointConfig.read(file, config.teacher(), config.student());
            assertEquals(config, read.toBuilder().folder(config.folder()).build());
        }
        JointConfig all = JointConfig.builder().teacher(TEACHER).student(STUDENT).studentStart(0.25).folder(folder).build();
        assertEquals(TEACHER, all.teacher());
        assertEquals(STUDENT, all.student());
        assertEquals(0.25, all.studentStart());
        assertEquals(folder, all.folder());
        assertEquals("{\n  \"layout\": 2,\n  \"studentStart\": 0.25\n}\n", all.toJson());
    }

    @Test
    void steps() {
        JointConfig config = JointConfig.builder().teacher(TEACHER).student(STUDENT).studentStart(0.8).build();
        assertEquals(80, config.studentStartStep());
        assertEquals(130, config.steps());
        assertEquals(100, config.toBuilder().studentStart(0).build().steps());
    }

    @Test
    void badPartsAreRefusedByName() {
        Map<String, Consumer<Builder>> bad = Map.of(
                "teacher is missing", b -> b.teacher(null),
                "student is missing", b -> b.student(null),
                "the teacher's timeBudget is PT2M, must be null", b -> b.teacher(TEACHER.toBuilder().minutes(2).build()),
                "the student's timeBudget is PT2M, must be null", b -> b.student(STUDENT.toBuilder().minutes(2).build()),
                "the teacher's folder is x, must be null", b -> b.teacher(TEACHER.toBuilder().folder(Path.of("x")).build()),
                "the student's folder is x, must be null", b -> b.student(STUDENT.toBuilder().folder(Path.of("x")).build()),
                "the student's objective is pinn, must be one without the teacher's gradient",
                b -> b.student(STUDENT.toBuilder().objective(Pinn.defaults()).build()),
                "studentStart is 1.5, must be in [0, 1]", b -> b.studentStart(1.5),
                "studentStart is NaN, must be in [0, 1]", b -> b.studentStart(Double.NaN));
        bad.forEach((message, change) -> {
            Builder builder = JointConfig.builder();
            String found = assertThrows(IllegalArgumentException.class, () -> {
                change.accept(builder);
                builder.build();
            }, message).getMessage();
            assertTrue(found.startsWith(message), found);
        });
    }

    @Test
    void badFilesAreRefusedByName() {
        Map<String, String> bad = Map.of(
                "{\"studentStart\": 0.5}", ": it is of version 0.1.0",
                "{\"layout\": 2}", ": studentStart is missing",
                "{\"layout\": 2, \"studentStart\": 2}", ": studentStart is 2.0, must be in [0, 1]",
                "{\"layout\": 2, \"studentStart\": 0.5, \"folder\": \"x\"}", ": unknown key folder; the nearest is studentStart");
        bad.forEach((json, message) -> {
            Path file = folder.resolve("config.json");
            assertEquals(0, refused(file, json).indexOf(file.toString()));
            assertTrue(refused(file, json).contains(message.substring(2)), refused(file, json));
        });
    }

    private static String refused(Path file, String json) {
        return assertThrows(ModelFormatException.class,
                () -> JointConfig.read(Files.writeString(file, json), TEACHER, STUDENT)).getMessage();
    }
}
