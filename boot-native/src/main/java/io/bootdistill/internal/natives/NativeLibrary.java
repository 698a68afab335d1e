package io.bootdistill.internal.natives;

import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.device.OutOfDeviceMemoryException;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/**
 * The native library of a device, opened for as long as the JVM runs. The system property
 * {@code io.bootdistill.<device>.library} names a file that is taken in the place of the one on the class path. Thread-safe.
 */
public final class NativeLibrary {

    private static boolean bound; // by this class

    private final String device;
    private final long handle;

    private NativeLibrary(String device, long handle) {
        this.device = device;
        this.handle = handle;
    }

    /**
     * Opens the library of a device; opening it again gives the same handle.
     *
     * @param device the device's name
     * @param origin what brings the library to the class path, as the end of a sentence
     * @throws DeviceUnavailableException if it is missing, cannot be loaded, or is of another release
     */
    public static NativeLibrary open(String device, String origin) throws DeviceUnavailableException {
        Path file = find(device, origin);
        loadBinding();
        long[] handle = new long[1];
        byte[] said = new byte[1024];
        int version;
        try {
            if (BootNative.boot_library_open(file.toString(), handle, said, said.length) != BootNative.BOOT_OK) {
                throw unavailable(text(said), null);
            }
            version = BootNative.boot_abi_version(handle[0]);
        } catch (LinkageError e) {
            throw unavailable(e.getMessage(), e);
        }
        if (version != BootNative.BOOT_ABI_VERSION) {
            throw new DeviceUnavailableException("the native library " + file + " has ABI version " + version
                    + ", this boot-native needs " + BootNative.BOOT_ABI_VERSION
                    + "; the cache folder or the class path mixes two releases");
        }
        return new NativeLibrary(device, handle[0]);
    }

    private static Path find(String device, String origin) throws DeviceUnavailableException {
        String given = System.getProperty("io.bootdistill." + device + ".library");
        if (given != null) {
            return Path.of(given).toAbsolutePath();
        }
        String resource = resource(device);
        URL found = NativeLibrary.class.getClassLoader().getResource(resource);
        if (found == null) {
            throw new DeviceUnavailableException(
                    "the class path holds no library of the " + device + " device (" + resource + "); " + origin);
        }
        return unpacked(found);
    }

    /** Loads the library of JNI functions, which is loaded once; a failure is told to each device. */
    private static void loadBinding() throws DeviceUnavailableException {
        URL found = NativeLibrary.class.getResource(Loader.getPlatform() + "/" + System.mapLibraryName("jniBootNative"));
        if (found == null) {
            throw unavailable("the class path holds no library of JNI functions", null);
        }
        synchronized (NativeLibrary.class) {
            if (!bound) {
                try {
                    System.load(unpacked(found).toString());
                } catch (LinkageError e) {
                    throw unavailable(e.getMessage(), e);
                }
                bound = true;
            }
        }
    }

    private static Path unpacked(URL resource) throws DeviceUnavailableException {
        try {
            return LibraryCache.file(resource);
        } catch (IOException e) {
            throw unavailable(e.toString(), e);
        }
    }

    /** Where on the class path the library of a device is looked for. */
    public static String resource(String device) {
        return "io/bootdistill/" + device + "/" + Loader.getPlatform() + "/" + System.mapLibraryName("boot_" + device);
    }

    private static DeviceUnavailableException unavailable(String reason, Throwable cause) {
        return new DeviceUnavailableException(
                "the native library could not be loaded: " + reason
                        + "; it needs a 64-bit Linux with glibc, a cache folder that this user alone can write, on a file"
                        + " system that is not mounted noexec (system property " + LibraryCache.PROPERTY
                        + "), and to be loaded by one class loader only",
                cause);
    }

    /** A C string. */
    public static String text(byte[] characters) {
        int length = 0;
        while (length < characters.length && characters[length] != 0) {
            length++;
        }
        return new String(characters, 0, length, StandardCharsets.UTF_8);
    }

    /** The device's name. */
    public String device() {
        return device;
    }

    /** What the native functions take that need no context. */
    public long handle() {
        return handle;
    }

    /**
     * Makes a native context, which the caller destroys.
     *
     * @param cap the best instruction set or precision that it may use
     */
    public long createContext(int cap) {
        long[] created = new long[1];
        requireOk("context", BootNative.boot_context_create(handle, cap, created));
        return created[0];
    }

    /** The device's own name for a status of {@code BOOT_DEVICE_ERROR} and above. */
    public String errorName(int status) {
        return BootNative.boot_error_name(handle, status).getString();
    }

    /** @throws RuntimeException that says what the status means, unless it is OK */
    public void requireOk(String operation, int status) {
        if (status == BootNative.BOOT_OK) {
            return;
        }
        if (status == BootNative.BOOT_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(device);
        }
        throw new IllegalStateException(device + " kernel " + operation + " failed"
                + (status < BootNative.BOOT_DEVICE_ERROR
                        ? " with status " + status
                        : ", or one that was called before it: " + errorName(status)));
    }
}
