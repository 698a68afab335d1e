package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.autoencoder.AutoencoderGoldenTest;
import org.junit.jupiter.api.Tag;

/** The golden autoencoders on the cuda device, emulated. */
@Tag("emulated")
class CudaAutoencoderGoldenTest extends AutoencoderGoldenTest {

    @Override
    protected Device device() {
        return Devices.named(CudaDevice.NAME);
    }
}
