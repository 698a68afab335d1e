// Embeddings of times and labels, and the division of samples by their time.
#include "elements.h"

namespace boot {

// ln t for a normal t > 0, correctly rounded but for a small share of the arguments, which are off by one unit in the last
// place: exponent·ln 2 + 2s·(1 + s²/3 + s⁴/5 + …), s = (m - 1)/(m + 1), with the leading terms as sums of two float32. An
// angle is a large multiple of it, so logf, exact to a unit, would not do.
__device__ __forceinline__ float natural_log(float t) {
    const int32_t raw = static_cast<int32_t>(__float_as_uint(t)) - 0x3F3504F3;  // bits of the root of a half
    const float exponent = static_cast<float>(raw >> 23);
    const float m = __uint_as_float(static_cast<uint32_t>((raw & 0x7FFFFF) + 0x3F3504F3));
    const float above = __fsub_rn(m, 1.0f), below = __fadd_rn(m, 1.0f);
    const float below_rest = __fsub_rn(m, __fsub_rn(below, 1.0f));
    const float s = __fdiv_rn(above, below);
    const float s_rest = __fdiv_rn(__fmaf_rn(-s, below_rest, __fmaf_rn(-s, below, above)), below);
    const float z = s * s;
    const float series = z * (0.3333333333f + z * (0.2f + z * (0.1428571429f + z * (0.1111111111f + z * 0.0909090909f))));
    const float high = __fmaf_rn(exponent, 0.693145752f, 2.0f * s);  // 0.693145752 has 16 bits: its product is exact
    const float high_rest = __fsub_rn(2.0f * s, __fsub_rn(high, exponent * 0.693145752f));
    return high + (high_rest + exponent * 1.42860677e-6f + 2.0f * (s_rest + s * series));
}

// Sine and cosine of an angle below 10⁶ or so: the multiple of π/2 is taken off in three parts, each exact to 24 bits. (The
// library's own functions keep a table in local memory for the rest of the numbers.)
__device__ __forceinline__ void sine_cosine(float angle, float& sine, float& cosine) {
    const float turns = rintf(angle * 0.636619772f);
    float r = __fmaf_rn(turns, -1.57079637f, angle);
    r = __fmaf_rn(turns, 4.37113883e-8f, r);
    r = __fmaf_rn(turns, 1.71512489e-15f, r);
    const float z = r * r;
    const float s = r + r * z * (-0.166666667f + z * (8.33333333e-3f + z * (-1.98412698e-4f + z * 2.75573192e-6f)));
    const float c = 1.0f + z * (-0.5f
        + z * (4.16666667e-2f + z * (-1.38888889e-3f + z * (2.48015873e-5f - z * 2.75573192e-7f))));
    const int32_t quarter = static_cast<int32_t>(turns) & 3;
    sine = quarter & 1 ? c : s;
    cosine = quarter & 1 ? s : c;
    sine = quarter & 2 ? -sine : sine;
    cosine = (quarter + 1) & 2 ? -cosine : cosine;
}

// The angle in float32, each product rounded; see TimeEmbedding.
__device__ __forceinline__ float angle_of(bool fourier, float t, float frequency) {
    const float angle = __fmul_rn(fourier ? natural_log(t) : t, frequency);
    return fourier ? __fmul_rn(__fmul_rn(angle, 2.0f), 3.14159265f) : angle;
}

__global__ void __launch_bounds__(BLOCK_THREADS) time_embedding(Elements angles, bool fourier, bool cosine_first,
    const float* t, const float* frequencies, Target y) {
    over_elements(angles, [&](int64_t, int64_t sample, int64_t i) {
        float sine, cosine;
        sine_cosine(angle_of(fourier, t[sample], frequencies[i]), sine, cosine);
        float* row = y.row(sample) + i;
        row[cosine_first ? angles.columns : 0] = sine;
        row[cosine_first ? 0 : angles.columns] = cosine;
    });
}

// The derivatives: cosine and -sine, times that of the angle.
__global__ void __launch_bounds__(BLOCK_THREADS) time_embedding_tangent(Elements angles, bool fourier, bool cosine_first,
    const float* t, const float* frequencies, const float* ttangent, Target ytangent) {
    over_elements(angles, [&](int64_t, int64_t sample, int64_t i) {
        float sine, cosine;
        sine_cosine(angle_of(fourier, t[sample], frequencies[i]), sine, cosine);
        const float speed = frequencies[i] * ttangent[sample] * (fourier ? 6.28318531f / t[sample] : 1.0f);
        float* row = ytangent.row(sample) + i;
        row[cosine_first ? angles.columns : 0] = cosine * speed;
        row[cosine_first ? 0 : angles.columns] = -sine * speed;
    });
}

// Whether a label names a row of a table: labels come from memory, and no caller has seen them.
__device__ __forceinline__ bool names_row(float label, int32_t rows) {
    return label >= 0.0f && label < 2147483648.0f && static_cast<int32_t>(label) < rows;
}

__global__ void __launch_bounds__(BLOCK_THREADS) embedding(Elements elements, int32_t rows, const float* labels,
    const float* table, Source x, Target y) {
    over_elements(elements, [&](int64_t, int64_t sample, int64_t i) {
        if (!names_row(labels[sample], rows)) {
            y.row(sample)[i] = __uint_as_float(0x7FFFFFFF);  // not a number
            return;
        }
        const float value = table[static_cast<int64_t>(labels[sample]) * elements.columns + i];
        y.row(sample)[i] = x.given() ? x.row(sample)[i] + value : value;
    });
}

// The first sample with its label adds those of all samples with that label to the table: no two threads write one value, the
// order is that of the batch.
__global__ void __launch_bounds__(BLOCK_THREADS) embedding_gradient(Elements elements, int32_t rows, const float* labels,
    Source dy, float* dtable) {
    over_elements(elements, [&](int64_t, int64_t first, int64_t i) {
        const float label = labels[first];
        if (!names_row(label, rows)) {
            return;
        }
#pragma unroll 1
        for (int64_t sample = 0; sample < first; sample++) {
            if (labels[sample] == label) {
                return;
            }
        }
        float* entry = dtable + static_cast<int64_t>(label) * elements.columns + i;
        float sum = *entry;
#pragma unroll 1
        for (int64_t sample = first; sample < elements.rows; sample++) {
            if (labels[sample] == label) {
                sum += dy.row(sample)[i];
            }
        }
        *entry = sum;
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) divide_samples(Elements elements, Source x, const float* divisor,
    Source base, Target y) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float value = x.row(row)[i] / divisor[sample];
        y.row(row)[i] = base.given() ? base.row(row)[i] + value : value;
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_time_embedding(boot_context context, int32_t n, int32_t half, int32_t fourier, int32_t cosine_first,
    boot_floats t, boot_floats frequencies, boot_floats y, int64_t ldy) {
    const Elements angles = {1, n, half};
    BOOT_LAUNCH(time_embedding, grid_of(angles), block_of(angles), 0, of(context).stream, angles, fourier != 0,
        cosine_first != 0, at(t), at(frequencies), sink(y, ldy));
    return launched();
}

int32_t boot_time_embedding_tangent(boot_context context, int32_t n, int32_t half, int32_t fourier, int32_t cosine_first,
    boot_floats t, boot_floats frequencies, boot_floats ttangent, boot_floats ytangent, int64_t ldytangent) {
    const Elements angles = {1, n, half};
    BOOT_LAUNCH(time_embedding_tangent, grid_of(angles), block_of(angles), 0, of(context).stream, angles, fourier != 0,
        cosine_first != 0, at(t), at(frequencies), at(ttangent), sink(ytangent, ldytangent));
    return launched();
}

int32_t boot_embedding_forward(boot_context context, int32_t n, int32_t table_rows, int32_t channels, boot_floats labels,
    boot_floats table, boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    const Elements elements = {1, n, channels};
    BOOT_LAUNCH(embedding, grid_of(elements), block_of(elements), 0, of(context).stream, elements, table_rows, at(labels),
        at(table), source(x, ldx), sink(y, ldy));
    return launched();
}

int32_t boot_embedding_backward(boot_context context, int32_t n, int32_t table_rows, int32_t channels,
    boot_floats labels, boot_floats dy, int64_t lddy, boot_floats dtable, int32_t accumulate) {
    if (!accumulate) {
        const int32_t filled = boot_fill(context, dtable, static_cast<int64_t>(table_rows) * channels, 0.0f);
        if (filled != BOOT_OK) {
            return filled;
        }
    }
    const Elements elements = {1, n, channels};
    BOOT_LAUNCH(embedding_gradient, grid_of(elements), block_of(elements), 0, of(context).stream, elements, table_rows,
        at(labels), source(dy, lddy), at(dtable));
    return launched();
}

int32_t boot_divide_samples(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats divisor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(divide_samples, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        at(divisor), source(base, ldbase), sink(y, ldy));
    return launched();
}
