package io.bootdistill.cuda.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** Tells JavaCPP how to bind {@code boot_kernels.h} and {@code boot_cuda.h} to {@code libboot_cuda.so}: as they stand. */
@Properties(
        target = "io.bootdistill.cuda",
        global = "io.bootdistill.cuda.BootCuda",
        value = @Platform(include = {"boot_kernels.h", "boot_cuda.h"}, link = "boot_cuda", library = "jniBootCuda"))
public class BootCudaPresets implements InfoMapper {

    @Override
    public void map(InfoMap infoMap) {
        // Nothing differs from the headers.
    }
}
