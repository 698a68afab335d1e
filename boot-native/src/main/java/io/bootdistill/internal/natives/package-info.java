/**
 * What the native devices share: the binding of their C ABI ({@code boot_kernels.h}) by JavaCPP, and on it the kernels, family
 * by family, and memory. One library of JNI functions serves all devices: each call goes, through the table of functions that
 * its handle leads to ({@code boot_table.h}), to the device's own library, which {@link
 * io.bootdistill.internal.natives.NativeLibrary} opens. A device that cannot be opened leaves the others alone.
 */
package io.bootdistill.internal.natives;
