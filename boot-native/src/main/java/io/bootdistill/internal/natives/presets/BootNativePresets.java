package io.bootdistill.internal.natives.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * Tells JavaCPP how to bind the C ABI of the native devices: as its headers stand, but with the functions of
 * {@code boot_dispatch.h}, so that one library of JNI functions serves all devices and is linked to none.
 */
@Properties(
        target = "io.bootdistill.internal.natives",
        global = "io.bootdistill.internal.natives.BootNative",
        value = @Platform(include = {"boot_kernels.h", "boot_cuda.h", "boot_library.h"}, library = "jniBootNative"))
public class BootNativePresets implements InfoMapper {

    @Override
    public void map(InfoMap infoMap) {
        infoMap.put(new Info("defined(BOOT_BINDING)").define())
                .put(new Info("defined(__cplusplus)").define(false));
    }
}
