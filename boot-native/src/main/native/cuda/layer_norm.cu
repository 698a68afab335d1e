// Layer normalisation, modulated by the sample or not. A warp takes a row: what it sums stays in its order, and the row in the
// first-level cache. The gradients of what rows have in common are sums over slices of a sample, as those of group
// normalisation are.
#include "group_norm.h"
#include "reduction.h"

namespace boot {

constexpr int ROWS = 4;  // of a block of threads, one to each warp

struct Rows {
    int64_t count;
    int32_t pixels, channels;  // rows of a sample, and their channels
};

// What a row is multiplied by and added to, channel by channel: y = x̂·factor + offset. Absent operands are null.
struct Modulation {
    const float *gamma, *beta;
    Source scale, shift;

    __device__ __forceinline__ float gamma_of(int32_t c) const { return gamma == nullptr ? 1.0f : gamma[c]; }
    __device__ __forceinline__ float beta_of(int32_t c) const { return beta == nullptr ? 0.0f : beta[c]; }
    __device__ __forceinline__ float scaling(int64_t sample, int32_t c) const {
        return scale.given() ? 1.0f + scale.row(sample)[c] : 1.0f;
    }
};

// The row of a warp; beyond the last one for warps that have none.
__device__ __forceinline__ int64_t row_of_warp() { return static_cast<int64_t>(blockIdx.x) * ROWS + threadIdx.y; }

// The mean of term(channel) over the channels of a row, for every lane.
template <class Term>
__device__ __forceinline__ float mean_of_row(const Rows& rows, Term term) {
    float sum = 0;
    for (int32_t c = threadIdx.x; c < rows.channels; c += LANES) {
        sum += term(c);
    }
    return warp_sum(sum) / static_cast<float>(rows.channels);
}

__global__ void __launch_bounds__(LANES * ROWS) layer_norm(Rows rows, float epsilon, Source x, Modulation modulation,
    float* statistics, Target y) {
    const int64_t row = row_of_warp(), sample = row / rows.pixels;
    if (row >= rows.count) {
        return;
    }
    const float* values = x.row(row);
    const float mean = mean_of_row(rows, [&](int32_t c) { return values[c]; });
    const float variance = mean_of_row(rows, [&](int32_t c) { return (values[c] - mean) * (values[c] - mean); });
    const float inverse = 1.0f / sqrtf(variance + epsilon);
    if (threadIdx.x == 0) {
        statistics[2 * row] = mean;
        statistics[2 * row + 1] = inverse;
    }
    for (int32_t c = threadIdx.x; c < rows.channels; c += LANES) {
        const float z = (values[c] - mean) * inverse * modulation.gamma_of(c) + modulation.beta_of(c);
        const float shift = modulation.shift.given() ? modulation.shift.row(sample)[c] : 0.0f;
        y.row(row)[c] = z * modulation.scaling(sample, c) + shift;
    }
}

// dx = base + (g - mean(g) - x̂·mean(g·x̂))/sigma for g = dy·gamma·(1 + scale).
__global__ void __launch_bounds__(LANES * ROWS) layer_norm_gradient(Rows rows, Source x, Modulation modulation,
    const float* statistics, Source dy, Source base, Target dx) {
    const int64_t row = row_of_warp(), sample = row / rows.pixels;
    if (row >= rows.count) {
        return;
    }
    const float *values = x.row(row), *gradients = dy.row(row);
    const float mean = statistics[2 * row], inverse = statistics[2 * row + 1];
    const auto g = [&](int32_t c) { return gradients[c] * (modulation.gamma_of(c) * modulation.scaling(sample, c)); };
    const float total = mean_of_row(rows, g);
    const float product = mean_of_row(rows, [&](int32_t c) { return g(c) * ((values[c] - mean) * inverse); });
    for (int32_t c = threadIdx.x; c < rows.channels; c += LANES) {
        const float value = (g(c) - total - (values[c] - mean) * inverse * product) * inverse;
        dx.row(row)[c] = base.given() ? base.row(row)[c] + value : value;
    }
}

// The sums of dy and of dy·x̂ for each channel of each slice.
__global__ void __launch_bounds__(LANES * LINES) layer_norm_slopes(Norm norm, Source x, const float* statistics, Source dy,
    float* partial) {
    BOOT_SHARED(float, shared, [LINES][LANES]);
    const Part part = part_of(norm);
    float sum = 0, product = 0;
    part.over_pixels([&](int, int64_t row) {
        const float d = dy.row(row)[part.channel];
        sum += d;
        product += d * ((x.row(row)[part.channel] - statistics[2 * row]) * statistics[2 * row + 1]);
    });
    sum = sum_lines(sum, shared);
    product = sum_lines(product, shared);
    if (part.inside && threadIdx.y == 0) {
        partial[part.place(norm)] = sum;
        partial[part.place(norm) + norm.channels] = product;
    }
}

// The same for each channel of each sample, and with them the gradients of scale and shift.
__global__ void __launch_bounds__(BLOCK_THREADS) layer_norm_channels(Elements channels, Norm norm, const float* partial,
    const float* gamma, const float* beta, float* sums, Target dscale, Target dshift) {
    over_elements(channels, [&](int64_t, int64_t sample, int64_t c) {
        float sum = 0, product = 0;
        for (int32_t slice = 0; slice < norm.slices; slice++) {
            const int64_t place = (sample * norm.slices + slice) * 2 * norm.channels + c;
            sum += partial[place];
            product += partial[place + norm.channels];
        }
        sums[sample * 2 * norm.channels + c] = sum;
        sums[(sample * 2 + 1) * norm.channels + c] = product;
        if (dscale.given()) {
            dscale.row(sample)[c] = gamma == nullptr ? product : gamma[c] * product + beta[c] * sum;
            dshift.row(sample)[c] = sum;
        }
    });
}

// With x̂' = (ẋ - mean(ẋ) - x̂·mean(ẋ·x̂))/sigma: x̂'·gamma·(1 + scale) + (x̂·gamma + beta)·scale' + shift'.
__global__ void __launch_bounds__(LANES * ROWS) layer_norm_tangent(Rows rows, Source x, Modulation modulation,
    const float* statistics, Source xtangent, Source scaletangent, Source shifttangent, Target ytangent) {
    const int64_t row = row_of_warp(), sample = row / rows.pixels;
    if (row >= rows.count) {
        return;
    }
    const float *values = x.row(row), *tangents = xtangent.row(row);
    const float mean = statistics[2 * row], inverse = statistics[2 * row + 1];
    const float total = mean_of_row(rows, [&](int32_t c) { return tangents[c]; });
    const float product = mean_of_row(rows, [&](int32_t c) { return tangents[c] * ((values[c] - mean) * inverse); });
    for (int32_t c = threadIdx.x; c < rows.channels; c += LANES) {
        const float normalised = (values[c] - mean) * inverse, gamma = modulation.gamma_of(c);
        float value = (tangents[c] - total - normalised * product) * inverse * (gamma * modulation.scaling(sample, c));
        if (scaletangent.given()) {
            value += (normalised * gamma + modulation.beta_of(c)) * scaletangent.row(sample)[c] + shifttangent.row(sample)[c];
        }
        ytangent.row(row)[c] = value;
    }
}

static Rows rows_of(int32_t n, int32_t pixels, int32_t channels) { return {static_cast<int64_t>(n) * pixels, pixels, channels}; }

static unsigned blocks_of(const Rows& rows) { return static_cast<unsigned>(quotient_up(rows.count, ROWS)); }

}  // namespace boot

using namespace boot;

int32_t boot_layer_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float epsilon,
    boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats shift,
    int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy) {
    const Rows rows = rows_of(n, pixels, channels);
    const Modulation modulation = {at(gamma), at(beta), source(scale, ldscale), source(shift, ldshift)};
    BOOT_LAUNCH(layer_norm, blocks_of(rows), dim3(LANES, ROWS), 0, of(context).stream, rows, epsilon, source(x, ldx),
        modulation, at(statistics), sink(y, ldy));
    return launched();
}

int32_t boot_layer_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats statistics,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma,
    boot_floats dbeta, boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const Rows rows = rows_of(n, pixels, channels);
    const Modulation modulation = {at(gamma), at(beta), source(scale, ldscale), {}};
    const cudaStream_t stream = of(context).stream;
    if (dx != 0) {
        BOOT_LAUNCH(layer_norm_gradient, blocks_of(rows), dim3(LANES, ROWS), 0, stream, rows, source(x, ldx), modulation,
            at(statistics), source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    }
    if (dgamma == 0 && dscale == 0) {
        return launched();
    }
    const Norm norm = norm_of(pixels, channels, 1, 0, BOOT_ACTIVATION_NONE);
    const int64_t partials = static_cast<int64_t>(n) * norm.slices * 2 * channels;
    float* partial = reserve(of(context), partials + 2ll * n * channels);
    if (partial == nullptr) {
        return of(context).refusal;
    }
    float* sums = partial + partials;
    const Elements sample_channels = {1, n, channels};
    BOOT_LAUNCH(layer_norm_slopes, static_cast<unsigned>(n) * norm.slices * norm.tiles, dim3(LANES, LINES), 0, stream, norm,
        source(x, ldx), at(statistics), source(dy, lddy), partial);
    BOOT_LAUNCH(layer_norm_channels, grid_of(sample_channels), block_of(sample_channels), 0, stream, sample_channels, norm,
        partial, at(gamma), at(beta), sums, sink(dscale, lddscale), sink(dshift, lddshift));
    if (dgamma != 0) {
        sum_parameters(
            of(context), norm, n, sums, source(scale, ldscale), accumulate != 0, at(dgamma), at(dbeta));
    }
    return launched();
}

int32_t boot_layer_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats statistics,
    boot_floats xtangent, int64_t ldxtangent, boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent,
    int64_t ldshifttangent, boot_floats ytangent, int64_t ldytangent) {
    const Rows rows = rows_of(n, pixels, channels);
    const Modulation modulation = {at(gamma), at(beta), source(scale, ldscale), {}};
    BOOT_LAUNCH(layer_norm_tangent, blocks_of(rows), dim3(LANES, ROWS), 0, of(context).stream, rows, source(x, ldx),
        modulation, at(statistics), source(xtangent, ldxtangent), source(scaletangent, ldscaletangent),
        source(shifttangent, ldshifttangent), sink(ytangent, ldytangent));
    return launched();
}
