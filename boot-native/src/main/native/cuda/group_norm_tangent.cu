// Forward mode of group normalisation: with d = x - mean, r = 1/sigma, g = gamma·(1 + scale) and means over the group, the
// tangent of z = g·r·d + beta·(1 + scale) + shift is
//     g·r·(ẋ - mean(ẋ) - r²·d·mean(ẋ·d)) + (gamma·r·d + beta)·scale' + shift',
// and that of y = f(z) is f'(z) times it.
#include "activation.h"
#include "group_norm.h"
#include "reduction.h"

namespace boot {

constexpr int MEANS_THREADS = 128;  // of a group

// The sums of the tangents and of the tangents times x - mean for each channel of each slice.
__global__ void __launch_bounds__(LANES * LINES) group_norm_tangent_sums(Norm norm, Source x, const float* statistics,
    Source xtangent, float* partial) {
    BOOT_SHARED(float, shared, [LINES][LANES]);
    const Part part = part_of(norm);
    float sum = 0, product = 0;
    if (part.inside) {
        const float mean = statistics[2 * (part.sample * norm.groups + part.channel / norm.width)];
        part.over_pixels([&](int, int64_t row) {
            const float tangent = xtangent.row(row)[part.channel];
            sum += tangent;
            product += tangent * (x.row(row)[part.channel] - mean);
        });
    }
    sum = sum_lines(sum, shared);
    product = sum_lines(product, shared);
    if (part.inside && threadIdx.y == 0) {
        partial[part.place(norm)] = sum;
        partial[part.place(norm) + norm.channels] = product;
    }
}

// The means of both over a sample's group, one per block.
__global__ void __launch_bounds__(MEANS_THREADS) group_norm_tangent_means(Norm norm, const float* partial, float* means) {
    BOOT_SHARED(float, shared, [32]);
    const int64_t sample = blockIdx.x / norm.groups, first = sample * norm.slices * 2 * norm.channels
        + static_cast<int64_t>(blockIdx.x % norm.groups) * norm.width;
    float sum = 0, product = 0;
    for (int32_t i = threadIdx.x; i < norm.slices * norm.width; i += blockDim.x) {
        const int32_t slice = i / norm.width;
        const int64_t place = first + static_cast<int64_t>(slice) * 2 * norm.channels + (i - slice * norm.width);
        sum += partial[place];
        product += partial[place + norm.channels];
    }
    const float values = static_cast<float>(norm.pixels) * norm.width;
    sum = block_sum(sum, shared) / values;
    product = block_sum(product, shared) / values;
    if (threadIdx.x == 0) {
        means[2 * static_cast<int64_t>(blockIdx.x)] = sum;
        means[2 * static_cast<int64_t>(blockIdx.x) + 1] = product;
    }
}

__global__ void __launch_bounds__(LANES * LINES) group_norm_tangent_apply(Norm norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, const float* means, Source xtangent,
    Source scaletangent, Source shifttangent, Target ytangent) {
    const Part part = part_of(norm);
    if (!part.inside) {
        return;
    }
    const int32_t c = part.channel;
    const Normalisation n = normalisation_of(norm, part.sample, c, gamma, beta, scale, shift, statistics);
    const float* mean = means + 2 * (part.sample * norm.groups + c / norm.width);
    float product = -n.factor * (n.inverse * n.inverse) * mean[1], constant = -n.factor * mean[0];
    if (scaletangent.given()) {
        const float moved = scaletangent.row(part.sample)[c];
        product += gamma[c] * n.inverse * moved;
        constant += beta[c] * moved + shifttangent.row(part.sample)[c];
    }
    part.over_pixels([&](int, int64_t row) {
        const float centred = x.row(row)[c] - n.mean;
        const float tangent = n.factor * xtangent.row(row)[c] + (product * centred + constant);
        const float z = centred * n.factor + n.offset;
        ytangent.row(row)[c] = tangent * slope(norm.activation, z);
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_group_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats xtangent, int64_t ldxtangent,
    boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent, int64_t ldshifttangent,
    boot_floats ytangent, int64_t ldytangent) {
    const Norm norm = norm_of(pixels, channels, groups, epsilon, activation);
    const int64_t partials = static_cast<int64_t>(n) * norm.slices * 2 * channels;
    float* partial = reserve(of(context), partials + 2ll * n * groups);
    if (partial == nullptr) {
        return of(context).refusal;
    }
    float* means = partial + partials;
    const dim3 grid(static_cast<unsigned>(n) * norm.slices * norm.tiles), block(LANES, LINES);
    const cudaStream_t stream = of(context).stream;
    BOOT_LAUNCH(group_norm_tangent_sums, grid, block, 0, stream, norm, source(x, ldx), at(statistics),
        source(xtangent, ldxtangent), partial);
    BOOT_LAUNCH(group_norm_tangent_means, n * groups, MEANS_THREADS, 0, stream, norm, partial, means);
    BOOT_LAUNCH(group_norm_tangent_apply, grid, block, 0, stream, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), means, source(xtangent, ldxtangent),
        source(scaletangent, ldscaletangent), source(shifttangent, ldshifttangent), sink(ytangent, ldytangent));
    return launched();
}
