package io.bootdistill.examples;

import com.google.gson.JsonObject;
import io.bootdistill.Guidance;
import io.bootdistill.HeldOut;
import io.bootdistill.NetworkTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.examples.Ruler.Generator;
import io.bootdistill.examples.report.RunMetrics;
import io.bootdistill.examples.report.RunReport;
import io.bootdistill.examples.report.RunReport.Sampled;
import io.bootdistill.format.AtomicFiles;
import io.bootdistill.format.Json;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code boot report}: a run as one HTML file. */
@Command(
        name = "report",
        header = "Writes a run as one HTML file: curves, pictures, timing.",
        customSynopsis = "Usage: boot report DIR [--teacher DIR] [--out FILE.html]",
        description = {
            "",
            "Samples the teacher in 50, 10, 4 and 1 steps and the student in one, from the same held-out noises, and writes"
                    + " them with the curves of the run. The file needs no network to be shown. Takes about half a minute for"
                    + " the bundled teacher.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {

    private static final int[] STEPS = {50, 10, 4, 1};
    private static final int TRIES = 5;
    private static final int WARM_UP = 32;

    @Parameters(paramLabel = "DIR", description = "The run's folder.")
    private Path run;

    @Option(names = "--teacher", paramLabel = "DIR", description = "The run's teacher. Default: the bundled teacher.")
    private Path teacherFolder;

    @Option(names = "--out", paramLabel = "FILE", description = "What to write. Default: report.html in the run's folder.")
    private Path out;

    @Spec
    private CommandSpec spec;

    /** Held-out noises that are sampled; tests are content with few. */
    int noises = 200;

    @Override
    public Integer call() throws IOException {
        ModelFolder model = ModelFolder.of(run);
        if (model.kind() != ModelFolder.Kind.RUN) {
            throw new Failure(run + " is no run: it holds no checkpoint; give the folder that distill wrote");
        }
        JsonObject config = Json.read(run.resolve("config.json"));
        Device device = Devices.best();
        Path from = teacherFolder == null ? Boot.bundledTeacher() : teacherFolder;
        Path file = out == null ? run.resolve("report.html") : out;
        try (NetworkTeacher teacher = Teacher.load(from, device); Student student = Student.load(model.path(), device)) {
            if (!teacher.shape().equals(student.shape()) || !teacher.condition().equals(student.condition())) {
                throw new Failure(from + " is not the teacher of " + run + ": its images are " + teacher.shape() + ", "
                        + teacher.condition() + ", the student's " + student.shape() + ", " + student.condition()
                        + "; give --teacher");
            }
            int[] labels = Labels.real(teacher.condition(), teacher.nullLabel());
            RunReport report = new RunReport(
                    run.toAbsolutePath().normalize().getFileName().toString(), RunMetrics.read(run), values(config),
                    teacher.shape(), labels.length, sample(teacher, student, guidance(config, teacher), labels));
            String html = report.html();
            AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, html));
        }
        spec.commandLine().getOut().println("report       " + file);
        spec.commandLine().getOut().flush();
        return Boot.OK;
    }

    private static Guidance guidance(JsonObject config, NetworkTeacher teacher) {
        double scale = config.get("guidance").getAsDouble();
        return scale == 1 ? null : new Guidance(scale, teacher.nullLabel());
    }

    private static Map<String, String> values(JsonObject config) {
        Map<String, String> values = new LinkedHashMap<>();
        config.entrySet().forEach(entry -> values.put(entry.getKey(), entry.getValue().toString().replace("\"", "")));
        return values;
    }

    private List<Sampled> sample(NetworkTeacher teacher, Student student, Guidance guidance, int[] labels) {
        List<Sampled> models = new ArrayList<>();
        float[] reference = null;
        for (int steps : STEPS) {
            Sampler sampler = Sampler.reference(teacher, steps).withGuidance(guidance);
            Sampled sampled = sample("teacher " + steps + (steps == 1 ? " step" : " steps"),
                    sampler.evaluations() * (guidance == null ? 1 : 2), sampler::sample, labels, reference);
            reference = reference == null ? sampled.samples() : reference;
            models.add(sampled);
        }
        models.add(sample("student 1 step", 1, student::sample, labels, reference));
        return models;
    }

    private Sampled sample(String name, int calls, Generator model, int[] labels, float[] reference) {
        spec.commandLine().getErr().println("sampling " + name);
        int[] chosen = labels.length == 0 ? null : new int[noises];
        for (int i = 0; i < noises && chosen != null; i++) {
            chosen[i] = labels[i % labels.length];
        }
        long[] seeds = HeldOut.seeds(noises);
        int[] first = chosen == null ? null : Arrays.copyOf(chosen, 1);
        double alone = Double.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            long start = System.nanoTime();
            model.sample(Arrays.copyOf(seeds, 1), first);
            alone = Math.min(alone, (System.nanoTime() - start) * 1e-6);
        }
        int warm = Math.min(noises, WARM_UP);
        model.sample(Arrays.copyOf(seeds, warm), chosen == null ? null : Arrays.copyOf(chosen, warm)); // the first makes plans
        long start = System.nanoTime();
        float[] samples = PairedError.clamp(model.sample(seeds, chosen));
        double millis = (System.nanoTime() - start) * 1e-6 / noises;
        double rmse = reference == null ? Double.NaN : PairedError.rmse(samples, reference);
        return new Sampled(name, calls, samples, rmse, millis, alone);
    }
}
