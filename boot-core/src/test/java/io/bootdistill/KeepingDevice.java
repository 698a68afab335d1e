package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.PassingDevice;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A device that keeps the memory it gave, to see whether it was closed. */
class KeepingDevice extends PassingDevice {

    private final Queue<DeviceMemory> memory = new ConcurrentLinkedQueue<>();

    KeepingDevice(Device device) {
        super(device);
    }

    @Override
    public DeviceMemory allocate(long floats) {
        DeviceMemory allocated = super.allocate(floats);
        memory.add(allocated);
        return allocated;
    }

    /** All that was allocated is closed. */
    final void requireClosed() {
        memory.forEach(left -> assertThrows(IllegalStateException.class, left::requireOpen));
    }
}
