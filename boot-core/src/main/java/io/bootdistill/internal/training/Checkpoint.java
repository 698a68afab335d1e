package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The state of a run in one file, {@code state.safetensors}: {@code student.*}, {@code ema.*}, {@code m.*} and {@code v.*} for
 * each parameter, {@code target.*} where an average makes the targets, {@code lesson.*} for what lessons change, in several
 * tensors where it is large, and in the metadata the number of steps done and the teacher it belongs to, as a hash. Nothing else
 * changes during training: all random numbers follow from the seed and the step. A joint run has two states in its file, each
 * with a prefix of its own, so that they are always of the same moment.
 */
public final class Checkpoint {

    private static final String STUDENT = "student.";
    private static final String EMA = "ema.";
    private static final String M = "m.";
    private static final String V = "v.";
    private static final String TARGET = "target.";

    /** Values of a lesson's tensor: all together can be more than an array holds. */
    private static final int PIECE = 1 << 26;

    private static final String STEP = "step";
    private static final String TEACHER = "teacher";

    private Checkpoint() {}

    /**
     * All that changes in a training.
     *
     * @param lessons what its lessons change, see {@link Trainer#lessonState}
     */
    public record Saved(TrainingState state, Map<String, Slice> lessons) {}

    /** @param states by the prefix of their names */
    public static void write(Path file, Map<String, Saved> states, String teacher) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata(TEACHER, teacher);
        states.forEach((prefix, saved) -> add(writer, prefix, saved));
        writer.write(file);
    }

    private static void add(SafetensorsWriter writer, String prefix, Saved saved) {
        add(writer, prefix, saved.state);
        if (!saved.lessons.isEmpty()) {
            try (Kernels kernels = saved.state.student.device().openKernels()) {
                saved.lessons.forEach((name, slice) -> add(writer, prefix + name, kernels, slice, PIECE));
            }
        }
    }

    private static void add(SafetensorsWriter writer, String prefix, TrainingState state) {
        writer.metadata(prefix + STEP, Long.toString(state.step()));
        add(writer, prefix + STUDENT, state.student, state.student.parameters());
        add(writer, prefix + EMA, state.student, state.ema());
        add(writer, prefix + M, state.student, state.m());
        add(writer, prefix + V, state.student, state.v());
        if (state.hasTarget()) {
            add(writer, prefix + TARGET, state.target, state.target.parameters());
        }
    }

    /** Adds a slice as one tensor, or as several of {@code piece} values, of which those after the first are numbered. */
    public static void add(SafetensorsWriter writer, String name, Kernels kernels, Slice values, int piece) {
        for (long from = 0; from < values.length(); from += piece) {
            float[] array = new float[(int) Math.min(piece, values.length() - from)];
            kernels.download(values.slice(from, array.length), array, 0);
            writer.add(piece(name, from / piece), new int[] {array.length}, array);
        }
    }

    /** Restores a slice that {@link #add} wrote. */
    public static void read(SafetensorsFile tensors, String name, Kernels kernels, Slice values, int piece) {
        for (long from = 0; from < values.length(); from += piece) {
            int length = (int) Math.min(piece, values.length() - from);
            tensors.requireShape(piece(name, from / piece), length);
            kernels.upload(tensors.floats(piece(name, from / piece)), 0, values.slice(from, length));
        }
    }

    private static String piece(String name, long index) {
        return index == 0 ? name : name + "." + index;
    }

    private static void add(SafetensorsWriter writer, String prefix, Model model, Slice values) {
        model.save(values, (parameter, array) -> writer.add(prefix + parameter.name(), parameter.shape(), array));
    }

    /** Whether a file has a state with a prefix. */
    public static boolean has(Path file, String prefix) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            return tensors.metadata().containsKey(prefix + STEP);
        }
    }

    /**
     * Restores a state; the trainer derives from that of the lessons what they need, see {@link Trainer#restored}.
     *
     * @param prefix of its names
     * @param teacher must be what it was written with
     * @param origin what {@code teacher} identifies, for the message
     */
    public static void read(Path file, String prefix, Saved saved, String teacher, String origin) {
        TrainingState state = saved.state;
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            Map<String, String> metadata = tensors.metadata();
            if (!teacher.equals(metadata.get(TEACHER))) {
                throw new ModelFormatException(file + " belongs to another " + origin + " (" + metadata.get(TEACHER) + ", not "
                        + teacher + "); continue it with the " + origin + " that it was started with");
            }
            long step = step(file, metadata.get(prefix + STEP));
            tensors.requireFinite();
            state.student.load(parameter -> values(tensors, prefix + STUDENT, parameter));
            restore(tensors, prefix + EMA, state, state.ema());
            restore(tensors, prefix + M, state, state.m());
            restore(tensors, prefix + V, state, state.v());
            if (state.hasTarget()) {
                state.target.load(parameter -> values(tensors, prefix + TARGET, parameter));
            }
            if (!saved.lessons.isEmpty()) {
                try (Kernels kernels = state.student.device().openKernels()) {
                    saved.lessons.forEach((name, slice) -> read(tensors, prefix + name, kernels, slice, PIECE));
                }
            }
            state.restore(step);
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
