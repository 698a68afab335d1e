// The rest of the runtime's interface: the device, its memory, transfers, launches.
#include <stdlib.h>
#include <string.h>

#include <map>
#include <vector>

#include "execution.h"
#include "memory.h"
#include "report.h"
#include "settings.h"
#include "streams.h"

using namespace emulator;

#define LOCK std::lock_guard<std::recursive_mutex> lock(monitor)

static std::map<char*, size_t> pinned;  // page-locked memory of the host
static std::map<const void*, size_t> dynamic_limit;

// ---- the device: one of compute capability 8.0. A second one has streams and memory, too, which are of no use to the first.

static thread_local int device_of_thread = 0;
static int allocations_elsewhere = 0;

int emulator::current_device() { return device_of_thread; }

extern "C" int boot_emulator_current_device() { return device_of_thread; }
extern "C" int boot_emulator_set_device(int device) { return cudaSetDevice(device); }

cudaError_t cudaDriverGetVersion(int* version) {
    *version = 13000;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) { return cudaDriverGetVersion(version); }

cudaError_t cudaGetDeviceCount(int* count) {
    *count = 2;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
    *device = device_of_thread;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
    if (device < 0 || device > 1) {
        return refuse(cudaErrorInvalidDevice);
    }
    device_of_thread = device;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
    switch (attribute) {
        case cudaDevAttrMaxThreadsPerBlock:
            *value = MAX_THREADS;
            return cudaSuccess;
        case cudaDevAttrMaxSharedMemoryPerBlock:
            *value = MAX_STATIC_SHARED;
            return cudaSuccess;
        case cudaDevAttrMultiProcessorCount:
            *value = 4;
            return cudaSuccess;
        case cudaDevAttrComputeCapabilityMajor:
            *value = 8;
            return cudaSuccess;
        case cudaDevAttrComputeCapabilityMinor:
            *value = 0;
            return cudaSuccess;
        case cudaDevAttrMaxSharedMemoryPerBlockOptin:
            *value = MAX_DYNAMIC_SHARED;
            return cudaSuccess;
    }
    return refuse(cudaErrorInvalidValue);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    *properties = {"emulated device", device_memory.size, MAX_STATIC_SHARED, MAX_DYNAMIC_SHARED, 8, 0, 4};
    return cudaSuccess;
}

const char* cudaGetErrorName(cudaError_t error) {
    static const std::map<int, const char*> names = {{0, "cudaSuccess"}, {1, "cudaErrorInvalidValue"},
        {2, "cudaErrorMemoryAllocation"}, {9, "cudaErrorInvalidConfiguration"}, {46, "cudaErrorDevicesUnavailable"},
        {98, "cudaErrorInvalidDeviceFunction"}, {209, "cudaErrorNoKernelImageForDevice"},
        {700, "cudaErrorIllegalAddress"}, {716, "cudaErrorMisalignedAddress"}, {719, "cudaErrorLaunchFailure"},
        {900, "cudaErrorStreamCaptureUnsupported"}, {901, "cudaErrorStreamCaptureInvalidated"}};
    const auto found = names.find(error);
    return found == names.end() ? "unrecognized error code" : found->second;
}

const char* cudaGetErrorString(cudaError_t error) { return cudaGetErrorName(error); }

// ---- memory

cudaError_t cudaMemGetInfo(size_t* available, size_t* total) {
    *total = device_memory.size;
    *available = device_memory.size - allocated_bytes();
    return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, size_t bytes) {
    LOCK;
    load_settings();
    if (spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    if (device_of_thread != 0) {
        *memory = reinterpret_cast<void*>(static_cast<uintptr_t>(++allocations_elsewhere) << 8);
        return standing_error();
    }
    *memory = bytes == 0 ? nullptr : allocate(bytes);
    return bytes == 0 || *memory != nullptr ? standing_error() : refuse(cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* memory) {
    LOCK;
    if (spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    finish_everything();
    return memory == nullptr || release(memory) ? standing_error() : refuse(cudaErrorInvalidValue);
}

cudaError_t cudaMallocHost(void** memory, size_t bytes) {
    LOCK;
    if (spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    *memory = malloc(bytes);
    if (*memory == nullptr) {
        return refuse(cudaErrorMemoryAllocation);
    }
    pinned[static_cast<char*>(*memory)] = bytes;
    return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
    LOCK;
    finish_everything();
    pinned.erase(static_cast<char*>(memory));
    free(memory);
    return standing_error();
}

static bool is_pinned(const void* p) {
    const auto next = pinned.upper_bound(static_cast<char*>(const_cast<void*>(p)));
    return next != pinned.begin() && static_cast<size_t>(static_cast<const char*>(p) - std::prev(next)->first)
        < std::prev(next)->second;
}

static void copy(void* target, const void* source, size_t bytes, cudaMemcpyKind kind) {
    Pause pause;
    if (broken()) {
        return;
    }
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if ((to_device && !inside_block(target, bytes)) || (from_device && !inside_block(source, bytes))) {
        fail(cudaErrorIllegalAddress, nullptr, "a transfer of %zu bytes goes beyond its device memory", bytes);
        return;
    }
    if (to_device) {
        device_memory.mark(target, bytes, ALLOCATED | WRITTEN);
    }
    if (to_device && from_device && checking) {  // what was never written stays so
        for (size_t i = 0; i < bytes; i += GRAIN) {
            device_memory.state[(device_memory.offset(target) + i) / GRAIN] =
                device_memory.state[(device_memory.offset(source) + i) / GRAIN];
        }
    }
    memcpy(target, source, bytes);
}

static void set(void* target, int value, size_t bytes) {
    Pause pause;
    if (!inside_block(target, bytes)) {
        fail(cudaErrorIllegalAddress, nullptr, "%zu bytes to set go beyond their device memory", bytes);
        return;
    }
    memset(target, value, bytes);
    device_memory.mark(target, bytes, ALLOCATED | WRITTEN);
}

cudaError_t cudaMemcpy(void* target, const void* source, size_t bytes, cudaMemcpyKind kind) {
    LOCK;
    if (spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    submit(nullptr, [=] { copy(target, source, bytes, kind); });
    return standing_error();
}

// Memory of the host that is not page-locked: it is read before the call returns, and written before it returns.
cudaError_t cudaMemcpyAsync(void* target, const void* source, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    LOCK;
    if (bytes == 0) {
        return standing_error();
    }
    if (!defers(stream) || is_captured(stream)) {
        submit(stream, [=] { copy(target, source, bytes, kind); });
    } else if (kind == cudaMemcpyHostToDevice && !is_pinned(source)) {
        const char* first = static_cast<const char*>(source);
        const std::vector<char> staged(first, first + bytes);
        submit(stream, [=] { copy(target, staged.data(), bytes, kind); });
    } else {
        submit(stream, [=] { copy(target, source, bytes, kind); });
        if (kind == cudaMemcpyDeviceToHost && !is_pinned(target)) {
            finish(stream);
        }
    }
    return standing_error();
}

cudaError_t cudaMemcpy2DAsync(void* target, size_t target_pitch, const void* source, size_t source_pitch, size_t width,
    size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
    LOCK;
    if (width > target_pitch || width > source_pitch) {
        return refuse(cudaErrorInvalidPitchValue);
    }
    for (size_t row = 0; row < height; row++) {
        cudaMemcpyAsync(static_cast<char*>(target) + row * target_pitch,
            static_cast<const char*>(source) + row * source_pitch, width, kind, stream);
    }
    return standing_error();
}

cudaError_t cudaMemset(void* target, int value, size_t bytes) { return cudaMemsetAsync(target, value, bytes, nullptr); }

cudaError_t cudaMemsetAsync(void* target, int value, size_t bytes, cudaStream_t stream) {
    LOCK;
    if (stream == nullptr && spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    submit(stream, [=] { set(target, value, bytes); });
    return standing_error();
}

// ---- kernels

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
    load_settings();
    *attributes = {};
    if (settings.open_error != 0) {
        return refuse(static_cast<cudaError_t>(settings.open_error));
    }
    attributes->maxThreadsPerBlock = MAX_THREADS;
    attributes->ptxVersion = attributes->binaryVersion = 80;
    return cudaSuccess;
}

cudaError_t boot_emulator_function_attribute(const void* function, cudaFuncAttribute attribute, int value) {
    LOCK;
    if (attribute == cudaFuncAttributeMaxDynamicSharedMemorySize) {
        if (value < 0 || static_cast<size_t>(value) > MAX_DYNAMIC_SHARED) {
            return refuse(cudaErrorInvalidValue);
        }
        dynamic_limit[function] = static_cast<size_t>(value);
    }
    return cudaSuccess;
}

void emulator::launch(Call call, cudaStream_t stream) {
    LOCK;
    Pause pause;
    load_settings();
    if (stream == nullptr && spoils_capture()) {
        refuse(cudaErrorStreamCaptureUnsupported);
        return;
    }
    if (device_of(stream) != device_of_thread) {
        refuse(cudaErrorInvalidResourceHandle);
        return;
    }
    const dim3 g = call.grid, b = call.block;
    const uint64_t threads = static_cast<uint64_t>(b.x) * b.y * b.z;
    const bool empty = threads == 0 || g.x == 0 || g.y == 0 || g.z == 0;
    if (empty || threads > MAX_THREADS || b.z > 64 || g.x > 0x7fffffff || g.y > 65535 || g.z > 65535) {
        refuse(cudaErrorInvalidConfiguration);
        return;
    }
    const auto limit = dynamic_limit.find(call.function);
    if (call.shared_bytes > (limit == dynamic_limit.end() ? MAX_STATIC_SHARED : limit->second)) {
        refuse(cudaErrorInvalidValue);
        return;
    }
    submit(stream, [call = std::move(call)] { run_grid(call); });
}
