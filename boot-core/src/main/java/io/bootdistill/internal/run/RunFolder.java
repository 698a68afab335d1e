package io.bootdistill.internal.run;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.config.Work;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.Images;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Leftovers;
import io.bootdistill.internal.file.RegularFiles;
import io.bootdistill.network.ImageShape;
import io.bootdistill.objective.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a run writes: {@code config.json}, {@code prompts.json} where it trains on prompts, {@code metrics.csv}, {@code
 * reference.safetensors} (what the student is compared with), {@code grids/}, {@code state.safetensors} (the checkpoint) and
 * {@code student/} (the averaged student, as it can be sampled), or {@code teacher/} where a teacher is trained. Of a joint run,
 * {@code teacher/} and {@code student/} are such folders themselves, but for the checkpoint. Every file is written beside its
 * place and renamed.
 */
public final class RunFolder {

    static final String CONFIG = RunFiles.CONFIG;
    public static final String STUDENT = RunFiles.STUDENT;
    public static final String TEACHER = RunFiles.TEACHER;

    /** Groups of a configuration, which hold no others. */
    private static final Pattern GOES_ON = Pattern.compile("\"(length|evaluation|output)\"\\s*:\\s*\\{[^{}]*}");

    private final Path folder;

    /** Of a joint run, which has the checkpoint. */
    private final boolean isPart;

    /** Lines by their steps. */
    private final SortedMap<Long, String> metrics = new TreeMap<>();

    private RunFolder(Path folder, boolean isPart) {
        this.folder = folder;
        this.isPart = isPart;
    }

    /**
     * The folder of a new run, before it is made. It may hold another run's reference samples: where they fit, they need not be
     * made again; and what a run has left that ended before its first checkpoint.
     *
     * @throws IOException if it holds something else already
     */
    public static RunFolder plan(Path path) throws IOException {
        if (Files.exists(path)) {
            if (!Files.isDirectory(path)) {
                throw new IOException(path + " exists and is not a folder; choose another output folder");
            }
            RunFiles.requireNone(path);
            RunFiles.requireNoLinks(path);
        }
        return new RunFolder(path, false);
    }

    /**
     * Makes the folder where it is missing, and keeps it until what is returned is closed.
     *
     * @throws IOException if it cannot be made, or not be written, or another run has it
     */
    public RunLock make() throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException("cannot make the output folder " + folder + ": " + AtomicFiles.reason(e)
                    + "; choose another output folder", e);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + " is not writable; choose another output folder");
        }
        RunLock lock = lock();
        Files.deleteIfExists(folder.resolve(RunFiles.PROMPTS)); // of what was begun here
        return lock;
    }

    /** Opens the folder of a run that is to go on. */
    public static RunFolder open(Path path) throws IOException {
        if (!Files.exists(path.resolve(CONFIG))) {
            throw new IOException(path + " holds no run: there is no " + CONFIG);
        }
        RunFiles.requireNoLinks(path);
        return new RunFolder(path, false);
    }

    /** Keeps the folder of a run that goes on, until what is returned is closed, and clears away what a killed one has left. */
    public RunLock lock() throws IOException {
        RunLock lock = RunLock.of(folder);
        try {
            Leftovers.sweep(folder);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
        return lock;
    }

    /** Whether there is a checkpoint: a run that has none begins anew where it is to go on. */
    public boolean hasCheckpoint() {
        return hasCheckpoint(folder);
    }

    /** Whether there is one in a folder. */
    public static boolean hasCheckpoint(Path folder) {
        return Files.exists(folder.resolve(RunFiles.STATE));
    }

    /** @throws IOException if there is none */
    public void requireCheckpoint() throws IOException {
        if (!hasCheckpoint()) {
            throw new IOException(folder + " holds no run with a checkpoint: there is no " + RunFiles.STATE);
        }
    }

    /** @throws IOException if it is no longer there, or not this run's */
    public void requireThere() throws IOException {
        if (!Files.exists(folder.resolve(CONFIG))) {
            throw new IOException(folder.resolve(CONFIG) + " is no longer there: the folder of a run must stay as it is");
        }
    }

    /** What identifies the configuration in the folder. */
    public String configKey() throws IOException {
        return Uninterrupted.call(() -> configKey(Json.readText(folder.resolve(CONFIG))));
    }

    /**
     * What identifies a configuration, as its {@code toJson} has it, but for what a run that goes on may have otherwise: its length,
     * what it is measured on, and when it reports.
     */
    public static String configKey(String json) {
        return TeacherKey.of(GOES_ON.matcher(json).replaceAll(""));
    }

    /** Writes a configuration, as its {@code toJson} has it. */
    public void writeConfig(String json) throws IOException {
        writeText(CONFIG, json);
    }

    /** Writes the prompts that a run trains on. */
    public void writePrompts(Prompts prompts) throws IOException {
        writeText(RunFiles.PROMPTS, RunPrompts.toJson(prompts));
    }

    /** The prompts that a run trains on; null where it has none. */
    public @Nullable Prompts readPrompts() throws IOException {
        Path file = folder.resolve(RunFiles.PROMPTS);
        return Files.exists(file) ? Uninterrupted.call(() -> RunPrompts.read(file)) : null;
    }

    /**
     * The configuration of the run, in this folder.
     *
     * @param others an example of each kind of objective that is not of this library
     * @throws ModelFormatException naming the file and the key that is missing, unknown or has a value that is not allowed
     */
    public DistillationConfig readDistillation(int workers, Objective... others) {
        Work.defaults().withWorkers(workers); // what the caller set is not the file's fault
        return DistillationConfig.read(folder.resolve(CONFIG), others).toBuilder().workers(workers).folder(folder).build();
    }

    /** The configuration of a teacher's training, in this folder. */
    public TeacherTrainingConfig readTeacherTraining(int workers) {
        Work.defaults().withWorkers(workers);
        return TeacherTrainingConfig.read(folder.resolve(CONFIG)).toBuilder().workers(workers).folder(folder).build();
    }

    /** The configuration of a joint run, in this folder, with those of its parts. */
    public JointConfig readJoint(int workers, Objective... others) {
        TeacherTrainingConfig teacher = part(TEACHER).readTeacherTraining(workers).toBuilder().folder(null).build();
        DistillationConfig student = part(STUDENT).readDistillation(workers, others).toBuilder().folder(null).build();
        return JointConfig.read(folder.resolve(CONFIG), teacher, student).toBuilder().folder(folder).build();
    }

    /** The folder of a part of a joint run: a run without a checkpoint of its own. */
    public RunFolder part(String name) {
        return new RunFolder(folder.resolve(name), true);
    }

    public Path checkpoint() {
        return folder.resolve(RunFiles.STATE);
    }

    public Path teacherFolder() {
        return folder.resolve(TEACHER);
    }

    /** Writes the student; what others have put beside it stays. */
    public void writeStudent(AtomicFiles.Content saving) throws IOException {
        writeModel(folder.resolve(STUDENT), saving);
    }

    /** Writes the teacher, likewise. */
    public void writeTeacher(AtomicFiles.Content saving) throws IOException {
        writeModel(teacherFolder(), saving);
    }

    /** Without a checkpoint, what lies there may be of another run, which ended before its first. */
    private void writeModel(Path model, AtomicFiles.Content saving) throws IOException {
        if (hasCheckpoint() || isPart) {
            AtomicFiles.renewFolder(model, saving);
        } else {
            AtomicFiles.writeFolder(model, saving);
        }
    }

    // ---- metrics

    /** Forgets the lines after a step: those that a stopped run wrote after its last checkpoint. */
    public void readMetrics(long step) throws IOException {
        Path file = folder.resolve(RunFiles.METRICS);
        if (Files.exists(file)) {
            for (String line : Uninterrupted.call(() -> RegularFiles.text(file)).lines().toList()) {
                String first = line.substring(0, Math.max(0, line.indexOf(',')));
                if (first.matches("\\d{1,18}") && Long.parseLong(first) <= step) {
                    metrics.put(Long.parseLong(first), line);
                }
            }
        }
    }

    /** Adds the line of a step, which begins with it. */
    public void addMetrics(long step, String header, String line) throws IOException {
        metrics.put(step, line);
        writeText(RunFiles.METRICS, header + "\n" + String.join("\n", metrics.values()) + "\n");
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
        Path file = folder.resolve(RunFiles.GRIDS + "/reference.png");
        if (isMoving || !Files.exists(file)) {
            writeGrid(file, reference, shape);
        }
    }

    /** A grid of samples, {@code grids/step-….png}. */
    public void writeGrid(long step, float[] samples, ImageShape shape) throws IOException {
        writeGrid(folder.resolve(String.format(Locale.ROOT, RunFiles.GRIDS + "/step-%07d.png", step)), samples, shape);
    }

    private static void writeGrid(Path file, float[] samples, ImageShape shape) throws IOException {
        int columns = 16;
        Images.writeGrid(file, samples, shape.channels(), shape.height(), shape.width(), columns);
    }

    /** The reference samples of an earlier part of the run; null where there are none for this many values. */
    public float[] readReference(int values, String key) throws IOException {
        return Uninterrupted.call(() -> findReference(values, key));
    }

    private float[] findReference(int values, String key) {
        Path file = folder.resolve(RunFiles.REFERENCE);
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
        SafetensorsWriter writer = new SafetensorsWriter().metadata("key", key).add("sample", dimensions, samples);
        Uninterrupted.run(() -> writer.write(folder.resolve(RunFiles.REFERENCE)));
    }

    private void writeText(String name, String text) throws IOException {
        Uninterrupted.run(() -> AtomicFiles.writeFile(folder.resolve(name), temporary -> Files.writeString(temporary, text)));
    }
}
