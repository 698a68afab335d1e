package io.bootdistill.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.SyntheticImages;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells one teacher from another. */
@Tag("fast")
class TeacherKeyTest {

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");

    private Teacher tiny(String prediction) throws IOException {
        Path folder = temp.resolve(prediction);
        TinyTeacher.write(folder, prediction);
        return Teacher.load(folder, device);
    }

    /** As version 0.1.0 made it: checkpoints and reference samples name it. */
    @Test
    void keysLast() throws IOException {
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), device)) {
            assertEquals("b040fa1886de131a3c9ee372d8bc420e", TeacherKey.of(Resolved.of(teacher)));
        }
    }

    @Test
    void eachWeightCounts() throws IOException {
        try (Teacher teacher = tiny("v_prediction"); Kernels kernels = device.openKernels()) {
            TeacherModel model = Resolved.of(teacher);
            String key = TeacherKey.of(model);
            assertEquals(key, TeacherKey.of(model));
            long[] places = {0, model.model().parameters().length() / 2};
            float[] value = new float[1];
            for (long place : places) {
                kernels.download(model.model().parameters().slice(place, 1), value, 0);
                float[] changed = {Math.nextUp(value[0])};
                kernels.upload(changed, 0, model.model().parameters().slice(place, 1));
                assertNotEquals(key, TeacherKey.of(model), "weight " + place);
                kernels.upload(value, 0, model.model().parameters().slice(place, 1));
            }
            assertEquals(key, TeacherKey.of(model));
        }
    }

    @Test
    void whatTheOutputMeansCounts() throws IOException {
        try (Teacher v = tiny("v_prediction"); Teacher sample = tiny("sample")) {
            assertNotEquals(TeacherKey.of(Resolved.of(v)), TeacherKey.of(Resolved.of(sample)));
        }
    }

    @Test
    void networkSchedulerImagesAndLabelsOfATrainingCount() {
        UNet network = new UNet(UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4));
        UNet wider = new UNet(UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 16), 1, 4));
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);
        SchedulerConfig other = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.SAMPLE);
        ImageSource images = SyntheticImages.labelled(9, 1);
        String key = TeacherKey.of(network, scheduler, images);
        assertEquals(key, TeacherKey.of(network, scheduler, SyntheticImages.labelled(9, 1)));
        assertNotEquals(key, TeacherKey.of(wider, scheduler, images));
        assertNotEquals(key, TeacherKey.of(network, other, images));
        assertNotEquals(key, TeacherKey.of(network, scheduler, SyntheticImages.labelled(9, 2)));
        assertNotEquals(key, TeacherKey.of(network, scheduler, SyntheticImages.labelled(12, 1)));
        assertNotEquals(key, TeacherKey.of(network, scheduler,
                InMemoryImages.of(SyntheticImages.SHAPE, SyntheticImages.pixels(9, 1), new int[9])));
    }
}
