package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bootdistill.cpu.LibraryTest;
import io.bootdistill.internal.natives.NativeLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The CUDA library as it is shipped. */
@Tag("fast")
class CudaLibraryTest {

    @BeforeEach
    void requireLibrary() {
        CudaBuild.requireShipped();
    }

    @Test
    void libraryKnowsNothingOfTheBuildMachine() throws IOException {
        String text = LibraryTest.text(NativeLibrary.resource(CudaDevice.NAME));
        assertFalse(text.contains(Path.of("").toAbsolutePath().toString()), "it names the build folder");
    }

    @Test
    void libraryExportsItsDeviceAlone() throws Exception {
        assertEquals(List.of("boot_open"), LibraryTest.exported(NativeLibrary.resource(CudaDevice.NAME)));
    }
}
