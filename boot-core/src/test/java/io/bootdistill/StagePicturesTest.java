package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.UNet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pictures of the stage before: when they are drawn, that it can be stopped, and what tells them from others. */
@Tag("fast")
class StagePicturesTest {

    private final Device device = Devices.named("reference");
    private final List<Integer> told = new ArrayList<>();

    @TempDir
    Path temp;

    private Teacher teacher;
    private Student first;

    @BeforeEach
    void makeStages() throws IOException {
        teacher = TinyStages.teacher(device);
        first = TinyStages.student(temp, device);
    }

    @AfterEach
    void close() {
        teacher.close();
        first.close();
    }

    /** A student that is closed cannot draw. */
    @Test
    void configurationIsRefusedBeforeTheyAreDrawn() {
        first.close();
        DistillationConfig config = TinyStages.distillation(16).guidance(3).build();
        assertMessage(assertThrows(IllegalArgumentException.class, () -> new BootDistiller(teacher).cascade(first, 4).train(config)),
                "guidance is 3.0, must be 1");
    }

    /** By its handle or by its listener, after a portion; nothing is written. */
    @Test
    void runStopsWhileTheyAreDrawn() throws IOException {
        Path run = temp.resolve("run");
        DistillationConfig config = TinyStages.distillation(16).heldOut(0).folder(run).build();
        RunHandle handle = new RunHandle();
        BootDistiller distiller = new BootDistiller(teacher).cascade(first, 2 * StagePictures.PORTION + 1);
        distiller.handle(handle).listener(listener(handle::stop, () -> false));
        assertThrows(CancellationException.class, () -> distiller.train(config));
        assertEquals(List.of(0, 64), told);
        assertFalse(Files.exists(run));

        distiller.handle(new RunHandle()).listener(listener(() -> {}, () -> false)).train(config).close();
        assertEquals(List.of(0, 64, 128, 129), told.subList(2, told.size()));
        byte[] state = Files.readAllBytes(run.resolve("state.safetensors"));
        told.clear();
        distiller.listener(listener(() -> {}, () -> told.size() == 3));
        assertThrows(CancellationException.class, () -> distiller.resume(run, 1));
        assertEquals(List.of(0, 64, 128), told);
        assertArrayEquals(state, Files.readAllBytes(run.resolve("state.safetensors")));
    }

    /** @param second what the second report does */
    private DistillationListener listener(Runnable second, BooleanSupplier stop) {
        return new DistillationListener() {
            @Override
            public void preparing(int done, int total) {
                assertEquals(2 * StagePictures.PORTION + 1, total);
                told.add(done);
                if (done == StagePictures.PORTION) {
                    second.run();
                }
            }

            @Override
            public boolean shouldStop() {
                return stop.getAsBoolean();
            }
        };
    }

    @Test
    void scaleAndLevelsTellThemApart() throws IOException {
        Enlargement levels = Enlargement.of(teacher.network(), TinyStages.SCHEDULER);
        Enlargement others = Enlargement.of(teacher.network(),
                SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.V_PREDICTION));
        try (Teacher classes = Teacher.load(temp.resolve("stage-1"), device);
                Student plain = DenoisingStudents.of(classes, FewSteps.DDIM);
                Student guided = DenoisingStudents.of(classes, FewSteps.DDIM, new GuidanceRange(2, 2))) {
            String key = new StagePictures(plain, 4).key(levels);
            assertEquals(key, new StagePictures(plain, 4).key(Enlargement.of(teacher.network(), TinyStages.SCHEDULER)));
            assertNotEquals(key, new StagePictures(plain, 5).key(levels));
            assertNotEquals(key, new StagePictures(plain, 4).key(others));
            assertNotEquals(key, new StagePictures(guided, 4).key(levels));
        }
    }

    /** Its weights have another sign. */
    @Test
    void decoderTellsThemApart() throws IOException {
        Enlargement levels = Enlargement.of(teacher.network(), TinyStages.SCHEDULER);
        Path weights = TinyPipeline.write(temp.resolve("latent")).resolve("vae/diffusion_pytorch_model.safetensors");
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (Teacher latent = Teacher.load(temp.resolve("latent"), device);
                    Student student = DenoisingStudents.of(latent, FewSteps.DDIM)) {
                keys.add(new StagePictures(student, 4).key(levels));
            }
            byte[] bytes = Files.readAllBytes(weights);
            long header = 8 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            for (int last = bytes.length - 1; i > 0 && last > header; last -= 4) {
                bytes[last] ^= (byte) 0x80;
            }
            Files.write(weights, bytes);
        }
        assertEquals(keys.get(0), keys.get(1));
        assertNotEquals(keys.get(0), keys.get(2));
    }

    @Test
    void usualLevelIsTheLastOfFewer() {
        SchedulerConfig ten = SchedulerConfig.parse("{\"_class_name\":\"DDIMScheduler\",\"beta_schedule\":\"linear\","
                + "\"num_train_timesteps\":10}", "ten levels");
        DrawRequest request = DrawRequest.ofCount(1).withImages(TinyStages.SMALL, new float[TinyStages.SMALL.size()]);
        Parts shape = (Parts) teacher.condition();
        float[] condition = new float[shape.floats()];
        Enlargement enlargement = Enlargement.of(teacher.network(), ten);
        enlargement.require(request, TinyStages.LARGE);
        enlargement.write(request, 0, shape, TinyStages.LARGE, condition, 0);
        assertEquals(9, condition[shape.offset(UNet.CLASS)]);
    }
}
