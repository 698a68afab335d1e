// Device memory and transfers. Uploads return when their values are in page-locked memory; downloads wait.
#include <string.h>

#include "elements.h"

using namespace boot;

static size_t bytes_of(int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); }

int32_t boot_allocate(boot_device, int64_t count, boot_floats* memory) {
    if (count > INT64_MAX / 8) {
        return BOOT_OUT_OF_MEMORY;
    }
    const size_t bytes = bytes_of(count);
    void* allocated = nullptr;
    cudaError_t error = cudaMalloc(&allocated, bytes);
    if (error == cudaSuccess) {
        error = cudaMemset(allocated, 0, bytes);
    }
    if (error == cudaSuccess) {
        error = cudaStreamSynchronize(nullptr);  // the streams of contexts do not wait for it
    }
    if (error != cudaSuccess) {
        cudaFree(allocated);
        return status(error);
    }
    *memory = reinterpret_cast<boot_floats>(allocated);
    return BOOT_OK;
}

// Calls that use the memory may still be on their way.
int32_t boot_free(boot_device, boot_floats memory) {
    const int32_t result = wait_for_calls();
    const int32_t freed = status(cudaFree(at(memory)));
    return result == BOOT_OK ? freed : result;
}

// Of what fits in one piece of staging memory.
static int32_t upload_piece(Context& context, const float* source, int64_t rows, int64_t columns, float* target,
    int64_t ldtarget) {
    Staging* staging = stage(context);
    if (staging == nullptr) {
        return context.refusal;
    }
    const size_t width = bytes_of(columns);
    memcpy(staging->host, source, bytes_of(rows * columns));
    const int32_t result = status(cudaMemcpy2DAsync(
        target, bytes_of(ldtarget), staging->host, width, width, rows, cudaMemcpyHostToDevice, context.stream));
    const int32_t released = release(context, *staging);
    return result != BOOT_OK ? result : released;
}

int32_t boot_upload(boot_context context, const float* source, int64_t rows, int64_t columns, boot_floats target,
    int64_t ldtarget) {
    constexpr int64_t PIECE = STAGING_BYTES / static_cast<int64_t>(sizeof(float));
    const int64_t width = smaller(PIECE, columns);
    const int64_t height = width < columns ? 1 : PIECE / width;
    for (int64_t row = 0; row < rows; row += height) {
        for (int64_t column = 0; column < columns; column += width) {
            const int32_t result = upload_piece(of(context), source + row * columns + column, smaller(height, rows - row),
                smaller(width, columns - column), at(target) + row * ldtarget + column, ldtarget);
            if (result != BOOT_OK) {
                return result;
            }
        }
    }
    return BOOT_OK;
}

int32_t boot_download(boot_context context, boot_floats source, int64_t ldsource, int64_t rows, int64_t columns,
    float* target) {
    if (capturing(of(context))) {
        return BOOT_CUDA_NOT_CAPTURABLE;
    }
    const size_t width = bytes_of(columns);
    const int32_t result = status(cudaMemcpy2DAsync(
        target, width, at(source), bytes_of(ldsource), width, rows, cudaMemcpyDeviceToHost, of(context).stream));
    const int32_t waited = boot_cuda_synchronise(context);
    return result == BOOT_OK ? waited : result;
}
