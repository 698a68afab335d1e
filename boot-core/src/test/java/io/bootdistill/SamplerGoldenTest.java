package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.TimestepSpacing;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The format's deterministic sampler on the bundled teacher, state by state, against another implementation. */
@Tag("fast")
public class SamplerGoldenTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @Test
    void everyState() throws IOException {
        try (SafetensorsFile golden = SafetensorsFile.open(Fixtures.file("ddim/trailing-10.safetensors"));
                Teacher teacher = Teacher.load(BundledTeacher.folder(), device())) {
            int[] shape = golden.shape("trajectory");
            float[] trajectory = golden.floats("trajectory");
            int size = trajectory.length / shape[0];
            boolean[] seen = new boolean[shape[0]];
            Sampler sampler = Sampler.discrete(
                    teacher, SignalOde.Solver.DDIM, TimestepSpacing.TRAILING, shape[0]);
            SampleRequest request =
                    SampleRequest.ofNoise(golden.floats("noise")).withConditions(golden.floats("class_labels"));
            float[] sample = sampler.sample(request, (step, from, n, x) -> {
                int start = step * size + from * teacher.shape().size();
                Golden.values("state " + step, Arrays.copyOfRange(trajectory, start, start + x.length), x);
                seen[step] = true;
            });
            Golden.values("sample", Arrays.copyOfRange(trajectory, trajectory.length - size, trajectory.length), sample);
            for (boolean state : seen) {
                assertTrue(state, "every state was compared");
            }
            assertEquals(shape[0], sampler.evaluations());
        }
    }
}
