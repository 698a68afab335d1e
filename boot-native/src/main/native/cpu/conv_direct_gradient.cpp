// Direct gradient of the weights. The window values of a kernel row are contiguous in a padded image, so each kernel row is a
// transposed product of [pixels][3·in] and dy [pixels][out], whose rows follow the image lines.
#include "convolution.h"

namespace boot::BOOT_TIER {

// Lines of a band of some 128 pixels: the length of the sums between two visits of the result.
static int64_t band_lines(const Conv& conv) { return larger(1, 128 / conv.out_width()); }

// A band of image lines: line l's windows start at windows + lines[l], its gradients are `width` rows of dy.
struct Band {
    const float* windows;
    const int64_t* lines;
    int64_t line_count, step, width;
};

// result (+)= windowsᵀ · dy for one panel of columns.
template <int V>
static BOOT_INLINE void add_panel(const Band& band, int64_t run, Source dy, int64_t columns, float* result, int64_t ld,
    bool accumulate) {
    over_tiles(run, [&](int64_t i, auto count) BOOT_LAMBDA {
        constexpr int R = decltype(count)::value;
        Tile<R, V> tile;
        tile.clear();
        for (int64_t l = 0; l < band.line_count; l++) {
            tile.add_columns(band.windows + band.lines[l] + i, band.step, dy.row(l * band.width), dy.stride, band.width);
        }
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            float* target = result + (i + r) * ld;
            if (accumulate) {
                tile.row[r].add(Columns<V>::of(target, columns));
            }
            tile.row[r].store_to(target, columns);
        }
    });
}

static void add_band(const Conv& conv, const Band& band, Source dy, float* edge, float* result, bool accumulate) {
    for (int64_t column = 0; column < conv.out; column += PANEL) {
        const int64_t left = conv.out - column;
        Source right = {dy.data + column, dy.stride};
        if (left < PANEL) {
            const int64_t rows = band.line_count * band.width;
            pack_rows(rows, left, right, rows, 0, edge);
            right = {edge, PANEL};
        }
        for_width(left, [&](auto vectors) BOOT_LAMBDA {
            add_panel<decltype(vectors)::value>(band, 3 * conv.in, right, left, result + column, conv.out, accumulate);
        });
    }
}

int64_t direct_weights_scratch(int32_t n, const Conv& conv) {
    const int64_t padded = padded_floats(conv.height, conv.width, conv.in), group = group_images(n, padded);
    return round_up(group * padded, 16) + 2 * group * conv.out_height() + band_lines(conv) * conv.out_width() * PANEL;
}

void direct_backward_weights(float* images, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    bool accumulate) {
    const int64_t padded = padded_floats(conv.height, conv.width, conv.in);
    const int64_t group = group_images(n, padded), images_floats = round_up(group * padded, 16);
    const int64_t height = conv.out_height(), width = conv.out_width(), band = band_lines(conv);
    int64_t* lines = reinterpret_cast<int64_t*>(images + images_floats);
    float* edge = images + images_floats + 2 * group * height;
    const int64_t line = static_cast<int64_t>(conv.width + 2) * conv.in;
    for (int64_t l = 0; l < group * height; l++) {
        lines[l] = l / height * padded + l % height * conv.stride * line + (conv.padding == 0 ? line + conv.in : 0);
    }
    for (int64_t first = 0; first < n; first += group) {
        const int64_t count = smaller(group, n - first);
        for (int64_t image = 0; image < count; image++) {
            pad_image(conv.height, conv.width, conv.in, {x.row((first + image) * conv.pixels()), x.stride},
                images + image * padded);
        }
        for (int64_t l = 0; l < count * height; l += band) {
            const Source gradient = {dy.row((first * height + l) * width), dy.stride};
            for (int64_t kernel_row = 0; kernel_row < 3; kernel_row++) {
                const Band lines_band = {images + kernel_row * line, lines + l, smaller(band, count * height - l),
                    static_cast<int64_t>(conv.stride) * conv.in, width};
                add_band(conv, lines_band, gradient, edge, dweights + kernel_row * 3 * conv.in * conv.out,
                    accumulate || first > 0 || l > 0);
            }
        }
    }
}

}  // namespace boot::BOOT_TIER
