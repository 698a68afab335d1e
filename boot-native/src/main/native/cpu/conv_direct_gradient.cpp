// Direct gradient of the weights. The window values of a kernel row are contiguous in a padded image, so each kernel row is a
// transposed product of [pixels][3·in] and dy [pixels][out], whose rows follow the image lines.
#include "convolution.h"

namespace boot::BOOT_TIER {

// Lines of a band of some 128 pixels: the length of the sums between two visits of the result.
static int64_t band_lines(const Conv& conv) { return larger(1, 128 / conv.out_width()); }

// result (+)= windowsᵀ · dy over a band of image lines; line l's windows start at windows + lines[l].
static void add_band(const Conv& conv, const float* windows, const int64_t* lines, int64_t line_count, Source dy,
    float* edge, float* result, bool accumulate) {
    const int64_t width = conv.out_width(), run = 3 * conv.in, step = static_cast<int64_t>(conv.stride) * conv.in;
    for (int64_t column = 0; column < conv.out; column += PANEL) {
        const int64_t left = conv.out - column;
        Source right = {dy.data + column, dy.stride};
        if (left < PANEL) {
            pack_rows(line_count * width, left, right, line_count * width, 0, edge);
            right = {edge, PANEL};
        }
        over_tiles(run, [&](int64_t i, auto count) BOOT_LAMBDA {
            constexpr int R = decltype(count)::value;
            Tile<R> tile;
            tile.clear();
            for (int64_t l = 0; l < line_count; l++) {
                tile.add_columns(windows + lines[l] + i, step, right.row(l * width), right.stride, width);
            }
#pragma GCC unroll 6
            for (int r = 0; r < R; r++) {
                float* target = result + (i + r) * conv.out + column;
                Vec low = {}, high = {};
                if (accumulate) {
                    load_panel(target, left, low, high);
                }
                store_panel(target, left, tile.low[r] + low, tile.high[r] + high);
            }
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
                add_band(conv, images + kernel_row * line, lines + l, smaller(band, count * height - l), gradient, edge,
                    dweights + kernel_row * 3 * conv.in * conv.out, accumulate || first > 0 || l > 0);
            }
        }
    }
}

}  // namespace boot::BOOT_TIER
