// Direct convolution, forward and for the input's gradient: a matrix product whose left rows are read from padded images.
// Three neighbouring pixels of an image row are contiguous, so a 3x3 window is three runs of 3·in values.
#include "../boot_kernels.h"
#include "convolution.h"

namespace boot::BOOT_TIER {

// A window as runs of `length` values at these offsets from its first pixel.
struct Window {
    int32_t runs;
    int64_t length;
    int64_t offset[4];

    BOOT_INLINE int64_t values() const { return runs * length; }
};

// The pixels that are computed: a grid of height x width windows, `step` source pixels apart, whose results go to target
// pixels `spread` apart, from (row, column) on, in images of target_width pixels a row and target_pixels in all.
struct Grid {
    int32_t height, width;
    int64_t source_first, source_column, source_line, source_image;
    int64_t target_first, target_column, target_line, target_image;
};

struct Place {
    int64_t source, target, sample;
};

// Scratch of a pass over groups of images: the padded images, the places of their pixels, bias + shift of each; and a panel of
// weights.
struct Group {
    int32_t images;
    float* padded;
    float* added;
    Place* places;
    float* panel;
};

static constexpr int64_t PLACE_FLOATS = sizeof(Place) / sizeof(float);

static bool reserve_group(Context& context, int32_t n, int64_t padded, int64_t pixels, int64_t columns, int64_t panel,
    Group& group) {
    group.images = group_images(n, padded);
    const int64_t added = round_up(columns, PANEL);
    const int64_t images = round_up(group.images * padded, 16);
    float* scratch = reserve(context, images + group.images * (pixels * PLACE_FLOATS + added) + panel);
    group.padded = scratch;
    group.places = reinterpret_cast<Place*>(scratch + images);
    group.added = scratch + images + group.images * pixels * PLACE_FLOATS;
    group.panel = group.added + group.images * added;
    return scratch != nullptr;
}

static void locate(int32_t images, const Grid& grid, Place* places) {
    for (int64_t image = 0; image < images; image++) {
        for (int64_t i = 0; i < grid.height; i++) {
            for (int64_t j = 0; j < grid.width; j++) {
                *places++ = {grid.source_first + image * grid.source_image + i * grid.source_line + j * grid.source_column,
                    grid.target_first + image * grid.target_image + i * grid.target_line + j * grid.target_column, image};
            }
        }
    }
}

// y = windows · panel + added (a row per image) + residual, for the located pixels and one panel of columns.
template <int V>
static BOOT_INLINE void apply_panel(int64_t pixels, int64_t column, int64_t width, int64_t ldadded, const Group& group,
    const Window& window, const float* panel, Source residual, Target y) {
    over_tiles(pixels, [&](int64_t i, auto count) BOOT_LAMBDA {
        constexpr int R = decltype(count)::value;
        const Place* place = group.places + i;
        const float* row[R];
        for (int r = 0; r < R; r++) {
            row[r] = group.padded + place[r].source;
        }
        Tile<R, V> tile;
        tile.clear();
        const float* b = panel;
        for (int32_t run = 0; run < window.runs; run++, b += window.length * PANEL) {
            tile.add_rows(row, window.offset[run], window.length, b);
        }
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            tile.row[r].add(Columns<V>::of(group.added + place[r].sample * ldadded + column));
            if (residual.given()) {
                tile.row[r].add(Columns<V>::of(residual.row(place[r].target) + column, width));
            }
            tile.row[r].store_to(y.row(place[r].target) + column, width);
        }
    });
}

// The panels are packed one after the other where they are not in advance: pack(column, panel).
template <class Pack>
static BOOT_INLINE void apply(int64_t pixels, int64_t columns, const Group& group, const Window& window,
    const float* panels, Pack pack, Source residual, Target y) {
    for (int64_t column = 0; column < columns; column += PANEL) {
        const float* panel = panels == nullptr ? group.panel : panels + column * window.values();
        if (panels == nullptr) {
            pack(column, group.panel);
        }
        for_width(columns - column, [&](auto vectors) BOOT_LAMBDA {
            apply_panel<decltype(vectors)::value>(pixels, column, columns - column, round_up(columns, PANEL), group, window,
                panel, residual, y);
        });
    }
}

static void fill_added(int64_t first, int32_t images, int64_t columns, const Addends& addends, float* added) {
    for (int32_t image = 0; image < images; image++, added += round_up(columns, PANEL)) {
        for (int64_t c = 0; c < round_up(columns, PANEL); c++) {
            const float bias = addends.bias != nullptr && c < columns ? addends.bias[c] : 0;
            added[c] = addends.shift.given() && c < columns ? bias + addends.shift.row(first + image)[c] : bias;
        }
    }
}

int64_t direct_floats(const Conv& conv) { return packed_floats(9 * conv.in, conv.out); }

// The panel of the output channels from `column` on.
static void pack_panel(const Conv& conv, const ConvWeights& weights, int64_t column, float* panel) {
    const int64_t in = conv.in, out = conv.out, width = smaller(PANEL, out - column);
    if (!weights.transposed) {
        pack_rows(9 * in, width, {weights.values + column, out}, 9 * in, 0, panel);
        return;
    }
    for (int64_t tap = 0; tap < 9; tap++) {
        pack_columns(in, width, {weights.values + ((8 - tap) * out + column) * in, in}, 9 * in, tap * in, panel);
    }
}

void direct_prepare(const Conv& conv, const ConvWeights& weights, float* prepared) {
    for (int64_t column = 0; column < conv.out; column += PANEL) {
        pack_panel(conv, weights, column, prepared + column * 9 * conv.in);
    }
}

static void forward(int32_t n, const Conv& conv, Source x, const ConvWeights& weights, const Addends& addends, Target y,
    Group& group) {
    const int64_t line = static_cast<int64_t>(conv.width + 2) * conv.in;
    const int64_t padded = padded_floats(conv.height, conv.width, conv.in);
    const Window window = {3, 3 * conv.in, {0, line, 2 * line}};
    const Grid grid = {conv.out_height(), conv.out_width(), conv.padding == 0 ? line + conv.in : 0, conv.stride * conv.in,
        conv.stride * line, padded, 0, 1, conv.out_width(), conv.out_pixels()};
    locate(group.images, grid, group.places);
    for (int32_t first = 0; first < n; first += group.images) {
        const int32_t images = static_cast<int32_t>(smaller(group.images, n - first));
        for (int64_t image = 0; image < images; image++) {
            pad_image(conv.height, conv.width, conv.in, from(x, (first + image) * conv.pixels()),
                group.padded + image * padded);
        }
        fill_added(first, images, conv.out, addends, group.added);
        const int64_t row = static_cast<int64_t>(first) * conv.out_pixels();
        apply(images * conv.out_pixels(), conv.out, group, window, weights.prepared,
            [&](int64_t column, float* panel) { pack_panel(conv, weights, column, panel); },
            from(addends.residual, row), {y.row(row), y.stride});
    }
}

int32_t direct_forward(Context& context, int32_t n, const Conv& conv, Source x, const ConvWeights& weights,
    const Addends& addends, Target y) {
    Group group;
    const int64_t padded = padded_floats(conv.height, conv.width, conv.in);
    const int64_t panel = weights.prepared == nullptr ? packed_floats(9 * conv.in, PANEL) : 0;
    if (!reserve_group(context, n, padded, conv.out_pixels(), conv.out, panel, group)) {
        return BOOT_OUT_OF_MEMORY;
    }
    forward(n, conv, x, weights, addends, y, group);
    return BOOT_OK;
}

// ---- the input's gradient of stride 2; that of stride 1 is forward with transposed weights

// The taps that lead from dy to the dx pixels whose row and column are (row, column) modulo 2, where the stride is 2.
struct Phase {
    int32_t taps;
    int32_t tap[4], row[4], column[4];  // dy pixel relative to that of the dx pixel's pair
};

static Phase phase_of(const Conv& conv, int32_t row, int32_t column) {
    Phase phase = {};
    for (int32_t tap = 0; tap < 9; tap++) {
        const int32_t i = row + conv.padding - tap / 3, j = column + conv.padding - tap % 3;
        if (i % 2 == 0 && j % 2 == 0) {
            phase.tap[phase.taps] = tap;
            phase.row[phase.taps] = i / 2;
            phase.column[phase.taps++] = j / 2;
        }
    }
    return phase;
}

// The panel of a phase, of the input channels from `column` on.
static void pack_phase(const Conv& conv, const Phase& phase, const float* weights, int64_t column, float* panel) {
    const int64_t in = conv.in, out = conv.out, width = smaller(PANEL, in - column);
    for (int32_t t = 0; t < phase.taps; t++) {
        pack_columns(out, width, {weights + (phase.tap[t] * in + column) * out, out}, phase.taps * out, t * out, panel);
    }
}

void strided_prepare(const Conv& conv, const float* weights, float* prepared) {
    for (int32_t quarter = 0; quarter < 4; quarter++) {
        const Phase phase = phase_of(conv, quarter / 2, quarter % 2);
        for (int64_t column = 0; column < conv.in; column += PANEL) {
            pack_phase(conv, phase, weights, column, prepared + column * phase.taps * conv.out);
        }
        prepared += packed_floats(phase.taps * conv.out, conv.in);
    }
}

static void backward_strided(int32_t n, const Conv& conv, Source dy, const ConvWeights& weights, Source base, Target dx,
    Group& group) {
    const int32_t height = conv.out_height(), width = conv.out_width();
    const int64_t line = static_cast<int64_t>(width + 2) * conv.out, padded = padded_floats(height, width, conv.out);
    for (int32_t first = 0; first < n; first += group.images) {
        const int32_t images = static_cast<int32_t>(smaller(group.images, n - first));
        for (int64_t image = 0; image < images; image++) {
            pad_image(height, width, conv.out, from(dy, (first + image) * conv.out_pixels()),
                group.padded + image * padded);
        }
        fill_added(first, images, conv.in, {}, group.added);
        const int64_t row = static_cast<int64_t>(first) * conv.pixels();
        const float* panels = weights.prepared;
        for (int32_t quarter = 0; quarter < 4; quarter++) {
            const Phase phase = phase_of(conv, quarter / 2, quarter % 2);
            Window window = {phase.taps, conv.out, {}};
            for (int32_t t = 0; t < phase.taps; t++) {
                window.offset[t] = (phase.row[t] + 1) * line + (phase.column[t] + 1) * conv.out;
            }
            const Grid grid = {height, width, 0, conv.out, line, padded,
                static_cast<int64_t>(quarter / 2) * conv.width + quarter % 2, 2, 2 * conv.width, conv.pixels()};
            locate(images, grid, group.places);
            apply(images * conv.out_pixels(), conv.in, group, window, panels,
                [&](int64_t column, float* panel) { pack_phase(conv, phase, weights.values, column, panel); },
                from(base, row), {dx.row(row), dx.stride});
            panels = panels == nullptr ? nullptr : panels + packed_floats(window.values(), conv.in);
        }
    }
}

int32_t strided_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const ConvWeights& weights,
    Source base, Target dx) {
    Group group;
    const int64_t padded = padded_floats(conv.out_height(), conv.out_width(), conv.out);
    const int64_t panel = weights.prepared == nullptr ? packed_floats(4 * conv.out, PANEL) : 0;  // of the most taps
    if (!reserve_group(context, n, padded, conv.out_pixels(), conv.in, panel, group)) {
        return BOOT_OUT_OF_MEMORY;
    }
    backward_strided(n, conv, dy, weights, base, dx, group);
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
