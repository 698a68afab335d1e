// Group normalisation, with the scale and shift of a sample and an activation.
// Everything is float32: mean and squared deviations are those of a block around its own mean, joined by the rule of Chan,
// Golub and LeVeque (1983), so no difference of large sums is taken; chains of additions are as short as the blocks are many.
#include "activation.h"
#include "group_norm.h"
#include "reduction.h"

namespace boot {

constexpr int STATISTICS_THREADS = 128;  // of a group

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
        y.row(row)[part.channel] = activate(norm.activation, z);
    });
}

// ---- backward; dz = dy·f'(z), recomputed where it is needed

__device__ __forceinline__ float slope(const Norm& norm, const Normalisation& n, float centred, float dy) {
    const float z = centred * n.factor + n.offset;
    return dy * slope(norm.activation, z);
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

void sum_parameters(const Context& context, const Norm& norm, int32_t n, const float* sums, Source scale, bool accumulate,
    float* dgamma, float* dbeta) {
    BOOT_LAUNCH(group_norm_parameters, norm.tiles, dim3(LANES, LINES), 0, context.stream, norm, n, sums, scale, accumulate,
        dgamma, dbeta);
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

}  // namespace boot

using namespace boot;

int32_t boot_group_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy) {
    const Norm norm = norm_of(pixels, channels, groups, epsilon, activation);
    float* partial = reserve(of(context), static_cast<int64_t>(n) * norm.slices * 2 * channels);
    if (partial == nullptr) {
        return of(context).refusal;
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
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats dy, int64_t lddy,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma, boot_floats dbeta,
    boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const Norm norm = norm_of(pixels, channels, groups, epsilon, activation);
    const int64_t partials = static_cast<int64_t>(n) * norm.slices * 2 * channels, per_sample = 2ll * n * channels;
    float* partial = reserve(of(context), partials + per_sample + 2ll * n * groups);
    if (partial == nullptr) {
        return of(context).refusal;
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
    sum_parameters(
        of(context), norm, n, sums, source(scale, ldscale), accumulate != 0, at(dgamma), at(dbeta));
    BOOT_LAUNCH(group_norm_gradient, grid, block, 0, stream, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), means, source(dy, lddy), source(base, ldbase),
        sink(dx, lddx));
    return launched();
}
