package io.bootdistill.matching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Model;
import io.bootdistill.objective.LessonRoom;
import io.bootdistill.objective.PlaneRoom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a corrector holds where its lessons cannot be made. */
@Tag("fast")
class CorrectorTest {

    /** Knows what it has given. */
    private static final class Counting extends PassingDevice {

        private final List<DeviceMemory> given = new ArrayList<>();

        Counting() {
            super(Devices.named("reference"));
        }

        @Override
        public DeviceMemory allocate(long floats) {
            given.add(super.allocate(floats));
            return given.get(given.size() - 1);
        }

        long open() {
            return given.stream().filter(Counting::isOpen).count();
        }

        private static boolean isOpen(DeviceMemory memory) {
            try {
                memory.requireOpen();
                return true;
            } catch (IllegalStateException e) {
                return false;
            }
        }
    }

    /** Lets nobody draw, from the start or once there is a learner. */
    private static final class Failing extends LessonRoom {

        private boolean fails;

        Failing(TeacherModel teacher, Model student) {
            super(teacher, student, 4, 4, null);
            conditions = ConditionSource.labels(4, 3, 0.2);
        }

        @Override
        public Learner learner(Model model, OptimiserConfig optimiser, long steps, int blocks) {
            fails = true;
            return super.learner(model, optimiser, steps, blocks);
        }

        @Override
        public ConditionShape condition() {
            if (fails) {
                throw new IllegalStateException("no condition");
            }
            return super.condition();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lessonsThatFailLeaveNothing(boolean fails) {
        Counting device = new Counting();
        TeacherModel teacher = TeacherModel.of(new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true));
        try (Model student = PlaneRoom.network(device, 6); Failing room = new Failing(teacher, student)) {
            room.fails = fails;
            long before = device.open();
            Model online = PlaneRoom.network(device, 7);
            Corrector own = Corrector.defaults().withOnline(new OnlineSamples.Own(1, 0));
            assertThrows(IllegalStateException.class,
                    () -> own.lessons(room, online, Prediction.FLOW, OptimiserConfig.ofStudents(), 100));
            assertEquals(before, device.open(), "memory that nobody closes");
        }
    }
}
