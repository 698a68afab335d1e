package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.ParameterSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * The state of a run in one file, {@code state.safetensors}: {@code student.*}, {@code ema.*}, {@code m.*} and {@code v.*} for
 * each parameter, {@code target.*} where an average makes the targets, {@code lesson.*} for what lessons change, in several
 * tensors where it is large, and in the metadata the number of steps done and the teacher it belongs to, as a hash. Nothing else
 * changes during training: all random numbers follow from the seed and the step. A joint run has two states in its file, each
 * with a prefix of its own, so that they are always of the same moment.
 *
 * <p>Values that are not finite are never written: the file stays as it was. It has its name last of all that a checkpoint
 * comprises: whatever interrupts one, the run goes on from the one before, and makes all of it again.
 */
public final class Checkpoint {

    private static final String STUDENT = "student.";
    private static final String EMA = "ema.";
    private static final String M = "m.";
    private static final String V = "v.";
    private static final String TARGET = "target.";

    /** Values of a lesson's tensor: all together can be more than an array holds. */
    private static final int PIECE = 1 << 26;

    /** Values of it that are read at a time. */
    private static final int TRANSFER = 1 << 18;

    private static final String STEP = "step";
    private static final String TEACHER = "teacher";
    private static final String CONFIG = "config";

    private Checkpoint() {}

    /**
     * What a state belongs to.
     *
     * @param teacher what it was written with, as a hash
     * @param origin what {@code teacher} identifies, for messages
     * @param config the run's configuration, as a hash; empty where it is not known
     */
    public record Owner(String teacher, String origin, String config) {}

    /** What is derived from a state, and written with it. */
    @FunctionalInterface
    public interface Derived {
        void write() throws IOException;
    }

    /**
     * All that changes in a training.
     *
     * @param lessons what its lessons change, see {@link Trainer#lessonState}
     */
    public record Saved(TrainingState state, Map<String, Slice> lessons) {}

    /**
     * Writes states.
     *
     * @param states by the prefix of their names
     * @param derived done once all values are known to be finite and lie beside the file, before they take its name
     * @throws NotFiniteException naming the first tensor that is not finite; nothing is written then
     */
    public static void write(Path file, Map<String, Saved> states, Owner owner, Derived derived) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata(TEACHER, owner.teacher).metadata(CONFIG, owner.config);
        try (Scope open = new Scope()) {
            states.forEach((prefix, saved) -> add(writer, prefix, saved, open));
            AtomicFiles.writeFile(file, temporary -> {
                writer.writeNew(temporary);
                derived.write();
            });
        }
    }

    /** @param open what the writer reads from when it writes */
    private static void add(SafetensorsWriter writer, String prefix, Saved saved, Scope open) {
        TrainingState state = saved.state;
        writer.metadata(prefix + STEP, Long.toString(state.step()));
        ParameterReader reader = open.own(state.student.reader());
        add(writer, prefix + STUDENT, state.student, reader, state.student.parameters());
        add(writer, prefix + EMA, state.student, reader, state.ema());
        add(writer, prefix + M, state.student, reader, state.m());
        add(writer, prefix + V, state.student, reader, state.v());
        if (state.hasTarget()) {
            add(writer, prefix + TARGET, state.target, open.own(state.target.reader()), state.target.parameters());
        }
        if (!saved.lessons.isEmpty()) {
            Kernels kernels = open.own(state.student.device().openKernels());
            saved.lessons.forEach((name, slice) -> add(writer, prefix + name, kernels, slice, PIECE));
        }
    }

    /**
     * Adds a slice as one tensor, or as several of {@code piece} values, of which those after the first are numbered. It is read
     * when the file is written.
     */
    public static void add(SafetensorsWriter writer, String name, Kernels kernels, Slice values, int piece) {
        for (long from = 0; from < values.length(); from += piece) {
            Slice part = values.slice(from, Math.min(piece, values.length() - from));
            writer.add(piece(name, from / piece), new int[] {(int) part.length()}, (first, into) -> {
                float[] array = new float[into.remaining()];
                kernels.download(part.slice(first, array.length), array, 0);
                requireFinite(name, array);
                into.put(array);
            });
        }
    }

    /** Restores a slice that {@link #add} wrote. */
    public static void read(SafetensorsFile tensors, String name, Kernels kernels, Slice values, int piece) {
        float[] array = new float[(int) Math.min(TRANSFER, values.length())];
        for (long from = 0; from < values.length(); from += piece) {
            Slice part = values.slice(from, Math.min(piece, values.length() - from));
            String tensor = piece(name, from / piece);
            tensors.requireShape(tensor, (int) part.length());
            for (long first = 0; first < part.length(); first += array.length) {
                int count = (int) Math.min(array.length, part.length() - first);
                tensors.readFinite(tensor, first, FloatBuffer.wrap(array, 0, count));
                kernels.upload(array, 0, part.slice(first, count));
            }
        }
    }

    private static String piece(String name, long index) {
        return index == 0 ? name : name + "." + index;
    }

    private static void add(SafetensorsWriter writer, String prefix, Model model, ParameterReader reader, Slice values) {
        for (Parameter parameter : model.graph().layout().all()) {
            String name = prefix + parameter.name();
            writer.add(name, parameter.shape(), (first, into) -> {
                float[] array = new float[into.remaining()];
                reader.read(values, parameter, first, FloatBuffer.wrap(array));
                requireFinite(name, array);
                into.put(array);
            });
        }
    }

    private static void requireFinite(String name, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new NotFiniteException(name + " has the value " + value);
            }
        }
    }

    /** Whether a file has a state with a prefix. */
    public static boolean has(Path file, String prefix) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            return tensors.metadata().containsKey(prefix + STEP);
        }
    }

    /**
     * Refuses a file that {@link #read} will refuse for its teacher, before anything is made ready for it.
     *
     * @param owner must be what it was written with
     */
    public static void requireOwner(Path file, Owner owner) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            requireOwner(file, tensors, owner);
        }
    }

    private static void requireOwner(Path file, SafetensorsFile tensors, Owner owner) {
        String found = tensors.metadata().get(TEACHER);
        if (!owner.teacher.equals(found)) {
            throw new ModelFormatException(file + " belongs to another " + owner.origin + " (" + found + ", not " + owner.teacher
                    + "); continue it with the " + owner.origin + " that it was started with");
        }
        String config = tensors.metadata().get(CONFIG);
        if (!owner.config.equals(config)) {
            throw new ModelFormatException(file + " belongs to another configuration (" + config + ") than the config.json beside"
                    + " it (" + owner.config + "); give that file the content back that it had when the run began");
        }
    }

    /**
     * Restores a state; the trainer derives from that of the lessons what they need, see {@link Trainer#restored}.
     *
     * @param prefix of its names
     * @param owner must be what it was written with
     */
    public static void read(Path file, String prefix, Saved saved, Owner owner) {
        TrainingState state = saved.state;
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            requireOwner(file, tensors, owner);
            long step = step(file, tensors.metadata().get(prefix + STEP));
            state.student.load(source(tensors, prefix + STUDENT, state.student));
            state.student.upload(source(tensors, prefix + EMA, state.student), state.ema());
            state.student.upload(source(tensors, prefix + M, state.student), state.m());
            state.student.upload(source(tensors, prefix + V, state.student), state.v());
            if (state.hasTarget()) {
                state.target.load(source(tensors, prefix + TARGET, state.target));
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

    private static ParameterSource source(SafetensorsFile tensors, String prefix, Model model) {
        model.graph().layout().all().forEach(
                parameter -> tensors.requireShape(prefix + parameter.name(), parameter.shape()));
        return (parameter, first, into) -> tensors.readFinite(prefix + parameter.name(), first, into);
    }
}
