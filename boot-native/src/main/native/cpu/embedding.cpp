// Embeddings of times and labels, and the division of samples by their time.
#include <math.h>
#include <string.h>

#include <algorithm>

#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

static constexpr float PI = 3.14159265f;

// The angle in float32, each product rounded; see TimeEmbedding.
static float angle(bool fourier, float t, float frequency) {
    if (!fourier) {
        return t * frequency;
    }
    float logarithm = static_cast<float>(log(static_cast<double>(t)));
    return logarithm * frequency * 2.0f * PI;
}

void time_embedding(int32_t n, int32_t half, bool fourier, bool cosine_first, const float* t, const float* frequencies,
    Target y) {
    for (int32_t sample = 0; sample < n; sample++) {
        float* sines = y.row(sample) + (cosine_first ? half : 0);
        float* cosines = y.row(sample) + (cosine_first ? 0 : half);
        for (int32_t i = 0; i < half; i++) {
            double exact = angle(fourier, t[sample], frequencies[i]);
            sines[i] = static_cast<float>(sin(exact));
            cosines[i] = static_cast<float>(cos(exact));
        }
    }
}

void time_embedding_tangent(int32_t n, int32_t half, bool fourier, bool cosine_first, const float* t,
    const float* frequencies, const float* ttangent, Target ytangent) {
    for (int32_t sample = 0; sample < n; sample++) {
        float* sines = ytangent.row(sample) + (cosine_first ? half : 0);
        float* cosines = ytangent.row(sample) + (cosine_first ? 0 : half);
        const float speed = fourier ? 2.0f * PI * ttangent[sample] / t[sample] : ttangent[sample];
        for (int32_t i = 0; i < half; i++) {
            double exact = angle(fourier, t[sample], frequencies[i]);
            sines[i] = static_cast<float>(cos(exact) * frequencies[i] * speed);
            cosines[i] = static_cast<float>(-sin(exact) * frequencies[i] * speed);
        }
    }
}

// The row that a label names, or -1: labels come from memory, and no caller has seen them.
static int64_t row_of(float label, int32_t rows) {
    return label >= 0 && label < static_cast<double>(rows) ? static_cast<int64_t>(label) : -1;
}

void embedding_forward(int32_t n, int32_t table_rows, int32_t channels, const float* labels, const float* table, Source x,
    Target y) {
    for (int32_t sample = 0; sample < n; sample++) {
        const int64_t row = row_of(labels[sample], table_rows);
        if (row < 0) {
            std::fill_n(y.row(sample), channels, NAN);
            continue;
        }
        const float* entry = table + row * channels;
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA {
            Vec value = load(entry + i, lanes);
            store(y.row(sample) + i, x.given() ? load(x.row(sample) + i, lanes) + value : value, lanes);
        });
    }
}

void embedding_backward(int32_t n, int32_t table_rows, int32_t channels, const float* labels, Source dy, float* dtable,
    bool accumulate) {
    if (!accumulate) {
        memset(dtable, 0, sizeof(float) * table_rows * channels);
    }
    for (int32_t sample = 0; sample < n; sample++) {
        const int64_t row = row_of(labels[sample], table_rows);
        if (row < 0) {
            continue;
        }
        float* entry = dtable + row * channels;
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA {
            store(entry + i, load(entry + i, lanes) + load(dy.row(sample) + i, lanes), lanes);
        });
    }
}

void divide_samples(int32_t n, int32_t pixels, int32_t channels, Source x, const float* divisor, Source base, Target y) {
    for (int64_t row = 0; row < static_cast<int64_t>(n) * pixels; row++) {
        const float by = divisor[row / pixels];
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA {
            Vec value = load(x.row(row) + i, lanes) / by;
            store(y.row(row) + i, base.given() ? load(base.row(row) + i, lanes) + value : value, lanes);
        });
    }
}

}  // namespace boot::BOOT_TIER
