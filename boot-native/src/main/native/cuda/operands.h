// Operands as the kernels see them.
#pragma once
#include "context.h"

namespace boot {

// Rows of a matrix that is read; null data where the operand is absent.
struct Source {
    const float* data;
    int64_t stride;

    __host__ __device__ __forceinline__ const float* row(int64_t index) const { return data + index * stride; }
    __host__ __device__ __forceinline__ bool given() const { return data != nullptr; }
};

// Rows of a matrix that is written.
struct Target {
    float* data;
    int64_t stride;

    __host__ __device__ __forceinline__ float* row(int64_t index) const { return data + index * stride; }
    __host__ __device__ __forceinline__ bool given() const { return data != nullptr; }
};

inline Source source(boot_floats address, int64_t stride) { return {at(address), stride}; }

inline Target sink(boot_floats address, int64_t stride) { return {at(address), stride}; }

}  // namespace boot
