package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Devices;
import io.bootdistill.selftest.SelfTest;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The self-test as a machine with a GPU runs it, emulated. */
@Tag("emulated")
class CudaSelfTestTest {

    @Test
    void passesAgainstTheCpuDevice() {
        SelfTest test = SelfTest.of(Devices.named(CudaDevice.NAME));
        assertEquals(Devices.named("cpu").description(), test.oracle());
        assertEquals(List.of(), test.lines().stream().filter(line -> !line.passed()).toList());
    }
}
