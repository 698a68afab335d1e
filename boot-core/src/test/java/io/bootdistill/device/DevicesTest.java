package io.bootdistill.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which device is taken, and how one is forced. */
@Tag("fast")
class DevicesTest {

    @AfterEach
    void clear() {
        System.clearProperty(Devices.PROPERTY);
    }

    @Test
    void withoutThePropertyTheBestIsTaken() {
        assertEquals(Devices.candidates().get(0).device(), Devices.best());
        assertEquals("using " + Devices.best().description(), Devices.explanation());
    }

    @Test
    void propertyForcesADevice() {
        System.setProperty(Devices.PROPERTY, "reference");
        assertEquals("reference", Devices.best().name());
        assertTrue(Devices.explanation().contains("as system property io.bootdistill.device asks"), Devices.explanation());
    }

    @Test
    void propertyOfAnUnknownDeviceIsRefused() {
        System.setProperty(Devices.PROPERTY, "abacus");
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, Devices::best);
        assertTrue(refusal.getMessage().startsWith(
                "system property io.bootdistill.device is abacus, must be one of [reference"), refusal.getMessage());
        assertEquals(refusal.getMessage(), assertThrows(IllegalArgumentException.class, Devices::explanation).getMessage());
        assertEquals("reference", Devices.named("reference").name(), "a device that is named is not forced");
    }
}
