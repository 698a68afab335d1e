package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every objective teaches a student that enlarges, whose smaller pictures and levels are conditions as any. */
@Tag("fast")
class CascadeObjectivesTest {

    private final Device device = Devices.named("reference");

    @TempDir
    Path temp;

    static List<Objective> objectives() {
        return List.of(Trajectories.defaults().withSteps(3).withEnd(0.4).withRestartShare(0.9),
                Bootstrap.defaults().withBoundary(new Boundary.Hard()), Derivative.defaults(), Pinn.defaults());
    }

    /** The same by one worker and by two. */
    @ParameterizedTest
    @MethodSource("objectives")
    void teachesAStudentThatEnlarges(Objective objective) throws IOException {
        DrawRequest request = DrawRequest.ofCount(2).withImages(TinyStages.SMALL, TinyFolders.normal(2 * 64, 5));
        float[][] drawn = new float[2][];
        try (Teacher teacher = TinyStages.teacher(device); Student first = TinyStages.student(temp, device)) {
            for (int workers = 1; workers <= 2; workers++) {
                try (Student student = new BootDistiller(teacher).cascade(first, 5).train(TinyStages.distillation(8 * 2)
                        .objective(objective).workers(workers).heldOut(0).build())) {
                    drawn[workers - 1] = student.pixels(request);
                }
            }
        }
        for (float value : drawn[0]) {
            assertTrue(Float.isFinite(value));
        }
        assertArrayEquals(drawn[0], drawn[1]);
    }
}
