package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.PipelineCosts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a pipeline's costs before a weight is read. */
@Tag("fast")
class PipelineCostsTest {

    private static final Device REFERENCE = Devices.named("reference");

    @TempDir
    Path temp;

    /** Counts the bytes that are allocated. */
    private static final class Counting extends PassingDevice {

        private long bytes;

        Counting() {
            super(REFERENCE);
        }

        @Override
        public synchronized DeviceMemory allocate(long floats) {
            bytes += 4 * floats;
            return super.allocate(floats);
        }
    }

    @Test
    void memoryIsWhatIsHeld() throws IOException {
        Path folder = DrawingGoldenTest.copy(temp);
        PipelineCosts costs = PipelineCosts.of(PipelineFolder.open(folder), REFERENCE);
        Counting device = new Counting();
        try (Teacher teacher = Teacher.load(folder, device)) {
            requireSlightlyLess(costs.weightBytes(), device.bytes);
            device.bytes = 0;
            teacher.pixels(DrawRequest.ofPrompts("a red apple").withSteps(2), null);
            requireSlightlyLess(costs.drawingBytes() + costs.decoder().valueBytes(), device.bytes);
            assertEquals(costs.weightBytes() + costs.drawingBytes(), costs.peakBytes());
        }
    }

    /** What else is held is small: the text encoder's values, noise, conditions. */
    private static void requireSlightlyLess(long told, long held) {
        assertTrue(told <= held && held <= 1.1 * told, "told " + told + " bytes, there are " + held);
    }

    @Test
    void guidanceCallsTwiceUnlessThereIsOneStep() throws IOException {
        PipelineCosts costs = PipelineCosts.of(PipelineFolder.open(DrawingGoldenTest.copy(temp)), REFERENCE);
        double network = costs.network().convolutionFlops() + costs.network().otherFlops();
        double decoder = costs.decoder().convolutionFlops() + costs.decoder().otherFlops();
        assertEquals(network + decoder, costs.flops(1));
        assertEquals(20 * network + decoder, costs.flops(10), 1e-9 * costs.flops(10));
        double seconds = 6 * (costs.network().convolutionFlops() / 5 + costs.network().otherFlops() / 3)
                + costs.decoder().convolutionFlops() / 5 + costs.decoder().otherFlops() / 3;
        assertEquals(seconds, costs.seconds(3, 5, 3), 1e-9 * seconds);
    }
}
