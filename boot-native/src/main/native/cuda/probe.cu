// Does this machine have a device for this library? Asked step by step, by status codes, without linking to the driver.
#ifndef BOOT_CUDA_EMULATED
#include <dlfcn.h>
#endif
#include <stdio.h>

#include "context.h"

namespace boot {

constexpr int32_t OLDEST_CAPABILITY = 75;

// The smallest kernel: whether it has an image for the device tells whether the others have one.
__global__ void __launch_bounds__(1) probe(int32_t* target) { *target = 1; }

// The runtime loads the driver itself, but does not tell a missing one from a broken one.
static bool driver_opens(char* detail, int32_t length) {
#ifdef BOOT_CUDA_EMULATED
    (void)detail, (void)length;
    return true;
#else
    void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (driver == nullptr) {
        const char* said = dlerror();
        snprintf(detail, static_cast<size_t>(length), "%s", said == nullptr ? "" : said);
        return false;
    }
    dlclose(driver);
    return true;
#endif
}

// Errors by which the runtime says that what it has opened is no driver for it.
static bool of_the_driver(cudaError_t error) {
    return error == cudaErrorInitializationError || error == cudaErrorSystemDriverMismatch || error == cudaErrorStubLibrary;
}

// Errors by which it says that it has no code for the device.
static bool of_the_image(cudaError_t error) {
    return error == cudaErrorNoKernelImageForDevice || error == cudaErrorInvalidDeviceFunction || error == cudaErrorInvalidPtx ||
        error == cudaErrorUnsupportedPtxVersion;
}

static int32_t reason_of(int32_t* result, char* detail, int32_t length) {
    int version = 0, devices = 0, major = 0, minor = 0;
    cudaRuntimeGetVersion(&version);
    result[BOOT_CUDA_PROBE_RUNTIME] = version;
    if (!driver_opens(detail, length)) {
        return BOOT_CUDA_NO_DRIVER;
    }
    version = 0;
    cudaError_t error = cudaDriverGetVersion(&version);
    result[BOOT_CUDA_PROBE_DRIVER] = version;
    if (error == cudaSuccess && version != 0) {
        error = cudaGetDeviceCount(&devices);
    }
    result[BOOT_CUDA_PROBE_ERROR] = error;
    result[BOOT_CUDA_PROBE_DEVICES] = devices;
    if (version == 0 || of_the_driver(error)) {
        return BOOT_CUDA_DRIVER_BROKEN;
    }
    if (error == cudaErrorInsufficientDriver) {
        return BOOT_CUDA_DRIVER_TOO_OLD;
    }
    if (error == cudaErrorNoDevice || (error == cudaSuccess && devices == 0)) {
        result[BOOT_CUDA_PROBE_DEVICES] = 0;
        return BOOT_CUDA_NO_DEVICE;
    }
    if (error == cudaSuccess) {
        error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0);
    }
    if (error == cudaSuccess) {
        error = cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0);
    }
    result[BOOT_CUDA_PROBE_ERROR] = error;
    result[BOOT_CUDA_PROBE_CAPABILITY] = 10 * major + minor;
    if (error != cudaSuccess) {
        return BOOT_CUDA_NOT_OPENED;
    }
    if (result[BOOT_CUDA_PROBE_CAPABILITY] < OLDEST_CAPABILITY) {
        return BOOT_CUDA_DEVICE_TOO_OLD;
    }
    cudaFuncAttributes attributes;
    error = cudaFuncGetAttributes(&attributes, probe);  // the first call that opens the device
    result[BOOT_CUDA_PROBE_ERROR] = error;
    return error == cudaSuccess ? BOOT_CUDA_USABLE
        : of_the_image(error)   ? BOOT_CUDA_NO_KERNEL_IMAGE
        : of_the_driver(error)  ? BOOT_CUDA_DRIVER_BROKEN
                                : BOOT_CUDA_NOT_OPENED;
}

static int64_t attribute(cudaDeviceAttr which) {
    int value = 0;
    return cudaDeviceGetAttribute(&value, which, 0) == cudaSuccess ? value : 0;
}

}  // namespace boot

using namespace boot;

int32_t boot_cuda_probe(boot_device, int32_t* result, char* detail, int32_t length) {
    for (int i = 0; i < BOOT_CUDA_PROBE_COUNT; i++) {
        result[i] = 0;
    }
    detail[0] = 0;
    result[BOOT_CUDA_PROBE_REASON] = reason_of(result, detail, length);
    cudaGetLastError();
    return result[BOOT_CUDA_PROBE_REASON];
}

int32_t boot_cuda_device(boot_device, int64_t* properties, char* name, int32_t length) {
    for (int i = 0; i < BOOT_CUDA_DEVICE_COUNT; i++) {
        properties[i] = 0;
    }
    cudaDeviceProp device;
    size_t free_bytes = 0, total_bytes = 0;
    cudaError_t error = cudaGetDeviceProperties(&device, 0);
    if (error == cudaSuccess) {
        error = cudaMemGetInfo(&free_bytes, &total_bytes);
    }
    if (error != cudaSuccess) {
        cudaGetLastError();
        return status(error);
    }
    snprintf(name, static_cast<size_t>(length), "%s", device.name);
    properties[BOOT_CUDA_DEVICE_CAPABILITY] = 10 * device.major + device.minor;
    properties[BOOT_CUDA_DEVICE_MULTIPROCESSORS] = device.multiProcessorCount;
    properties[BOOT_CUDA_DEVICE_MEMORY] = static_cast<int64_t>(total_bytes);
    properties[BOOT_CUDA_DEVICE_FREE] = static_cast<int64_t>(free_bytes);
    properties[BOOT_CUDA_DEVICE_SHARED_MEMORY] = attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
    return BOOT_OK;
}
