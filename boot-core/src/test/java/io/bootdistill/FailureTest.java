package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.OutOfDeviceMemoryException;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails half-way gives back what it held, and says why. */
@Tag("fast")
class FailureTest {

    @TempDir
    Path temp;

    /** The reference device with memory for so many allocations. */
    private static final class ScarceDevice extends PassingDevice {

        private final List<DeviceMemory> allocated = new ArrayList<>();
        private int left;

        ScarceDevice(int allocations) {
            super(Devices.named("reference"));
            left = allocations;
        }

        @Override
        public synchronized DeviceMemory allocate(long floats) {
            if (left-- <= 0) {
                throw new OutOfDeviceMemoryException(name(), 4 * floats);
            }
            DeviceMemory memory = super.allocate(floats);
            allocated.add(memory);
            return memory;
        }

        void assertAllClosed(String when) {
            for (DeviceMemory memory : allocated) {
                assertThrows(IllegalStateException.class, memory::requireOpen, when + ": memory of " + memory.length() + " floats");
            }
        }
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().batch(6).block(2).lanes(2).images(12).workers(2).heldOut(4).referenceSteps(2);
    }

    @Test
    void outOfMemoryAnywhereGivesEverythingBack() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        int failures = 0;
        for (int allocations = 0; ; allocations++) {
            ScarceDevice device = new ScarceDevice(allocations);
            try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device);
                    Student student = new BootDistiller(teacher).train(config().build())) {
                student.sample(new long[] {1, 2, 3}, new int[] {0, 1, 2});
            } catch (OutOfDeviceMemoryException e) {
                failures++;
                device.assertAllClosed("with " + allocations + " allocations");
                continue;
            }
            device.assertAllClosed("after a run");
            break;
        }
        assertTrue(failures > 20, failures + " places can run out of memory");
    }

    @Test
    void outOfMemoryInATeachersTrainingGivesEverythingBack() throws IOException {
        UNetConfig network = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 0);
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);
        TeacherTrainingConfig config =
                TeacherTrainingConfig.builder().batch(4).block(2).lanes(2).images(4).workers(2).build();
        float[] x = new float[SyntheticImages.SHAPE.size()];
        int failures = 0;
        for (int allocations = 0; ; allocations++) {
            ScarceDevice device = new ScarceDevice(allocations);
            try (Teacher teacher =
                    new TeacherTrainer(network, scheduler, device).train(SyntheticImages.unlabelled(3, 1), config)) {
                teacher.predict(1, x, new double[1], new float[0], x.clone());
            } catch (OutOfDeviceMemoryException e) {
                failures++;
                device.assertAllClosed("with " + allocations + " allocations");
                continue;
            }
            device.assertAllClosed("after a run");
            break;
        }
        assertTrue(failures > 20, failures + " places can run out of memory");
    }

    @Test
    void labelOfAUsersSourceIsChecked() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true);
        for (float label : new float[] {4, -1, 0.5f, Float.NaN}) {
            BootDistiller distiller = new BootDistiller(teacher, new Mlp(2, 8, 1, 4), Devices.named("reference"))
                    .conditions((seed, target, offset) -> target[offset] = label);
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> distiller.train(config().heldOut(0).build()));
            assertTrue(refused.getMessage().contains("a label 0 … 3"), refused.getMessage());
        }
    }

    @Test
    void failureOfAUsersTeacherReachesTheCaller() {
        IllegalStateException failure = new IllegalStateException("no answer");
        Denoiser teacher = new Denoiser() {
            @Override
            public io.bootdistill.network.ImageShape shape() {
                return new io.bootdistill.network.ImageShape(2, 1, 1);
            }

            @Override
            public NoiseSchedule schedule() {
                return new FlowSchedule();
            }

            @Override
            public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
                Thread.currentThread().interrupt();
                throw failure;
            }
        };
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () ->
                new BootDistiller(teacher, new Mlp(2, 8, 1, 0), Devices.named("reference")).train(config().heldOut(0).build()));
        assertEquals(failure, thrown);
        Thread.interrupted(); // where the caller was the worker
    }

    @Test
    void closedStudentSaysSo() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, false);
        Student student = new BootDistiller(teacher, new Mlp(2, 8, 1, 0), Devices.named("reference"))
                .train(config().heldOut(0).build());
        student.sample(new long[] {1}, null);
        student.close();
        student.close();
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> student.sample(new long[] {1}, null));
        assertEquals("the student is closed", refused.getMessage());
    }

    @Test
    void nullLabelThatIsNoLabelIsRefused() {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () ->
                new BootDistiller(teacher, new Mlp(2, 8, 1, 4), Devices.named("reference"))
                        .train(config().nullLabel(99).heldOut(0).build()));
        assertEquals("nullLabel is 99, must be a label 0 … 3", refused.getMessage());
    }
}
