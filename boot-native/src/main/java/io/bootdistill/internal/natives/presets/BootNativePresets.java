package io.bootdistill.internal.natives.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** Tells JavaCPP how to bind {@code boot_kernels.h} to {@code libboot_cpu.so}: as it stands. */
@Properties(
        target = "io.bootdistill.internal.natives",
        global = "io.bootdistill.internal.natives.BootCpu",
        value = @Platform(include = "boot_kernels.h", link = "boot_cpu", library = "jniBootCpu"))
public class BootCpuPresets implements InfoMapper {

    @Override
    public void map(InfoMap infoMap) {
        // Nothing differs from the header.
    }
}
