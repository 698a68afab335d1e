package io.bootdistill.examples;

import io.bootdistill.BootDistiller;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.examples.ruler.Ruler;
import java.io.IOException;
import java.nio.file.Path;
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
        customSynopsis = "Usage: boot report DIR [--teacher DIR] [--images DIR] [--out FILE.html]",
        description = {
            "",
            "Samples the teacher in 50, 10, 4 and 1 steps and the student in one, from the same held-out noises, and writes"
                    + " them with the curves of the run, the times they take, and how far the student is from the teacher's"
                    + " path at each time t, where it has learnt all; and of pictures of emoji whether they show what their prompts"
                    + " say. For 16x16 Fashion-MNIST, where its test images are installed, the figures of"
                    + " evaluate are added. The file needs no network to be shown. Takes about half a minute for the bundled"
                    + " teacher; distill writes one without the figures of evaluate.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {

    /** Enough for a paired RMSE of two digits. */
    static final int NOISES = 200;

    @Parameters(paramLabel = "DIR", description = "The run's folder.")
    private Path run;

    @Option(names = "--teacher", paramLabel = "DIR", converter = TeacherPath.class,
            description = "The run's teacher. Default: the bundled teacher.")
    private Path teacherFolder;

    @Option(names = "--images", paramLabel = "DIR",
            description = "Folder of Fashion-MNIST's IDX files. Default: /usr/share/datasets/fashion-mnist.")
    private Path images = FashionMnist.FOLDER;

    @Option(names = "--out", paramLabel = "FILE", description = "What to write. Default: report.html in the run's folder.")
    private Path out;

    @Spec
    private CommandSpec spec;

    /** Held-out noises that are sampled; tests are content with few. */
    int noises = NOISES;

    @Override
    public Integer call() throws IOException {
        ModelFolder model = ModelFolder.of(run);
        if (model.kind() != ModelFolder.Kind.RUN) {
            throw new Failure(run + " is no run: it holds no checkpoint; give the folder that distill wrote");
        }
        Device device = Devices.best();
        Path from = teacherFolder == null ? Boot.bundledTeacher() : teacherFolder;
        Path file = out == null ? run.resolve(ReportWriter.FILE) : out;
        try (Teacher teacher = Teacher.load(from, device);
                Student student = new BootDistiller(teacher).open(run, Runtime.getRuntime().availableProcessors());
                Ruler ruler = ruler(teacher, device)) {
            new ReportWriter(run, teacher, student, noises, () -> {}).write(file, ruler);
        }
        spec.commandLine().getOut().println("report       " + file);
        spec.commandLine().getOut().flush();
        return Boot.OK;
    }

    /** Null where it cannot measure. */
    private Ruler ruler(Teacher teacher, Device device) {
        return Ruler.fits(teacher.shape(), teacher.condition()) && FashionMnist.hasTest(images)
                ? new Ruler(Boot.extractor(), images, device, Ruler.COUNT)
                : null;
    }
}
