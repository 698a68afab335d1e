package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.SyntheticImages;
import io.bootdistill.Teacher;
import io.bootdistill.device.Devices;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.Images;
import io.bootdistill.format.PredictionType;
import io.bootdistill.network.UNet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainTeacherCommandTest {

    private static final int COUNT = 12;

    @TempDir
    private Path folder;

    private Path images;
    private Path run;

    /** PNG files in a folder for each of the three classes. */
    @BeforeEach
    void writeImages() throws IOException {
        images = folder.resolve("my images");
        run = folder.resolve("run");
        byte[] pixels = SyntheticImages.pixels(COUNT, 1);
        for (int i = 0; i < COUNT; i++) {
            BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
            for (int p = 0; p < 64; p++) {
                image.getRaster().setSample(p % 8, p / 8, 0, pixels[i * 64 + p] & 0xff);
            }
            Images.writePng(images.resolve("class" + i % 3).resolve(i + ".png"), image);
        }
    }

    private static CommandRun train(Path images, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(
                List.of("train-teacher", "--images", images, "--out", out, "--device", Devices.best().name()));
        arguments.addAll(List.of(more));
        return CommandRun.boot(arguments.toArray());
    }

    private static CommandRun trainSmall(Path images, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("--steps", 4, "--batch", 4, "--channels", "8,8"));
        arguments.addAll(List.of(more));
        return train(images, out, arguments.toArray());
    }

    @Test
    void makesATeacherThatCanBeDistilled() throws IOException {
        CommandRun made = trainSmall(images, run, "--prediction", "epsilon", "--schedule", "linear", "--seed", 7).succeeded();
        Path teacher = run.resolve("teacher");
        assertTrue(made.out().contains("teacher      " + teacher + "\n"), made.out());
        assertTrue(made.out().matches("(?s).*loss         \\d\\.\\d{4}, mean.*"), made.out());
        assertTrue(made.out().contains("boot distill --teacher " + teacher + "\n"), made.out());
        assertTrue(made.err().contains("12 of 1×8×8 in 3 classes (class0, class1, class2), device"), made.err());
        assertFalse(made.err().contains("left out"), made.err());
        assertTrue(made.err().matches("(?s).*step 4/4  loss .* images/s  0:00 left\n"), made.err());
        assertTrue(Files.exists(run.resolve("grids/step-0000004.png")));
        assertTrue(Files.readString(run.resolve("config.json")).contains("\"seed\": 7"));
        try (Teacher loaded = Teacher.load(teacher, Devices.named("reference"))) {
            assertEquals(PredictionType.EPSILON, loaded.scheduler().predictionType());
            assertEquals(BetaSchedule.LINEAR, loaded.scheduler().betaSchedule());
            assertEquals(List.of(8, 8), ((UNet) loaded.network()).config().blockOutChannels());
            assertEquals(3, loaded.nullLabel());
        }
        CommandRun.distill(teacher, folder.resolve("student"), "--steps", 1, "--batch", 2, "--guidance", 2).succeeded();
    }

    @Test
    void continuesToTheSameBits() throws IOException {
        trainSmall(images, run).succeeded();
        byte[] state = Files.readAllBytes(run.resolve("state.safetensors"));
        CommandRun again = train(images, run, "--resume").succeeded();
        assertTrue(again.err().contains("finished before, after step 4"), again.err());
        assertArrayEquals(state, Files.readAllBytes(run.resolve("state.safetensors")));
        Path other = folder.resolve("other");
        trainSmall(images, other, "--workers", 1).succeeded();
        assertArrayEquals(state, Files.readAllBytes(other.resolve("state.safetensors")));
        Files.delete(images.resolve("class0/0.png"));
        train(images, run, "--resume").refused(1, "state.safetensors", "another set of network, scheduler and images");
    }

    @Test
    void saysWhatItLeavesOut() throws IOException {
        Files.writeString(images.resolve("readme.txt"), "where they are from");
        Files.createDirectories(images.resolve(".cache"));
        Files.createDirectories(images.resolve("@eaDir"));
        CommandRun made = trainSmall(images, run).succeeded();
        assertTrue(made.err().contains("left out: 2 hidden files or folders (first: .cache)\n"), made.err());
        assertTrue(made.err().contains("left out: 1 file that is no PNG or JPEG (readme.txt)\n"), made.err());
        Path parts = folder.resolve("parts");
        Files.createDirectories(parts);
        Files.move(images, parts.resolve("train"));
        train(parts, run.resolve("2")).refused(1, "parts of a data set", "give " + parts.resolve("train"));
    }

    @Test
    void namesOfManyClassesAreAbbreviated() throws IOException {
        for (int i = 0; i < 12; i++) {
            Path file = images.resolve("class0").resolve(3 * (i / 3) + ".png");
            Files.createDirectories(images.resolve("more" + i));
            Files.copy(file, images.resolve("more" + i).resolve("a.PNG"));
        }
        CommandRun made = trainSmall(images, run).succeeded();
        assertTrue(made.err().contains("in 15 classes (class0, class1, class2, more0, more1, more10, more11, more2, more3, more4"
                + " and 5 more), device"), made.err());
    }

    @Test
    void runIsAsGoodAsItsTeacher() throws IOException {
        trainSmall(images, run).succeeded();
        train(images, run, "--resume", "--steps", 6).succeeded();
        assertTrue(Files.readString(run.resolve("metrics.csv")).contains("\n6,24,"));
        CommandRun.distill(run, folder.resolve("distilled"), "--steps", 2, "--batch", 4, "--no-report").succeeded();
        String told = CommandRun.boot("inspect", run).succeeded().out();
        assertTrue(told.contains("teacher      " + run.resolve("teacher") + "\n"), told);
    }

    @Test
    void readsIdxFiles() throws IOException {
        Path idx = Files.createDirectories(folder.resolve("idx"));
        byte[] pixels = SyntheticImages.pixels(COUNT, 1);
        Files.write(idx.resolve("train-images-idx3-ubyte"),
                ByteBuffer.allocate(16 + pixels.length).putInt(0x803).putInt(COUNT).putInt(8).putInt(8).put(pixels).array());
        ByteBuffer labels = ByteBuffer.allocate(8 + COUNT).putInt(0x801).putInt(COUNT);
        for (int label : SyntheticImages.labels(COUNT)) {
            labels.put((byte) label);
        }
        Files.write(idx.resolve("train-labels.idx1-ubyte"), labels.array());
        Files.writeString(idx.resolve("a.png"), "not looked at");
        CommandRun made = trainSmall(idx, run).succeeded();
        assertTrue(made.err().contains("12 of 1×8×8 in 3 classes, device"), made.err());
        assertTrue(made.err().contains("left out: 1 file or folder beside the images and labels that are read (a.png)\n"), made.err());
    }

    @Test
    void wrongOptionsAreRefusedBeforeAnythingIsWritten() throws IOException {
        CommandRun.boot("train-teacher").refused(2, "--images");
        train(images, run, "--steps", 0).refused(2, "--steps is 0");
        train(images, run, "--batch", 0).refused(2, "--batch is 0");
        train(images, run, "--channels", "8,12").refused(2, "--channels is [8, 12]", "multiples of 8");
        train(images, run, "--prediction", "flow").refused(2, "--prediction", "flow");
        train(images, run, "--resume", "--layers", 2).refused(2, "--layers cannot be given with --resume");
        CommandRun.boot("train-teacher", "--images", images, "--resume").refused(2, "--resume needs --out");
        train(images, run, "--resume").refused(1, "holds no run");
        train(folder.resolve("none"), run).refused(1, "none", "does not exist");
        train(images, run, "--channels", "8,8,8,8,8").refused(1, "sample_size is 8×8", "multiple of 16");
        assertFalse(Files.exists(run));
        Files.createDirectories(run);
        Files.writeString(run.resolve("mine.txt"), "mine");
        train(images, run).refused(1, "not empty");
    }
}
