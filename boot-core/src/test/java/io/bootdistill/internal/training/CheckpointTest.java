package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {

    @TempDir
    Path temp;

    /** 13 values in tensors of 5, as a buffer of 2³¹ values or more is in tensors of 2²⁶. */
    @Test
    void valuesThatAreMoreThanAnArrayHoldsAreSeveralTensors() throws IOException {
        Device device = Devices.named("reference");
        float[] values = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9};
        float[] found = new float[values.length];
        Path file = temp.resolve("pieces.safetensors");
        try (DeviceMemory memory = device.allocate(values.length); Kernels kernels = device.openKernels()) {
            kernels.upload(values, 0, memory.slice());
            SafetensorsWriter writer = new SafetensorsWriter();
            Checkpoint.add(writer, "signals", kernels, memory.slice(), 5);
            writer.write(file);
            kernels.fill(memory.slice(), 0);
            try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
                assertEquals(Set.of("signals", "signals.1", "signals.2"), Set.copyOf(tensors.names()));
                Checkpoint.read(tensors, "signals", kernels, memory.slice(), 5);
            }
            kernels.download(memory.slice(), found, 0);
        }
        assertArrayEquals(values, found);
    }
}
