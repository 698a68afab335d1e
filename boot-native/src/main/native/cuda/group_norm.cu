// Group normalisation, with the scale and shift of a sample and with SiLU.
//
// A block of threads takes 32 channels of 64 pixels of one sample, so that rows are read whole whatever the size of a group.
// Its partial results go to scratch memory and are joined in a fixed order that does not depend on the batch. Everything is
// float32: mean and squared deviations are those of a block around its own mean, joined by the rule of Chan, Golub and
// LeVeque (1983), so no difference of large sums is taken; chains of additions are as short as the blocks are many.
#include "activation.h"
#include "elements.h"
#include "reduction.h"

namespace boot {

constexpr int LANES = 32;                // channels of a block of threads
constexpr int LINES = 8;                 // threads of a channel
constexpr int PIXELS = 64;               // of a block
constexpr int VALUES = PIXELS / LINES;   // of a thread
constexpr int STATISTICS_THREADS = 128;  // of a group

struct Norm {
    int32_t pixels, channels, groups, width;  // width: channels of a group
    int32_t slices, tiles;                    // parts of the pixels and of the channels
    float epsilon;
    bool silu;
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

// ---- forward

// Mean and squared deviations of each channel of each slice.
__global__ void __launch_bounds__(LANES * LINES) group_norm_moments(Norm norm, Source x, float* partial) {
    BOOT_SHARED(float, shared, [LINES][LANES]);
    const Part part = part_of(norm);
    float values[VALUES] = {}, sum = 0, squares = 0;
    part.over_pixels([&](int i, int64_t row) {
        values[i] = x.row(row)[part.channel];
        sum += values[i];
    });
    const float mean = sum_lines(sum, shared) / part.pixels;
    part.over_pixels([&](int i, int64_t) { squares += (values[i] - mean) * (values[i] - mean); });
    squares = sum_lines(squares, shared);
    if (part.inside && threadIdx.y == 0) {
        partial[part.place(norm)] = mean;
        partial[part.place(norm) + norm.channels] = squares;
    }
}

// Mean and 1/sigma of a sample's group, one per block.
__global__ void __launch_bounds__(STATISTICS_THREADS) group_norm_statistics(Norm norm, const float* partial,
    float* statistics) {
    BOOT_SHARED(float, shared, [32]);
    const int64_t sample = blockIdx.x / norm.groups, first = sample * norm.slices * 2 * norm.channels
        + static_cast<int64_t>(blockIdx.x % norm.groups) * norm.width;
    const float origin = partial[first], values = static_cast<float>(norm.pixels) * norm.width;
    const auto over_parts = [&](auto body) {
        for (int32_t i = threadIdx.x; i < norm.slices * norm.width; i += blockDim.x) {
            const int32_t slice = i / norm.width;
            const int64_t place = first + static_cast<int64_t>(slice) * 2 * norm.channels + (i - slice * norm.width);
            body(min(PIXELS, norm.pixels - slice * PIXELS), partial[place], partial[place + norm.channels]);
        }
    };
    float sum = 0, squares = 0;
    over_parts([&](int count, float mean, float) { sum += count * (mean - origin); });
    const float mean = origin + block_sum(sum, shared) / values;
    over_parts([&](int count, float part_mean, float part_squares) {
        squares += part_squares + count * ((part_mean - mean) * (part_mean - mean));
    });
    const float variance = block_sum(squares, shared) / values;
    if (threadIdx.x == 0) {
        statistics[2 * static_cast<int64_t>(blockIdx.x)] = mean;
        statistics[2 * static_cast<int64_t>(blockIdx.x) + 1] = 1.0f / sqrtf(variance + norm.epsilon);
    }
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

__global__ void __launch_bounds__(LANES * LINES) group_norm_apply(Norm norm, Source x, const float* gamma, const float* beta,
    Source scale, Source shift, const float* statistics, Target y) {
    const Part part = part_of(norm);
    if (!part.inside) {
        return;
    }
    const Normalisation n =
        normalisation_of(norm, part.sample, part.channel, gamma, beta, scale, shift, statistics);
    part.over_pixels([&](int, int64_t row) {
        const float z = (x.row(row)[part.channel] - n.mean) * n.factor + n.offset;
        y.row(row)[part.channel] = norm.silu ? z * sigmoid(z) : z;
    });
}

// ---- backward; dz = dy·silu'(z), recomputed where it is needed

__device__ __forceinline__ float slope(const Norm& norm, const Normalisation& n, float centred, float dy) {
    const float z = centred * n.factor + n.offset;
    return norm.silu ? dy * silu_slope(z, sigmoid(z)) : dy;
}

// The sums of dz and of dz·(x - mean) for each channel of each slice.
__global__ void __launch_bounds__(LANES * LINES) group_norm_slopes(Norm norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, Source dy, float* partial) {
    BOOT_SHARED(float, shared, [LINES][LANES]);
    const Part part = part_of(norm);
    float sum = 0, product = 0;
    if (part.inside) {
        const Normalisation n =
            normalisation_of(norm, part.sample, part.channel, gamma, beta, scale, shift, statistics);
        part.over_pixels([&](int, int64_t row) {
            const float centred = x.row(row)[part.channel] - n.mean;
            const float dz = slope(norm, n, centred, dy.row(row)[part.channel]);
            sum += dz;
            product += dz * centred;
        });
    }
    sum = sum_lines(sum, shared);
    product = sum_lines(product, shared);
    if (part.inside && threadIdx.y == 0) {
        partial[part.place(norm)] = sum;
        partial[part.place(norm) + norm.channels] = product;
    }
}

// The sums of dz and of dz·x̂ for each channel of each sample, and with them the gradients of scale and shift.
__global__ void __launch_bounds__(BLOCK_THREADS) group_norm_channels(Elements channels, Norm norm, const float* partial,
    const float* gamma, const float* beta, const float* statistics, float* sums, Target dscale, Target dshift) {
    over_elements(channels, [&](int64_t, int64_t sample, int64_t c) {
        float sum = 0, product = 0;
        for (int32_t slice = 0; slice < norm.slices; slice++) {
            const int64_t place = (sample * norm.slices + slice) * 2 * norm.channels + c;
            sum += partial[place];
            product += partial[place + norm.channels];
        }
        const float normalised =
            product * statistics[2 * (sample * norm.groups + static_cast<int32_t>(c) / norm.width) + 1];
        sums[sample * 2 * norm.channels + c] = sum;
        sums[(sample * 2 + 1) * norm.channels + c] = normalised;
        if (dscale.given()) {
            dscale.row(sample)[c] = gamma[c] * normalised + beta[c] * sum;
            dshift.row(sample)[c] = sum;
        }
    });
}

// The means of g·dz and g·dz·x̂ over a sample's group, g = gamma·(1 + scale); one warp each.
__global__ void __launch_bounds__(LANES) group_norm_means(Norm norm, const float* sums, const float* gamma, Source scale,
    float* means) {
    const int64_t sample = blockIdx.x / norm.groups;
    const int32_t first = static_cast<int32_t>(blockIdx.x % norm.groups) * norm.width;
    float total = 0, products = 0;
    for (int32_t c = first + threadIdx.x; c < first + norm.width; c += LANES) {
        const float factor = gamma[c] * (scale.given() ? 1.0f + scale.row(sample)[c] : 1.0f);
        total += factor * sums[sample * 2 * norm.channels + c];
        products += factor * sums[(sample * 2 + 1) * norm.channels + c];
    }
    const float values = static_cast<float>(norm.pixels) * norm.width;
    total = warp_sum(total) / values;
    products = warp_sum(products) / values;
    if (threadIdx.x == 0) {
        means[2 * static_cast<int64_t>(blockIdx.x)] = total;
        means[2 * static_cast<int64_t>(blockIdx.x) + 1] = products;
    }
}

// Gradients of gamma and beta: sums over the samples.
__global__ void __launch_bounds__(LANES * LINES) group_norm_parameters(Norm norm, int32_t n, const float* sums, Source scale,
    bool accumulate, float* dgamma, float* dbeta) {
    BOOT_SHARED(float, shared, [LINES][LANES]);
    const int32_t c = static_cast<int32_t>(blockIdx.x) * LANES + threadIdx.x;
    float gamma_sum = 0, beta_sum = 0;
    for (int64_t sample = threadIdx.y; c < norm.channels && sample < n; sample += LINES) {
        const float scaling = scale.given() ? 1.0f + scale.row(sample)[c] : 1.0f;
        beta_sum += scaling * sums[sample * 2 * norm.channels + c];
        gamma_sum += scaling * sums[(sample * 2 + 1) * norm.channels + c];
    }
    gamma_sum = sum_lines(gamma_sum, shared);
    beta_sum = sum_lines(beta_sum, shared);
    if (c < norm.channels && threadIdx.y == 0) {
        dgamma[c] = accumulate ? dgamma[c] + gamma_sum : gamma_sum;
        dbeta[c] = accumulate ? dbeta[c] + beta_sum : beta_sum;
    }
}

// dx = base + (g·dz - mean(g·dz) - x̂·mean(g·dz·x̂))/sigma.
__global__ void __launch_bounds__(LANES * LINES) group_norm_gradient(Norm norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, const float* means, Source dy, Source base,
    Target dx) {
    const Part part = part_of(norm);
    if (!part.inside) {
        return;
    }
    const Normalisation n =
        normalisation_of(norm, part.sample, part.channel, gamma, beta, scale, shift, statistics);
    const float* mean = means + 2 * (part.sample * norm.groups + part.channel / norm.width);
    const float constant = mean[0] * n.inverse, product = mean[1] * n.inverse * n.inverse;
    part.over_pixels([&](int, int64_t row) {
        const float centred = x.row(row)[part.channel] - n.mean;
        const float dz = slope(norm, n, centred, dy.row(row)[part.channel]);
        const float value = n.factor * dz - (product * centred + constant);
        dx.row(row)[part.channel] = base.given() ? base.row(row)[part.channel] + value : value;
    });
}

static Norm norm_of(int32_t pixels, int32_t channels, int32_t groups, float epsilon, int32_t silu) {
    return {pixels, channels, groups, channels / groups, static_cast<int32_t>(quotient_up(pixels, PIXELS)),
        static_cast<int32_t>(quotient_up(channels, LANES)), epsilon, silu != 0};
}

}  // namespace boot

using namespace boot;

int32_t boot_group_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t silu, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy) {
    const Norm norm = norm_of(pixels, channels, groups, epsilon, silu);
    float* partial = reserve(of(context), static_cast<int64_t>(n) * norm.slices * 2 * channels);
    if (partial == nullptr) {
        return no_scratch(of(context));
    }
    const dim3 grid(static_cast<unsigned>(n) * norm.slices * norm.tiles), block(LANES, LINES);
    const cudaStream_t stream = of(context).stream;
    BOOT_LAUNCH(group_norm_moments, grid, block, 0, stream, norm, source(x, ldx), partial);
    BOOT_LAUNCH(group_norm_statistics, n * groups, STATISTICS_THREADS, 0, stream, norm, partial, at(statistics));
    BOOT_LAUNCH(group_norm_apply, grid, block, 0, stream, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), sink(y, ldy));
    return launched();
}

int32_t boot_group_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t silu, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats dy, int64_t lddy,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma, boot_floats dbeta,
    boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const Norm norm = norm_of(pixels, channels, groups, epsilon, silu);
    const int64_t partials = static_cast<int64_t>(n) * norm.slices * 2 * channels, per_sample = 2ll * n * channels;
    float* partial = reserve(of(context), partials + per_sample + 2ll * n * groups);
    if (partial == nullptr) {
        return no_scratch(of(context));
    }
    float *sums = partial + partials, *means = sums + per_sample;
    const Elements sample_channels = {1, n, channels};
    const dim3 grid(static_cast<unsigned>(n) * norm.slices * norm.tiles), block(LANES, LINES);
    const cudaStream_t stream = of(context).stream;
    BOOT_LAUNCH(group_norm_slopes, grid, block, 0, stream, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), source(dy, lddy), partial);
    BOOT_LAUNCH(group_norm_channels, grid_of(sample_channels), block_of(sample_channels), 0, stream, sample_channels, norm,
        partial, at(gamma), at(beta), at(statistics), sums, sink(dscale, lddscale), sink(dshift, lddshift));
    BOOT_LAUNCH(group_norm_means, n * groups, LANES, 0, stream, norm, sums, at(gamma), source(scale, ldscale), means);
    BOOT_LAUNCH(group_norm_parameters, norm.tiles, block, 0, stream, norm, n, sums, source(scale, ldscale), accumulate != 0,
        at(dgamma), at(dbeta));
    BOOT_LAUNCH(group_norm_gradient, grid, block, 0, stream, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), means, source(dy, lddy), source(base, ldbase),
        sink(dx, lddx));
    return launched();
}
