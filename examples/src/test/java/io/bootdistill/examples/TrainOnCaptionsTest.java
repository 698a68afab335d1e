package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.CaptionedPictures;
import io.bootdistill.TinyPipeline;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.format.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code boot train-teacher --from}: captioned pictures in, a pipeline that draws out. */
final class TrainOnCaptionsTest {

    private static final String TEXT_ENCODER = "text_encoder/model.safetensors";

    @TempDir
    private Path folder;

    private Path pictures;
    private Path pipeline;
    private Path run;

    @BeforeEach
    void write() throws IOException {
        pictures = folder.resolve("my pictures");
        run = folder.resolve("run");
        pipeline = TinyPipeline.write(folder.resolve("pipeline"));
        CaptionedImages images = new CaptionedPictures(4, 1);
        StringBuilder lines = new StringBuilder();
        float[] planes = new float[images.shape().size()];
        for (int i = 0; i < images.count(); i++) {
            images.read(i, planes, 0);
            Images.writePng(pictures.resolve(i + ".png"), Images.toImages(planes, 3, 16, 16).get(0));
            lines.append("{\"file_name\": \"" + i + ".png\", \"text\": \"" + images.caption(i) + "\"}\n");
        }
        Files.writeString(pictures.resolve("metadata.jsonl"), lines);
    }

    private CommandRun train(Object... more) {
        List<Object> arguments = new ArrayList<>(
                List.of("train-teacher", "--images", pictures, "--out", run, "--device", Devices.best().name()));
        arguments.addAll(List.of(more));
        return CommandRun.boot(arguments.toArray());
    }

    private CommandRun trainSmall(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("--from", pipeline, "--steps", 2, "--batch", 2));
        arguments.addAll(List.of(more));
        return train(arguments.toArray());
    }

    @Test
    void makesATeacherThatDraws() throws IOException {
        Files.createFile(pictures.resolve("LICENSE"));
        CommandRun made = trainSmall("--seed", 7, "--rate", 0.01).succeeded();
        assertTrue(made.err().contains("left out: 1 file that is no PNG or JPEG (LICENSE)\n"), made.err());
        Path teacher = run.resolve("teacher");
        assertTrue(made.err().contains("4 with 3 different captions"), made.err());
        assertTrue(made.err().contains("encoded 4 of 4 pictures\n"), made.err());
        assertTrue(made.out().contains("boot sample --model " + teacher + " --prompt"), made.out());
        String config = Files.readString(run.resolve("config.json"));
        for (String value : List.of("\"seed\": 7", "\"rate\": 0.01", "\"textEncoder\": \"FROZEN\"")) {
            assertTrue(config.contains(value), config);
        }
        assertTrue(Files.exists(run.resolve("grids/step-0000002.png")));
        assertEquals(-1, Files.mismatch(pipeline.resolve(TEXT_ENCODER), teacher.resolve(TEXT_ENCODER)));
        Path picture = folder.resolve("drawn.png");
        CommandRun.boot("sample", "--model", teacher, "--prompt", "a red picture", "--steps", 1, "--out", picture)
                .succeeded();
        assertTrue(Files.exists(picture));
    }

    @Test
    void continuesToTheSameBits() throws IOException {
        trainSmall("--random-weights", "--train-text-encoder").succeeded();
        Path encoder = run.resolve("teacher").resolve(TEXT_ENCODER);
        assertTrue(Files.mismatch(pipeline.resolve(TEXT_ENCODER), encoder) >= 0);
        assertTrue(Files.readString(run.resolve("config.json")).contains("\"rate\": 0.001"));
        byte[] state = Files.readAllBytes(run.resolve("state.safetensors"));
        CommandRun again = train("--resume").succeeded();
        assertTrue(again.err().contains("finished before, after step 2"), again.err());
        assertArrayEquals(state, Files.readAllBytes(run.resolve("state.safetensors")));
        Path metadata = pictures.resolve("metadata.jsonl");
        Files.writeString(metadata, Files.readString(metadata).replace("red", "pink"));
        train("--resume").refused(1, "state.safetensors", "another set of pipeline, pictures and captions");
    }

    @Test
    void whatIsWrongIsNamedBeforeAnythingIsWritten() throws IOException {
        train("--steps", 1).refused(1, "holds captions, metadata.jsonl", "--from");
        train("--random-weights").refused(2, "--random-weights needs --from");
        train("--train-text-encoder").refused(2, "--train-text-encoder needs --from");
        trainSmall("--channels", "8,8").refused(2, "--channels cannot be given with --from");
        trainSmall("--rate", 0).refused(2, "--rate is 0.0, must be above 0");
        train("--resume", "--from", pipeline).refused(2, "--from cannot be given with --resume");
        train("--from", folder.resolve("none"), "--steps", 1).refused(1, "none");
        Files.writeString(pictures.resolve("3.png"), "damaged");
        trainSmall().refused(1, "metadata.jsonl line 4", "3.png is no PNG or JPEG file", "replace the picture");
        Files.delete(pictures.resolve("3.png"));
        trainSmall().refused(1, "metadata.jsonl line 4", "3.png", "put it there, or take the line out");
        Files.delete(pictures.resolve("metadata.jsonl"));
        trainSmall().refused(1, "0.png and 2 more have no caption", "write the caption into");
        assertFalse(Files.exists(run));
    }
}
