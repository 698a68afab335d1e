// What the passes of group normalisation share, and all sums over the pixels of a sample. A block of threads takes 32 channels
// of 64 pixels of one sample, so that rows are read whole whatever the size of a group. Its partial results go to scratch
// memory and are joined in a fixed order that does not depend on the batch.
#pragma once
#include "elements.h"

namespace boot {

constexpr int LANES = 32;                // channels of a block of threads
constexpr int LINES = 8;                 // threads of a channel
constexpr int PIXELS = 64;               // of a block
constexpr int VALUES = PIXELS / LINES;   // of a thread

struct Norm {
    int32_t pixels, channels, groups, width;  // width: channels of a group
    int32_t slices, tiles;                    // parts of the pixels and of the channels
    float epsilon;
    int32_t activation;
};

// What a thread works on: a channel and every LINES-th pixel of a slice of a sample.
struct Part {
    int64_t sample;
    int32_t slice, channel, pixels;
    int64_t row;  // of the first pixel of the slice
    bool inside;

    // Calls body(i, row) for the pixels of this thread.
    template <class Body>
    __device__ __forceinline__ void over_pixels(Body body) const {
#pragma unroll
        for (int i = 0; i < VALUES; i++) {
            const int32_t pixel = threadIdx.y + i * LINES;
            if (inside && pixel < pixels) {
                body(i, row + pixel);
            }
        }
    }

    // Where the partial results of the slice begin: two rows of all channels.
    __device__ __forceinline__ int64_t place(const Norm& norm) const {
        return (sample * norm.slices + slice) * 2 * norm.channels + channel;
    }
};

__device__ __forceinline__ Part part_of(const Norm& norm) {
    Part part;
    const unsigned line = blockIdx.x / norm.tiles;
    part.channel = static_cast<int32_t>(blockIdx.x % norm.tiles) * LANES + threadIdx.x;
    part.sample = line / norm.slices;
    part.slice = static_cast<int32_t>(line % norm.slices);
    part.pixels = min(PIXELS, norm.pixels - part.slice * PIXELS);
    part.row = part.sample * norm.pixels + static_cast<int64_t>(part.slice) * PIXELS;
    part.inside = part.channel < norm.channels;
    return part;
}

// The sum over the lines of a block; every thread gets that of its lane.
__device__ __forceinline__ float sum_lines(float value, float (&shared)[LINES][LANES]) {
    shared[threadIdx.y][threadIdx.x] = value;
    __syncthreads();
    float total = shared[0][threadIdx.x];
#pragma unroll
    for (int line = 1; line < LINES; line++) {
        total += shared[line][threadIdx.x];
    }
    __syncthreads();
    return total;
}

// z = (x - mean)·factor + offset.
struct Normalisation {
    float mean, inverse, scaling, factor, offset;
};

__device__ __forceinline__ Normalisation normalisation_of(const Norm& norm, int64_t sample, int32_t c, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics) {
    const float* saved = statistics + 2 * (sample * norm.groups + c / norm.width);
    Normalisation n = {saved[0], saved[1], 1.0f, 0.0f, 0.0f};
    if (scale.given()) {
        n.scaling += scale.row(sample)[c];
        n.offset = shift.row(sample)[c];
    }
    n.factor = gamma[c] * n.inverse * n.scaling;
    n.offset += beta[c] * n.scaling;
    return n;
}

inline Norm norm_of(int32_t pixels, int32_t channels, int32_t groups, float epsilon,
    int32_t activation) {
    return {pixels, channels, groups, channels / groups, static_cast<int32_t>(quotient_up(pixels, PIXELS)),
        static_cast<int32_t>(quotient_up(channels, LANES)), epsilon, activation};
}

// Gradients of gamma and beta from the sums [n][2][channels] of dz and dz·x̂: sums over the samples.
void sum_parameters(const Context& context, const Norm& norm, int32_t n, const float* sums, Source scale, bool accumulate,
    float* dgamma, float* dbeta);

}  // namespace boot
