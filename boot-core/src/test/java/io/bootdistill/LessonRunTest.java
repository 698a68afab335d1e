package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.matching.Corrector;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Pinn;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Lessons in whole runs, where a step alone does not show it. */
public class LessonRunTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** A student that learns with an online network from random weights still reaches the map. */
    @Test
    void correctedStudentKeepsToTheMap() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, false);
        DistillationConfig config = DistillationConfig.builder().batch(128).block(64).images(128 * 600L).seed(2).heldOut(0)
                .learningRate(3e-3).corrector(new Corrector(0.25, 0.75, 0.1, 3e-4, 1)).build();
        try (Student student = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device()).train(config)) {
            long[] seeds = HeldOut.seeds(500);
            float[] exact = Sampler.reference(teacher, SignalOde.Solver.HEUN, 60).sample(seeds, null);
            double rms = PairedError.rmse(exact, student.sample(seeds, null));
            assertTrue(rms < 0.1, "RMS to the map " + rms);
        }
    }

    @Test
    void teachersWithoutAGradientAreRefused() {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, false);
        DistillationConfig config = DistillationConfig.builder()
                .phases(Phase.of(Pinn.defaults()).withWeighting(ResidualWeighting.NONE)).build();
        BootDistiller distiller = new BootDistiller(teacher, new Mlp(2, 8, 1, 0), device());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> distiller.train(config));
        assertEquals("objective is pinn, must be one without the teacher's gradient for teachers that are no network, or are"
                + " clipped", refused.getMessage());
    }
}
