package io.bootdistill.internal.run;

import io.bootdistill.config.ConfigJson;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.Images;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a run writes: {@code config.json}, {@code metrics.csv}, {@code reference.safetensors} (what the student is compared
 * with), {@code grids/}, {@code state.safetensors} (the checkpoint) and {@code student/} (the averaged student, as it can be
 * sampled), or {@code teacher/} where a teacher is trained. Of a joint run, {@code teacher/} and {@code student/} are such
 * folders themselves, but for the checkpoint. Every file is written beside its place and renamed.
 */
public final class RunFolder {

    static final String CONFIG = "config.json";
    public static final String STUDENT = "student";
    public static final String TEACHER = "teacher";
    private static final String STATE = "state.safetensors";
    private static final String METRICS = "metrics.csv";
    private static final String REFERENCE = "reference.safetensors";

    private final Path folder;
    private final List<String> metrics = new ArrayList<>();

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes the folder of a new run. */
    public static RunFolder create(Path path) throws IOException {
        RunFolder folder = plan(path);
        folder.make();
        return folder;
    }

    /**
     * The folder of a new run, before it is made. It may hold another run's reference samples: where they fit, they need not be
     * made again.
     *
     * @throws IOException if it holds something else already
     */
    public static RunFolder plan(Path path) throws IOException {
        if (Files.exists(path)) {
            if (!Files.isDirectory(path)) {
                throw new IOException(path + " exists and is not a folder; choose another output folder");
            }
            try (Stream<Path> content = Files.list(path)) {
                if (content.anyMatch(file -> !file.endsWith(REFERENCE))) {
                    throw new IOException(
                            path + " exists and is not empty; choose another output folder, or continue the run there");
                }
            }
        }
        return new RunFolder(path);
    }

    /** @throws IOException if it cannot be made, or not be written */
    public void make() throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException("cannot make the output folder " + folder + ": " + AtomicFiles.reason(e)
                    + "; choose another output folder", e);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + " is not writable; choose another output folder");
        }
    }

    /** Opens the folder of a run that is to go on. */
    public static RunFolder open(Path path) throws IOException {
        if (!Files.exists(path.resolve(CONFIG)) || !Files.exists(path.resolve(STATE))) {
            throw new IOException(path + " holds no run with a checkpoint (" + CONFIG + " and " + STATE + ")");
        }
        return new RunFolder(path);
    }

    public void writeConfig(Record config) throws IOException {
        writeText(CONFIG, ConfigJson.text(config));
    }

    /**
     * The configuration of the run, with what the builder holds for the rest.
     *
     * @throws ModelFormatException naming the file and the key that is missing, unknown or has a value that is not allowed
     */
    public DistillationConfig readConfig(DistillationConfigBuilder builder) {
        builder.folder(folder).build(); // what the caller set is not the file's fault
        return ConfigJson.read(folder.resolve(CONFIG), DistillationConfig.class, builder, builder::build);
    }

    /** The configuration of a teacher's training. */
    public TeacherTrainingConfig readConfig(TeacherTrainingConfig.Builder builder) {
        builder.folder(folder).build();
        return ConfigJson.read(folder.resolve(CONFIG), TeacherTrainingConfig.class, builder, builder::build);
    }

    /** The configuration of a joint run, with those of its parts. */
    public JointConfig readConfig(JointConfig.Builder builder) {
        builder.folder(folder).build();
        return ConfigJson.read(folder.resolve(CONFIG), JointConfig.class, builder, builder::build);
    }

    /** The folder of a part of a joint run: a run without a checkpoint of its own. */
    public RunFolder part(String name) {
        return new RunFolder(folder.resolve(name));
    }

    public void writeCheckpoint(TrainingState state, String teacher) throws IOException {
        Checkpoint.write(checkpoint(), state, teacher);
    }

    public void readCheckpoint(TrainingState state, String teacher, String origin) {
        Checkpoint.read(checkpoint(), "", state, teacher, origin);
    }

    public Path checkpoint() {
        return folder.resolve(STATE);
    }

    public Path studentFolder() {
        return folder.resolve(STUDENT);
    }

    public Path teacherFolder() {
        return folder.resolve(TEACHER);
    }

    // ---- metrics

    /** Forgets the lines after a step: those that a stopped run wrote after its last checkpoint. */
    public void readMetrics(long step) throws IOException {
        Path file = folder.resolve(METRICS);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String first = line.substring(0, Math.max(0, line.indexOf(',')));
                if (first.matches("\\d+") && Long.parseLong(first) <= step) {
                    metrics.add(line);
                }
            }
        }
    }

    /** Adds a line that begins with the step. */
    public void addMetrics(String header, String line) throws IOException {
        metrics.add(line);
        writeText(METRICS, header + "\n" + String.join("\n", metrics) + "\n");
    }

    // ---- pictures and the reference

    /**
     * A grid of the student's samples, {@code grids/step-….png}, and one of the reference's, {@code grids/reference.png}.
     *
     * @param isMoving whether there is another reference each time
     */
    public void writeGrids(long step, float[] samples, float[] reference, ImageShape shape, boolean isMoving)
            throws IOException {
        writeGrid(step, samples, shape);
        Path file = folder.resolve("grids/reference.png");
        if (isMoving || !Files.exists(file)) {
            writeGrid(file, reference, shape);
        }
    }

    /** A grid of samples, {@code grids/step-….png}. */
    public void writeGrid(long step, float[] samples, ImageShape shape) throws IOException {
        writeGrid(folder.resolve(String.format(Locale.ROOT, "grids/step-%07d.png", step)), samples, shape);
    }

    private static void writeGrid(Path file, float[] samples, ImageShape shape) throws IOException {
        int columns = 16;
        Images.writeGrid(file, samples, shape.channels(), shape.height(), shape.width(), columns);
    }

    /** The reference samples of an earlier part of the run; null where there are none for this many values. */
    public float[] readReference(int values, String key) {
        Path file = folder.resolve(REFERENCE);
        if (!Files.exists(file)) {
            return null;
        }
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            boolean fits = key.equals(tensors.metadata().get("key")) && tensors.length("sample") == values;
            return fits ? tensors.floats("sample") : null;
        }
    }

    public void writeReference(float[] samples, ImageShape shape, String key) throws IOException {
        int[] dimensions = {samples.length / shape.size(), shape.channels(), shape.height(), shape.width()};
        new SafetensorsWriter().metadata("key", key).add("sample", dimensions, samples).write(folder.resolve(REFERENCE));
    }

    private void writeText(String name, String text) throws IOException {
        AtomicFiles.writeFile(folder.resolve(name), temporary -> Files.writeString(temporary, text));
    }
}
