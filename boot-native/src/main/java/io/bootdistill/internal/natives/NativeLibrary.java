package io.bootdistill.internal.natives;

import io.bootdistill.device.DeviceUnavailableException;

/** The native library of the cpu device. */
final class NativeLibrary {

    private NativeLibrary() {}

    /** @throws DeviceUnavailableException if it cannot be loaded, or is of another release */
    static void load() throws DeviceUnavailableException {
        int version;
        try {
            version = BootNative.boot_abi_version();
        } catch (LinkageError e) {
            throw new DeviceUnavailableException(
                    "the native library could not be loaded: " + e.getMessage()
                            + "; it needs a 64-bit Linux with glibc, a writable cache folder (system property"
                            + " org.bytedeco.javacpp.cachedir) and to be loaded by one class loader only",
                    e);
        }
        if (version != BootNative.BOOT_ABI_VERSION) {
            throw new DeviceUnavailableException("the native library has ABI version " + version + ", this boot-native needs "
                    + BootNative.BOOT_ABI_VERSION + "; the cache folder or the class path mixes two releases");
        }
    }
}
