package io.bootdistill;

import io.bootdistill.device.Slice;
import io.bootdistill.format.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The state of a run in one file, {@code state.safetensors}: {@code student.*}, {@code ema.*}, {@code m.*} and {@code v.*} for
 * each parameter, {@code target.*} where an average makes the targets, {@code online.*}, {@code online.m.*} and
 * {@code online.v.*} where there is a corrector, and in the metadata the number of steps done and the teacher it belongs to, as a
 * hash. Nothing else changes during training: all random numbers follow from the seed and the step.
 */
final class Checkpoint {

    private static final String STUDENT = "student.";
    private static final String EMA = "ema.";
    private static final String M = "m.";
    private static final String V = "v.";
    private static final String TARGET = "target.";
    private static final String ONLINE = "online.";
    private static final String STEP = "step";
    private static final String TEACHER = "teacher";

    private Checkpoint() {}

    static void write(Path file, TrainingState state, String teacher) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata(STEP, Long.toString(state.step))
                .metadata(TEACHER, teacher);
        add(writer, STUDENT, state.student, state.student.parameters());
        add(writer, EMA, state.student, state.ema());
        add(writer, M, state.student, state.m());
        add(writer, V, state.student, state.v());
        if (state.hasTarget()) {
            add(writer, TARGET, state.target, state.target.parameters());
        }
        if (state.online != null) {
            add(writer, ONLINE, state.online.student, state.online.student.parameters());
            add(writer, ONLINE + M, state.online.student, state.online.m());
            add(writer, ONLINE + V, state.online.student, state.online.v());
        }
        writer.write(file);
    }

    private static void add(SafetensorsWriter writer, String prefix, Model model, Slice values) {
        model.save(values, (parameter, array) -> writer.add(prefix + parameter.name(), parameter.shape(), array));
    }

    /**
     * Restores a state.
     *
     * @param teacher must be what it was written with
     * @param origin what {@code teacher} identifies, for the message
     */
    static void read(Path file, TrainingState state, String teacher, String origin) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            Map<String, String> metadata = tensors.metadata();
            if (!teacher.equals(metadata.get(TEACHER))) {
                throw new ModelFormatException(file + " belongs to another " + origin + " (" + metadata.get(TEACHER) + ", not "
                        + teacher + "); continue it with the " + origin + " that it was started with");
            }
            long step = step(file, metadata.get(STEP));
            tensors.requireFinite();
            state.student.load(parameter -> values(tensors, STUDENT, parameter));
            restore(tensors, EMA, state, state.ema());
            restore(tensors, M, state, state.m());
            restore(tensors, V, state, state.v());
            if (state.hasTarget()) {
                state.target.load(parameter -> values(tensors, TARGET, parameter));
            }
            if (state.online != null) {
                state.online.student.load(parameter -> values(tensors, ONLINE, parameter));
                restore(tensors, ONLINE + M, state.online, state.online.m());
                restore(tensors, ONLINE + V, state.online, state.online.v());
            }
            state.step = step;
        }
    }

    private static long step(Path file, String text) {
        if (text == null || !text.matches("\\d{1,18}")) {
            throw new ModelFormatException(file + ": step is " + text + ", must be a whole number of at least 0");
        }
        return Long.parseLong(text);
    }

    private static void restore(SafetensorsFile tensors, String prefix, TrainingState state, Slice target) {
        state.student.upload(parameter -> values(tensors, prefix, parameter), target);
    }

    private static float[] values(SafetensorsFile tensors, String prefix, Parameter parameter) {
        tensors.requireShape(prefix + parameter.name(), parameter.shape());
        return tensors.floats(prefix + parameter.name());
    }
}
