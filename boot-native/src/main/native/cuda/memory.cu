// Device memory and transfers. Uploads return when their values are in page-locked memory; downloads wait.
#include <string.h>

#include "elements.h"

using namespace boot;

int32_t boot_allocate(boot_device, int64_t count, boot_floats* memory) {
    if (count > INT64_MAX / 8) {
        return BOOT_OUT_OF_MEMORY;
    }
    const size_t bytes = static_cast<size_t>(count) * sizeof(float);
    void* allocated = nullptr;
    cudaError_t error = cudaMalloc(&allocated, bytes);
    if (error == cudaSuccess) {
        error = cudaMemset(allocated, 0, bytes);
    }
    if (error == cudaSuccess) {
        error = cudaStreamSynchronize(nullptr);  // the streams of contexts do not wait for it
    }
    if (error != cudaSuccess) {
        cudaGetLastError();
        cudaFree(allocated);
        return status(error);
    }
    *memory = reinterpret_cast<boot_floats>(allocated);
    return BOOT_OK;
}

// Waits for the device: calls that use the memory may still be on their way.
int32_t boot_free(boot_device, boot_floats memory) {
    const int32_t result = status(cudaDeviceSynchronize());
    const int32_t freed = status(cudaFree(at(memory)));
    return result == BOOT_OK ? freed : result;
}

int32_t boot_upload(boot_context context, const float* source, int64_t count, boot_floats target) {
    constexpr int64_t PIECE = STAGING_BYTES / static_cast<int64_t>(sizeof(float));
    for (int64_t done = 0; done < count; done += PIECE) {
        Staging* staging = stage(of(context));
        if (staging == nullptr) {
            return no_staging(of(context));
        }
        const size_t bytes = static_cast<size_t>(smaller(PIECE, count - done)) * sizeof(float);
        memcpy(staging->host, source + done, bytes);
        const int32_t result = status(
            cudaMemcpyAsync(at(target) + done, staging->host, bytes, cudaMemcpyHostToDevice, of(context).stream));
        const int32_t released = release(of(context), *staging);
        if (result != BOOT_OK || released != BOOT_OK) {
            return result != BOOT_OK ? result : released;
        }
    }
    return BOOT_OK;
}

int32_t boot_download(boot_context context, boot_floats source, int64_t count, float* target) {
    if (capturing(of(context))) {
        return BOOT_CUDA_NOT_CAPTURABLE;
    }
    const size_t bytes = static_cast<size_t>(count) * sizeof(float);
    const int32_t result =
        status(cudaMemcpyAsync(target, at(source), bytes, cudaMemcpyDeviceToHost, of(context).stream));
    const int32_t waited = boot_cuda_synchronise(context);
    return result == BOOT_OK ? waited : result;
}
