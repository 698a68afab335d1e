// Each operation of a native library, in one call or a few, by name.
#pragma once
#include <map>
#include <string>

#include "run.h"

struct Operation {
    int32_t precision;  // of the CUDA library
    double tolerance;   // relative to the largest value of an output
    std::function<void(Run&)> run;
};

constexpr double SUMS = 0x1p-18;  // float32 in another order

static void linear(Run& r, int32_t rows, int32_t in, int32_t out) {
    const boot_floats x = r.factor(int64_t{rows} * in), w = r.factor(int64_t{in} * out);
    const boot_floats prepared = r.prepared(boot::boot_linear_prepared(r.context, in, out, 1));
    r.prepare([&] { return boot::boot_linear_prepare(r.context, in, out, 1, w, prepared); });
    r.call(boot::boot_linear_forward(r.context, rows, in, out, x, in, w, prepared, r.input(out), 0, 0,
        r.output(int64_t{rows} * out), out));
    r.call(boot::boot_linear_backward_input(r.context, rows, in, out, r.factor(int64_t{rows} * out), out, w, prepared,
        r.input(int64_t{rows} * in), in, r.output(int64_t{rows} * in), in));
}

static void linear_weights(Run& r) {
    const int32_t rows = 77, in = 21, out = 37;
    r.call(boot::boot_linear_backward_weights(r.context, rows, in, out, r.factor(rows * in), in, r.coarse(rows * out), out,
        r.output(in * out), r.output(out), 0));
}

static void convolution(Run& r, int32_t in, int32_t out, int32_t upsample, int32_t stride, bool backward) {
    const int32_t n = 2, height = 5 * stride, width = 7 * stride, pixels = n * height * width;
    const int32_t out_pixels = n * 5 * 7 * upsample * upsample;
    const boot_floats w = r.factor(9 * in * out);
    const boot_floats prepared =
        r.prepared(boot::boot_conv_prepared(r.context, height, width, in, out, upsample, stride, 1, backward));
    r.prepare([&] {
        return boot::boot_conv_prepare(r.context, height, width, in, out, upsample, stride, 1, backward, w, prepared);
    });
    r.call(boot::boot_conv_forward(r.context, n, height, width, in, out, upsample, stride, 1, r.factor(pixels * in), in, w,
        prepared, r.input(out), r.input(n * out), out, 0, 0, r.output(out_pixels * out), out));
    if (backward) {
        r.call(boot::boot_conv_backward_input(r.context, n, height, width, in, out, upsample, stride, 1,
            r.factor(out_pixels * out), out, w, prepared, 0, 0, r.output(pixels * in), in));
        r.call(boot::boot_conv_backward_weights(r.context, n, height, width, in, out, upsample, stride, 1, r.factor(pixels * in),
            in, r.coarse(out_pixels * out), out, r.output(9 * in * out), r.output(out), 0, 0, 0));
    }
}

static void group_norm(Run& r, bool backward) {
    const int32_t n = 2, pixels = 70, channels = 36, groups = 4, all = n * pixels * channels;
    const boot_floats x = r.input(all), gamma = r.input(channels), beta = r.input(channels);
    const boot_floats scale = r.input(n * channels), shift = r.input(n * channels), statistics = r.output(n * groups * 2);
    r.call(boot::boot_group_norm_forward(r.context, n, pixels, channels, groups, 1e-5f, 1, x, channels, gamma, beta, scale,
        channels, shift, channels, statistics, r.output(all), channels));
    if (backward) {
        r.call(boot::boot_group_norm_backward(r.context, n, pixels, channels, groups, 1e-5f, 1, x, channels, gamma, beta, scale,
            channels, shift, channels, statistics, r.input(all), channels, 0, 0, r.output(all), channels, r.output(channels),
            r.output(channels), r.output(n * channels), channels, r.output(n * channels), channels, 0));
    }
}

static void group_norm_tangent(Run& r) {
    const int32_t n = 2, pixels = 70, channels = 36, groups = 4, all = n * pixels * channels;
    const boot_floats x = r.input(all), gamma = r.input(channels), beta = r.input(channels);
    const boot_floats scale = r.input(n * channels), shift = r.input(n * channels), statistics = r.output(n * groups * 2);
    r.call(boot::boot_group_norm_forward(r.context, n, pixels, channels, groups, 1e-5f, 1, x, channels, gamma, beta, scale,
        channels, shift, channels, statistics, r.output(all), channels));
    r.call(boot::boot_group_norm_tangent(r.context, n, pixels, channels, groups, 1e-5f, 1, x, channels, gamma, beta, scale,
        channels, shift, channels, statistics, r.input(all), channels, r.input(n * channels), channels,
        r.input(n * channels), channels, r.output(all), channels));
}

static void layer_norm(Run& r, bool backward) {
    const int32_t n = 2, pixels = 71, channels = 36, all = n * pixels * channels;
    const boot_floats x = r.input(all), gamma = r.input(channels), beta = r.input(channels);
    const boot_floats scale = r.input(n * channels), shift = r.input(n * channels), statistics = r.output(n * pixels * 2);
    r.call(boot::boot_layer_norm_forward(r.context, n, pixels, channels, 1e-5f, x, channels, gamma, beta, scale, channels, shift,
        channels, statistics, r.output(all), channels));
    if (backward) {
        r.call(boot::boot_layer_norm_backward(r.context, n, pixels, channels, x, channels, gamma, beta, scale, channels,
            statistics, r.input(all), channels, 0, 0, r.output(all), channels, r.output(channels), r.output(channels),
            r.output(n * channels), channels, r.output(n * channels), channels, 0));
    }
}

static void layer_norm_tangent(Run& r) {
    const int32_t n = 2, pixels = 71, channels = 36, all = n * pixels * channels;
    const boot_floats x = r.input(all), gamma = r.input(channels), beta = r.input(channels);
    const boot_floats scale = r.input(n * channels), statistics = r.output(n * pixels * 2);
    r.call(boot::boot_layer_norm_forward(r.context, n, pixels, channels, 1e-5f, x, channels, gamma, beta, scale, channels,
        r.input(n * channels), channels, statistics, r.output(all), channels));
    r.call(boot::boot_layer_norm_tangent(r.context, n, pixels, channels, x, channels, gamma, beta, scale, channels, statistics,
        r.input(all), channels, r.input(n * channels), channels, r.input(n * channels), channels, r.output(all), channels));
}

static void activation(Run& r) {
    const int32_t rows = 35, channels = 9, all = rows * channels;
    for (int32_t f = BOOT_ACTIVATION_NONE; f <= BOOT_ACTIVATION_QUICK_GELU; f++) {
        const boot_floats x = r.input(all, 3);
        r.call(boot::boot_activation_forward(r.context, rows, channels, f, x, channels, r.output(all), channels));
        r.call(boot::boot_activation_backward(r.context, rows, channels, f, x, channels, r.input(all), channels, r.input(all),
            channels, r.output(all), channels));
    }
    const boot_floats x = r.input(2 * all, 3);
    r.call(boot::boot_geglu_forward(r.context, rows, channels, x, 2 * channels, r.output(all), channels));
    r.call(boot::boot_geglu_backward(r.context, rows, channels, x, 2 * channels, r.input(all), channels, 0, 0, r.output(2 * all),
        2 * channels));
    r.call(boot::boot_geglu_tangent(r.context, rows, channels, x, 2 * channels, r.input(2 * all), 2 * channels, r.output(all),
        channels));
}

static void rows(Run& r) {
    const int32_t n = 2, pixels = 70, channels = 36, all = n * pixels * channels;
    const boot_floats x = r.input(all), gate = r.input(n * channels);
    r.call(boot::boot_gate_forward(r.context, n, pixels, channels, x, channels, gate, channels, r.input(all), channels,
        r.output(all), channels));
    r.call(boot::boot_gate_backward(r.context, n, pixels, channels, x, channels, gate, channels, r.input(all), channels, 0, 0,
        r.output(all), channels, r.output(n * channels), channels));
    r.call(boot::boot_gate_tangent(r.context, n, pixels, channels, x, channels, gate, channels, r.input(all), channels,
        r.input(n * channels), channels, 0, 0, r.output(all), channels));
    r.call(boot::boot_sum_rows_forward(r.context, n, pixels, channels, 0.3f, x, channels, r.output(n * channels), channels));
    const int32_t many = 600;  // more than one block of threads sums
    r.call(boot::boot_sum_rows_forward(r.context, n, many, 3, 0.3f, r.input(n * many * 3), 3, r.output(n * 3), 3));
    r.call(boot::boot_sum_rows_backward(r.context, n, pixels, channels, 0.3f, gate, channels, x, channels, r.output(all),
        channels));
}

static void attention(Run& r, bool backward, int32_t causal) {
    // Backward, the channels of a head fit one tile: each pass over them begins where the pass before has ended.
    const int32_t n = 1, tokens = 70, heads = 2, size = backward ? 12 : 20;
    const int32_t channels = heads * size, all = n * tokens * channels;
    const boot_floats q = r.input(all), k = r.input(all), v = r.input(all), y = r.output(all);
    const boot_floats statistics = r.output(n * heads * tokens);
    r.call(boot::boot_attention_forward(r.context, n, tokens, tokens, heads, size, causal, q, channels, k, channels, v,
        channels, 0, y, channels, statistics));
    if (backward) {
        r.call(boot::boot_attention_backward(r.context, n, tokens, tokens, heads, size, causal, q, channels, k, channels, v,
            channels, 0, y, channels, statistics, r.input(all), channels, r.output(all), channels, r.output(all), channels,
            r.output(all), channels));
    }
}

static void attention_tangent(Run& r, int32_t causal) {
    const int32_t n = 1, tokens = 70, heads = 2, size = 12, channels = heads * size, all = n * tokens * channels;
    const boot_floats q = r.input(all), k = r.input(all), v = r.input(all), y = r.output(all);
    const boot_floats statistics = r.output(n * heads * tokens);
    r.call(boot::boot_attention_forward(r.context, n, tokens, tokens, heads, size, causal, q, channels, k, channels, v,
        channels, 0, y, channels, statistics));
    r.call(boot::boot_attention_tangent(r.context, n, tokens, tokens, heads, size, causal, q, channels, k, channels, v,
        channels, 0, y, channels, statistics, r.input(all), channels, r.input(all), channels, r.input(all), channels,
        r.output(all), channels));
}

static void resize(Run& r) {
    const int32_t n = 2, height = 3, width = 5, channels = 7, small = n * height * width * channels;
    r.call(boot::boot_upsample_forward(r.context, n, height, width, channels, r.input(small), channels, r.output(4 * small),
        channels));
    r.call(boot::boot_upsample_backward(r.context, n, height, width, channels, r.input(4 * small), channels, 0, 0,
        r.output(small), channels));
    r.call(boot::boot_downsample_forward(r.context, n, height, width, channels, r.input(4 * small), channels, r.output(small),
        channels));
    r.call(boot::boot_downsample_backward(r.context, n, height, width, channels, r.input(small), channels, r.input(4 * small),
        channels, r.output(4 * small), channels));
}

static void embedding(Run& r) {
    const int32_t n = 5, rows = 4, channels = 9, half = 7;
    r.call(boot::boot_time_embedding(r.context, n, half, 0, 0, r.input(n), r.input(half), r.output(2 * n * half), 2 * half));
    r.call(boot::boot_time_embedding_tangent(r.context, n, half, 0, 1, r.input(n), r.input(half), r.input(n),
        r.output(2 * n * half), 2 * half));
    const boot_floats labels = r.place({3, 0, 3, 1, 2});
    r.call(boot::boot_embedding_forward(r.context, n, rows, channels, labels, r.input(rows * channels), 0, 0,
        r.output(n * channels), channels));
    r.call(boot::boot_embedding_backward(r.context, n, rows, channels, labels, r.input(n * channels), channels,
        r.output(rows * channels), 0));
    r.call(boot::boot_divide_samples(r.context, n, rows, channels, r.input(n * rows * channels), channels, r.input(n, 0.1f, 1), 0,
        0, r.output(n * rows * channels), channels));
}

static void tokens(Run& r) {
    const int32_t n = 3, rows = 5, channels = 6, all = n * rows * channels;
    r.call(boot::boot_add_rows_forward(r.context, n, rows, channels, r.input(all), channels, r.input(rows * channels),
        r.output(all), channels));
    r.call(boot::boot_add_rows_backward(r.context, n, rows, channels, r.input(all), channels, r.output(rows * channels), 0));
    const boot_floats joined = r.output(n * (rows + 2) * channels);  // two rows, then the five
    r.call(boot::boot_place_rows(r.context, n, 2, 2, 0, rows + 2, 0, channels, r.input(n * 2 * channels), channels, 0, 0, joined,
        channels));
    r.call(boot::boot_place_rows(r.context, n, rows, rows, 0, rows + 2, 2, channels, r.input(all), channels, 0, 0, joined,
        channels));
    const int32_t height = 4, width = 6, size = 2, pixels = n * height * width * channels, patch = size * size * channels;
    const boot_floats patches = r.output(pixels);
    r.call(boot::boot_patchify(r.context, n, height, width, channels, size, 1, r.input(pixels), channels, 0, 0, patches, patch));
    r.call(boot::boot_unpatchify(r.context, n, height, width, channels, size, 0, patches, patch, r.input(pixels), channels,
        r.output(pixels), channels));
}

// Codes of whole numbers, some of them half-way from each other: the first of those that are equally near counts.
static void nearest_code(Run& r) {
    const int32_t rows = 21, codes = 70, channels = 3;
    std::vector<float> table, x;
    for (int32_t i = 0; i < codes * channels; i++) {
        table.push_back(static_cast<float>(i * 7 % 5 - 2));
    }
    for (int32_t i = 0; i < rows * channels; i++) {
        x.push_back(static_cast<float>(i * 5 % 9 - 4) / 2);
    }
    r.call(boot::boot_nearest_code(r.context, rows, codes, channels, r.place(x), channels, r.place(table),
        r.output(rows * channels), channels));
    r.call(boot::boot_nearest_code(r.context, rows, codes, channels, r.input(rows * channels), channels,
        r.input(codes * channels), r.output(rows * channels), channels));
    std::vector<float> even(71);  // all as near as each other: the first counts
    for (int32_t i = 0; i < 71; i++) {
        even[i] = i % 2 == 0 ? -1.0f : 1.0f;
    }
    r.call(boot::boot_nearest_code(r.context, 3, 71, 1, r.place({0, 0, 0}), 1, r.place(even), r.output(3), 1));
}

static void noise(Run& r) {
    const int32_t n = 3, pixels = 35, channels = 3;
    const boot_floats seeds = r.place({7, 0, 0, 0, 65535, 65535, 65535, 65535, 1, 32768, 256, 40000});
    r.call(boot::boot_noise(r.context, n, pixels, channels, seeds, 2, r.output(n * pixels * channels), channels));
}

static void signal(Run& r) {
    const int32_t n = 3, pixels = 35, channels = 3, all = n * pixels * channels;
    const boot_floats coefficients = r.input(n * BOOT_SIGNAL_COUNT);
    r.call(boot::boot_signal_state(r.context, n, pixels, channels, coefficients, r.input(all), channels, r.input(all), channels,
        r.output(all), channels, r.output(all), channels));
    r.call(boot::boot_signal_step(r.context, n, pixels, channels, 1, coefficients, r.input(all), channels, r.input(all), channels,
        r.input(all), channels, r.input(all), channels, r.input(all), channels, r.input(all), channels, r.output(all), channels,
        r.output(all), channels, r.output(all), channels));
    r.call(boot::boot_bootstrap_loss(r.context, n, pixels, channels, coefficients, r.input(all), channels, r.input(all), channels,
        r.input(all), channels, r.output(all), channels, r.output(all), channels, r.output(n)));
    r.call(boot::boot_residual_weights(r.context, n, r.input(n, 0.1f, 1), 1e-3f, 0.75f, r.output(n)));
    r.call(boot::boot_distance_weights(r.context, n, pixels, channels, r.input(all), channels, r.input(all), channels, 0.5f,
        r.output(n)));
    r.call(boot::boot_add_scaled(r.context, n, pixels, channels, r.input(all), channels, r.input(n), r.input(all), channels,
        r.output(all), channels));
    r.call(boot::boot_combine(r.context, n, pixels, channels, r.input(n), r.input(all), channels, r.input(n), r.input(all),
        channels, r.output(all), channels));
}

static void optimiser(Run& r) {
    const int64_t length = BOOT_NORM_CHUNK + 37;
    const boot_floats step = r.updated(BOOT_ADAM_COUNT, 0.1f, 0.5f);
    const boot_floats lanes[3] = {r.input(length), r.input(length), r.input(length)}, sum = r.output(length);
    r.call(boot::boot_sum_lanes(r.context, lanes, 3, 0, length, sum));
    const boot_floats partial = r.output(2);
    r.call(boot::boot_squared_norm(r.context, sum, length, 0, 2, partial));
    r.call(boot::boot_clip(r.context, partial, 2, step));
    r.call(boot::boot_adam_w(r.context, step, 0, length, sum, r.updated(length), r.updated(length), r.updated(length, 0.01f, 1),
        r.updated(length)));
    r.call(boot::boot_average(r.context, 5, length - 3, r.input(length), 0.3f, r.updated(length)));
}

static void elements(Run& r) {
    const int32_t rows = 35, channels = 9, all = rows * channels;
    r.call(boot::boot_fill(r.context, r.output(all), all, 3));
    r.call(boot::boot_affine(r.context, rows, channels, r.input(all), channels, 2, 0.5f, r.input(all), channels, r.output(all),
        channels));
}

static const std::map<std::string, Operation> operations = {
    {"linear", {FLOAT32, SUMS, [](Run& r) { linear(r, 70, 45, 67); }}},
    {"linear_tf32", {TF32, SUMS, [](Run& r) { linear(r, 70, 45, 67); }}},
    {"linear_bf16", {BF16, SUMS, [](Run& r) { linear(r, 70, 45, 67); }}},
    {"linear_vectors", {FLOAT32, SUMS, [](Run& r) { linear(r, 70, 44, 68); }}},
    {"linear_weights", {FLOAT32, SUMS, linear_weights}},
    {"convolution", {FLOAT32, SUMS, [](Run& r) { convolution(r, 5, 9, 1, 1, true); }}},
    {"convolution_upsampled", {FLOAT32, SUMS, [](Run& r) { convolution(r, 5, 9, 2, 1, true); }}},
    {"convolution_strided", {FLOAT32, SUMS, [](Run& r) { convolution(r, 5, 9, 1, 2, true); }}},
    {"convolution_thin", {FLOAT32, SUMS, [](Run& r) { convolution(r, 9, 3, 1, 1, true); }}},
    {"convolution_winograd", {FLOAT32, 4 * SUMS, [](Run& r) { convolution(r, 32, 32, 1, 1, true); }}},
    {"convolution_winograd_forward", {FLOAT32, 4 * SUMS, [](Run& r) { convolution(r, 32, 32, 1, 1, false); }}},
    {"convolution_bf16", {BF16, SUMS, [](Run& r) { convolution(r, 8, 12, 1, 1, true); }}},
    {"group_norm", {FLOAT32, SUMS, [](Run& r) { group_norm(r, false); }}},
    {"group_norm_gradient", {FLOAT32, SUMS, [](Run& r) { group_norm(r, true); }}},
    {"group_norm_tangent", {FLOAT32, SUMS, group_norm_tangent}},
    {"layer_norm", {FLOAT32, SUMS, [](Run& r) { layer_norm(r, false); }}},
    {"layer_norm_gradient", {FLOAT32, SUMS, [](Run& r) { layer_norm(r, true); }}},
    {"layer_norm_tangent", {FLOAT32, SUMS, layer_norm_tangent}},
    {"activation", {FLOAT32, SUMS, activation}},
    {"rows", {FLOAT32, SUMS, rows}},
    {"attention", {FLOAT32, SUMS, [](Run& r) { attention(r, false, 0); }}},
    {"attention_gradient", {FLOAT32, 4 * SUMS, [](Run& r) { attention(r, true, 0); }}},
    {"attention_tangent", {FLOAT32, 4 * SUMS, [](Run& r) { attention_tangent(r, 0); }}},
    {"attention_causal", {FLOAT32, SUMS, [](Run& r) { attention(r, false, 1); }}},
    {"attention_causal_gradient", {FLOAT32, 4 * SUMS, [](Run& r) { attention(r, true, 1); }}},
    {"attention_causal_tangent", {FLOAT32, 4 * SUMS, [](Run& r) { attention_tangent(r, 1); }}},
    {"resize", {FLOAT32, SUMS, resize}},
    {"embedding", {FLOAT32, SUMS, embedding}},
    {"tokens", {FLOAT32, SUMS, tokens}},
    {"nearest_code", {FLOAT32, 0, nearest_code}},
    {"noise", {FLOAT32, 0, noise}},
    {"signal", {FLOAT32, SUMS, signal}},
    {"optimiser", {FLOAT32, SUMS, optimiser}},
    {"elements", {FLOAT32, SUMS, elements}},
};
