package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Where the device is not emulated, as on a GPU, and as here. */
class CudnnStandInTest {

    /** It has the names of the driver's libraries, and takes device memory for the host's. */
    @Test
    void staysAwayFromRealDevices() throws Exception {
        try {
            assertTrue(CudnnStandIn.loadOrRequireInstalled());
        } catch (TestAbortedException e) {
            assertTrue(e.getMessage().contains("cuDNN is not installed"), e.getMessage());
        }
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains("/emulated/cudnn/"));
    }
}
