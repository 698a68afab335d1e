package consumer;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;

/** What a user's module does with the fast devices: it requires the core alone, and finds them by their service. */
public final class Consumer {

    private Consumer() {}

    public static void main(String[] arguments) {
        Device device = Devices.named("cpu");
        System.out.println(device.getClass().getModule().getName());
        float[] values = {1, 2, 3};
        try (Kernels kernels = device.openKernels(); DeviceMemory memory = device.allocate(values.length)) {
            kernels.upload(values, 0, memory.slice());
            kernels.download(memory.slice(), values, 0);
        }
        System.out.println(values[0] + values[1] + values[2]);
    }
}
