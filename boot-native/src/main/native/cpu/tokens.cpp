// Rows of tokens: the same ones added to each sample, some of them copied, images cut into them.
#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

// y = base + x, or x where there is no base.
static BOOT_INLINE void put(int64_t count, const float* x, const float* base, float* y) {
    over_lanes(count, [&](int64_t i, auto lanes) BOOT_LAMBDA {
        const Vec value = load(x + i, lanes);
        store(y + i, base == nullptr ? value : load(base + i, lanes) + value, lanes);
    });
}

static BOOT_INLINE const float* row_or_null(Source x, int64_t row) { return x.given() ? x.row(row) : nullptr; }

void add_rows_forward(int32_t n, int32_t rows, int32_t channels, Source x, const float* p, Target y) {
    for (int64_t sample = 0; sample < n; sample++) {
        for (int64_t i = 0; i < rows; i++) {
            const int64_t row = sample * rows + i;
            put(channels, p + i * channels, x.row(row), y.row(row));
        }
    }
}

void add_rows_backward(int32_t n, int32_t rows, int32_t channels, Source dy, float* dp, bool accumulate) {
    for (int64_t sample = 0; sample < n; sample++) {
        for (int64_t i = 0; i < rows; i++) {
            float* sum = dp + i * channels;
            put(channels, dy.row(sample * rows + i), accumulate || sample > 0 ? sum : nullptr, sum);
        }
    }
}

void place_rows(int32_t n, int32_t count, int32_t source_rows, int32_t from, int32_t target_rows, int32_t to,
    int32_t channels, Source x, Source base, Target y) {
    for (int64_t sample = 0; sample < n; sample++) {
        for (int64_t i = 0; i < count; i++) {
            const int64_t source = sample * source_rows + from + i, target = sample * target_rows + to + i;
            put(channels, x.row(source), row_or_null(base, target), y.row(target));
        }
    }
}

// Calls body(pixel, token, place, step) for each pixel of the batch: its first channel is the value `place` of its token, and
// the next ones are `step` apart.
template <class Body>
static BOOT_INLINE void over_pixels(int32_t n, const Patches& patches, Body body) {
    const int64_t size = patches.size, across = patches.width / size;
    const int64_t step = patches.channels_first ? size * size : 1, apart = patches.channels_first ? 1 : patches.channels;
    for (int64_t line = 0; line < static_cast<int64_t>(n) * patches.height; line++) {  // the images lie below each other
        for (int64_t column = 0; column < patches.width; column++) {
            const int64_t token = line / size * across + column / size;
            body(line * patches.width + column, token, (line % size * size + column % size) * apart, step);
        }
    }
}

void patchify(int32_t n, const Patches& patches, Source x, Source base, Target y) {
    over_pixels(n, patches, [&](int64_t pixel, int64_t token, int64_t place, int64_t step) BOOT_LAMBDA {
        const float *from = x.row(pixel), *added = base.given() ? base.row(token) + place : nullptr;
        float* to = y.row(token) + place;
        if (step == 1) {
            put(patches.channels, from, added, to);
        } else {
            for (int64_t c = 0; c < patches.channels; c++) {
                to[c * step] = added == nullptr ? from[c] : added[c * step] + from[c];
            }
        }
    });
}

void unpatchify(int32_t n, const Patches& patches, Source x, Source base, Target y) {
    over_pixels(n, patches, [&](int64_t pixel, int64_t token, int64_t place, int64_t step) BOOT_LAMBDA {
        const float *from = x.row(token) + place, *added = row_or_null(base, pixel);
        float* to = y.row(pixel);
        if (step == 1) {
            put(patches.channels, from, added, to);
        } else {
            for (int64_t c = 0; c < patches.channels; c++) {
                to[c] = added == nullptr ? from[c * step] : added[c] + from[c * step];
            }
        }
    });
}

}  // namespace boot::BOOT_TIER
