// Gates, and sums over the rows of a sample.
#include "group_norm.h"
#include "sums.h"

namespace boot {

__global__ void __launch_bounds__(BLOCK_THREADS) gate(Elements elements, Source x, Source gate, Source residual, Target y) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float value = gate.row(sample)[i] * x.row(row)[i];
        y.row(row)[i] = residual.given() ? residual.row(row)[i] + value : value;
    });
}

// dx, and the sums of dy·x for each channel of each slice.
__global__ void __launch_bounds__(LANES * LINES) gate_gradient(Norm norm, Source x, Source gate, Source dy, Source base,
    Target dx, float* partial) {
    BOOT_SHARED(float, shared, [LINES][LANES]);
    const Part part = part_of(norm);
    const int32_t c = part.channel;
    float sum = 0;
    if (part.inside) {
        const float factor = gate.row(part.sample)[c];
        part.over_pixels([&](int, int64_t row) {
            const float d = dy.row(row)[c], value = factor * d;
            sum += d * x.row(row)[c];
            dx.row(row)[c] = base.given() ? base.row(row)[c] + value : value;
        });
    }
    sum = sum_lines(sum, shared);
    if (part.inside && threadIdx.y == 0) {
        partial[(part.sample * norm.slices + part.slice) * norm.channels + c] = sum;
    }
}

__global__ void __launch_bounds__(BLOCK_THREADS) gate_tangent(Elements elements, Source x, Source gate, Source xtangent,
    Source gatetangent, Source residualtangent, Target ytangent) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float value = gatetangent.row(sample)[i] * x.row(row)[i] + gate.row(sample)[i] * xtangent.row(row)[i];
        ytangent.row(row)[i] = residualtangent.given() ? residualtangent.row(row)[i] + value : value;
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) spread_rows(Elements elements, float factor, Source dy, Source base,
    Target dx) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float value = factor * dy.row(sample)[i];
        dx.row(row)[i] = base.given() ? base.row(row)[i] + value : value;
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_gate_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats residual, int64_t ldresidual, boot_floats y, int64_t ldy) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(boot::gate, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        source(gate, ldgate), source(residual, ldresidual), sink(y, ldy));
    return launched();
}

int32_t boot_gate_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx,
    int64_t lddx, boot_floats dgate, int64_t lddgate) {
    const Norm norm = norm_of(pixels, channels, 1, 0, BOOT_ACTIVATION_NONE);
    float* partial = reserve(of(context), static_cast<int64_t>(n) * norm.slices * channels);
    if (partial == nullptr) {
        return of(context).refusal;
    }
    BOOT_LAUNCH(gate_gradient, static_cast<unsigned>(n) * norm.slices * norm.tiles, dim3(LANES, LINES), 0,
        of(context).stream, norm, source(x, ldx), source(gate, ldgate), source(dy, lddy), source(base, ldbase),
        sink(dx, lddx), partial);
    return sum_rows(of(context), n, norm.slices, norm.slices, channels, {partial, channels}, sink(dgate, lddgate), false);
}

int32_t boot_gate_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats xtangent, int64_t ldxtangent, boot_floats gatetangent,
    int64_t ldgatetangent, boot_floats residualtangent, int64_t ldresidualtangent, boot_floats ytangent,
    int64_t ldytangent) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(gate_tangent, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        source(gate, ldgate), source(xtangent, ldxtangent), source(gatetangent, ldgatetangent),
        source(residualtangent, ldresidualtangent), sink(ytangent, ldytangent));
    return launched();
}

int32_t boot_sum_rows_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float factor,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    const int64_t chunks = quotient_up(pixels, SUM_CHUNK);
    if (chunks == 1) {
        return sum_rows(of(context), n, pixels, pixels, channels, source(x, ldx), sink(y, ldy), false, factor);
    }
    float* partial = reserve(of(context), n * chunks * channels);
    if (partial == nullptr) {
        return of(context).refusal;
    }
    const int32_t result =
        sum_rows(of(context), n, pixels, SUM_CHUNK, channels, source(x, ldx), {partial, channels}, false);
    return result != BOOT_OK ? result
                             : sum_rows(of(context), n, chunks, chunks, channels, {partial, channels}, sink(y, ldy), false, factor);
}

int32_t boot_sum_rows_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float factor,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(spread_rows, grid_of(elements), block_of(elements), 0, of(context).stream, elements, factor,
        source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return launched();
}
