package io.bootdistill.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.cuda.CudaDeviceProvider;
import io.bootdistill.device.Devices;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ConvolutionEnginesTest {

    @Test
    void saysWhyItCannotRun() {
        Devices.Candidate cuda = Devices.candidates().stream()
                .filter(candidate -> candidate.name().equals("cuda")).findFirst().orElseThrow();
        Assumptions.assumeTrue(cuda.device() == null, "the cuda device can be used");
        assertEquals(Optional.of(cuda.reason()), ConvolutionEngines.obstacle());
        assertNull(System.getProperty(CudaDeviceProvider.CONVOLUTION_PROPERTY));
    }

    @Test
    void everyPassIsMeasured() {
        for (String pass : new String[] {"convForward", "convBackwardInput", "convBackwardWeights"}) {
            assertTrue(ConvolutionEngines.names().stream().anyMatch(name -> name.startsWith(pass + " ")), pass);
        }
    }
}
