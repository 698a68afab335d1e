// One thread for each element of the images or matrices of a batch.
#pragma once
#include "operands.h"

namespace boot {

struct Elements {
    int64_t samples, rows;  // rows of one sample
    int64_t columns;

    bool empty() const { return samples <= 0 || rows <= 0 || columns <= 0; }
};

constexpr int64_t BLOCK_THREADS = 256;
constexpr int64_t GRID_LIMIT = 65535;  // of y and z

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

inline int64_t quotient_up(int64_t value, int64_t by) { return (value + by - 1) / by; }

// Threads of a block: neighbours in a row, and as many rows as fit.
inline dim3 block_of(const Elements& elements) {
    const int64_t x = quotient_up(elements.columns, quotient_up(elements.columns, BLOCK_THREADS));
    return dim3(static_cast<unsigned>(x), static_cast<unsigned>(smaller(BLOCK_THREADS / x, elements.rows)));
}

inline dim3 grid_of(const Elements& elements) {
    const dim3 block = block_of(elements);
    return dim3(static_cast<unsigned>(quotient_up(elements.columns, block.x)),
        static_cast<unsigned>(smaller(quotient_up(elements.rows, block.y), GRID_LIMIT)),
        static_cast<unsigned>(smaller(elements.samples, GRID_LIMIT)));
}

// Calls body(sample, row, column) for the elements of this thread; the row counts through all samples.
template <class Body>
__device__ __forceinline__ void over_elements(const Elements& elements, Body body) {
    const int64_t column = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (column >= elements.columns) {
        return;
    }
    for (int64_t sample = blockIdx.z; sample < elements.samples; sample += gridDim.z) {
        for (int64_t row = blockIdx.y * blockDim.y + threadIdx.y; row < elements.rows; row += gridDim.y * blockDim.y) {
            body(sample, sample * elements.rows + row, column);
        }
    }
}

}  // namespace boot
