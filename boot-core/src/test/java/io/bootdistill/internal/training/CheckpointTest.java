package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.training.Checkpoint.Saved;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class CheckpointTest {

    private static final Checkpoint.Owner OWNER = new Checkpoint.Owner("teacher", "teacher", "config");

    @TempDir
    Path temp;

    /** 13 values in tensors of 5, as a buffer of 2³¹ values or more is in tensors of 2²⁶. */
    @Test
    void valuesThatAreMoreThanAnArrayHoldsAreSeveralTensors() throws IOException {
        Device device = Devices.named("reference");
        float[] values = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9};
        float[] found = new float[values.length];
        Path file = temp.resolve("pieces.safetensors");
        try (DeviceMemory memory = device.allocate(values.length); Kernels kernels = device.openKernels()) {
            kernels.upload(values, 0, memory.slice());
            SafetensorsWriter writer = new SafetensorsWriter();
            Checkpoint.add(writer, "signals", kernels, memory.slice(), 5);
            writer.write(file);
            kernels.fill(memory.slice(), 0);
            try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
                assertEquals(Set.of("signals", "signals.1", "signals.2"), Set.copyOf(tensors.names()));
                Checkpoint.read(tensors, "signals", kernels, memory.slice(), 5);
            }
            kernels.download(memory.slice(), found, 0);
        }
        assertArrayEquals(values, found);
    }

    @Test
    void stepOfACheckpoint() throws IOException {
        Path file = temp.resolve("state.safetensors");
        try (TrainingState state =
                new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), Devices.named("reference"), true))) {
            Saved saved = new Saved(state, Map.of());
            state.restore(12);
            Checkpoint.write(file, Map.of("", saved), OWNER, () -> {});
            state.restore(0);
            Checkpoint.read(file, "", saved, OWNER);
            assertEquals(12, state.step());
            state.restore(-1);
            Checkpoint.write(file, Map.of("", saved), OWNER, () -> {});
            ModelFormatException refused = assertThrows(
                    ModelFormatException.class, () -> Checkpoint.read(file, "", saved, OWNER));
            assertTrue(refused.getMessage().contains("step is -1"), refused.getMessage());
        }
    }

    /** Neither the state nor what is derived from it is replaced by what is not finite. */
    @ParameterizedTest
    @ValueSource(strings = {"student", "ema", "m", "v"})
    void whatIsNotFiniteIsNotWritten(String part) throws IOException {
        Path file = temp.resolve("state.safetensors");
        Device device = Devices.named("reference");
        try (TrainingState state = new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), device, true));
                Kernels kernels = device.openKernels()) {
            Saved saved = new Saved(state, Map.of());
            Checkpoint.write(file, Map.of("", saved), OWNER, () -> {});
            byte[] before = Files.readAllBytes(file);
            Slice slice = switch (part) {
                case "student" -> state.student.parameters();
                case "ema" -> state.ema();
                case "m" -> state.m();
                default -> state.v();
            };
            kernels.upload(new float[] {Float.NaN}, 0, slice.slice(3, 1));
            NotFiniteException refused = assertThrows(NotFiniteException.class, () -> Checkpoint.write(
                    file, Map.of("", saved), OWNER, () -> {
                        throw new AssertionError("what is derived is as wrong");
                    }));
            assertTrue(refused.getMessage().matches(part + "\\.\\S+ has the value NaN"), refused.getMessage());
            assertArrayEquals(before, Files.readAllBytes(file));
            try (Stream<Path> files = Files.list(temp)) {
                assertEquals(List.of(file), files.toList());
            }
        }
    }

    @Test
    void stateOfAnotherTeacherOrConfigurationIsRefused() throws IOException {
        Path file = temp.resolve("state.safetensors");
        try (TrainingState state =
                new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), Devices.named("reference"), true))) {
            Checkpoint.write(file, Map.of("", new Saved(state, Map.of())), OWNER, () -> {});
        }
        Checkpoint.requireOwner(file, OWNER);
        ModelFormatException teacher = assertThrows(ModelFormatException.class,
                () -> Checkpoint.requireOwner(file, new Checkpoint.Owner("other", "teacher", "config")));
        assertTrue(teacher.getMessage().contains("another teacher"), teacher.getMessage());
        ModelFormatException config = assertThrows(ModelFormatException.class,
                () -> Checkpoint.requireOwner(file, new Checkpoint.Owner("teacher", "teacher", "other")));
        assertTrue(config.getMessage().contains("another configuration"), config.getMessage());
    }

    /** What a lesson changes lies beside the weights; a state that lacks it is refused by name. */
    @Test
    void lessonsAreAPartOfTheState() throws IOException {
        Path file = temp.resolve("state.safetensors");
        Device device = Devices.named("reference");
        try (TrainingState state = new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), device, true));
                DeviceMemory memory = device.allocate(3);
                Kernels kernels = device.openKernels()) {
            Map<String, Slice> lessons = Map.of("lesson.1.signals", memory.slice());
            kernels.upload(new float[] {3, 1, 4}, 0, memory.slice());
            Checkpoint.write(file, Map.of("student.", new Saved(state, lessons)), OWNER, () -> {});
            kernels.fill(memory.slice(), 0);
            Checkpoint.read(file, "student.", new Saved(state, lessons), OWNER);
            float[] found = new float[3];
            kernels.download(memory.slice(), found, 0);
            assertArrayEquals(new float[] {3, 1, 4}, found);
            assertTrue(Checkpoint.has(file, "student."));
            assertFalse(Checkpoint.has(file, "teacher."));
            Checkpoint.write(file, Map.of("student.", new Saved(state, Map.of())), OWNER, () -> {});
            ModelFormatException refused = assertThrows(ModelFormatException.class,
                    () -> Checkpoint.read(file, "student.", new Saved(state, lessons), OWNER));
            assertTrue(refused.getMessage().contains("student.lesson.1.signals"), refused.getMessage());
        }
    }
}
