// The operations of one tier, in the namespace that BOOT_TIER names. The meaning of each operand is in boot_kernels.h. A status
// is returned where scratch memory may be needed.
#pragma once
#include "context.h"
#include "shapes.h"

namespace boot {

// The same bits in all tiers: compiled once.
void noise(int32_t n, int64_t pixels, int64_t channels, const float* seeds, int32_t draw, Target y);

}  // namespace boot

namespace boot::BOOT_TIER {

int64_t peak(int64_t rounds);

void fill(float* target, int64_t count, float value);
void affine(int64_t rows, int32_t channels, Source x, float factor, float offset, Source base, Target y);

int64_t conv_prepared(const Conv& conv, bool gradient);
int64_t linear_prepared(const Linear& linear, bool gradient);
void conv_prepare(const Conv& conv, bool gradient, const float* weights, float* prepared);
void linear_prepare(const Linear& linear, bool gradient, const float* weights, float* prepared);

int32_t conv_forward(Context& context, int32_t n, const Conv& conv, Source x, const float* weights, const float* prepared,
    const float* bias, Source shift, Source residual, Target y);
int32_t conv_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const float* weights,
    const float* prepared, Source base, Target dx);
int32_t conv_backward_weights(Context& context, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    float* dbias, Target dshift, bool accumulate);

int32_t linear_forward(Context& context, int64_t rows, const Linear& linear, Source x, const float* weights,
    const float* prepared, const float* bias, Source residual, Target y);
int32_t linear_backward_input(Context& context, int64_t rows, const Linear& linear, Source dy, const float* weights,
    const float* prepared, Source base, Target dx);
void linear_backward_weights(int64_t rows, const Linear& linear, Source x, Source dy,
    float* dweights, float* dbias, bool accumulate);

int32_t group_norm_forward(Context& context, int32_t n, const GroupNorm& norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, float* statistics, Target y);
int32_t group_norm_backward(Context& context, int32_t n, const GroupNorm& norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, Source dy, Source base, Target dx,
    float* dgamma, float* dbeta, Target dscale, Target dshift, bool accumulate);
int32_t group_norm_tangent(Context& context, int32_t n, const GroupNorm& norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, Source xtangent, Source scaletangent,
    Source shifttangent, Target ytangent);
int32_t layer_norm_forward(Context& context, int32_t n, int32_t pixels, int32_t channels, float epsilon, Source x,
    const float* gamma, const float* beta, Source scale, Source shift, float* statistics, Target y);
int32_t layer_norm_backward(Context& context, int32_t n, int32_t pixels, int32_t channels, Source x, const float* gamma,
    const float* beta, Source scale, const float* statistics, Source dy, Source base, Target dx, float* dgamma,
    float* dbeta, Target dscale, Target dshift, bool accumulate);
int32_t layer_norm_tangent(Context& context, int32_t n, int32_t pixels, int32_t channels, Source x, const float* gamma,
    const float* beta, Source scale, const float* statistics, Source xtangent, Source scaletangent, Source shifttangent,
    Target ytangent);
void activation_forward(int64_t rows, int32_t channels, int32_t activation, Source x, Target y);
void activation_backward(int64_t rows, int32_t channels, int32_t activation, Source x, Source dy, Source base, Target dx);
void geglu_forward(int64_t rows, int32_t channels, Source x, Target y);
void geglu_backward(int64_t rows, int32_t channels, Source x, Source dy, Source base, Target dx);
void geglu_tangent(int64_t rows, int32_t channels, Source x, Source xtangent, Target ytangent);

void gate_forward(int32_t n, int32_t pixels, int32_t channels, Source x, Source gate, Source residual, Target y);
void gate_backward(int32_t n, int32_t pixels, int32_t channels, Source x, Source gate, Source dy, Source base, Target dx,
    Target dgate);
void gate_tangent(int32_t n, int32_t pixels, int32_t channels, Source x, Source gate, Source xtangent, Source gatetangent,
    Source residualtangent, Target ytangent);
void sum_rows_forward(int32_t n, int32_t pixels, int32_t channels, float factor, Source x, Target y);
void sum_rows_backward(int32_t n, int32_t pixels, int32_t channels, float factor, Source dy, Source base, Target dx);

int32_t attention_forward(Context& context, int32_t n, const Attention& attention, Source q, Source k, Source v,
    const float* mask, Target y, float* log_sum_exp);
int32_t attention_backward(Context& context, int32_t n, const Attention& attention, Source q, Source k, Source v,
    const float* mask, Source y, const float* log_sum_exp, Source dy, Target dq, Target dk, Target dv);
int32_t attention_tangent(Context& context, int32_t n, const Attention& attention, Source q, Source k, Source v,
    const float* mask, const float* log_sum_exp, Source qtangent, Source ktangent, Source vtangent, Target ytangent);

void upsample_forward(int32_t n, int32_t height, int32_t width, int32_t channels, Source x, Target y);
void upsample_backward(int32_t n, int32_t height, int32_t width, int32_t channels, Source dy, Source base, Target dx);
void downsample_forward(int32_t n, int32_t height, int32_t width, int32_t channels, Source x, Target y);
void downsample_backward(int32_t n, int32_t height, int32_t width, int32_t channels, Source dy, Source base, Target dx);

void time_embedding(int32_t n, int32_t half, bool fourier, bool cosine_first, const float* t, const float* frequencies,
    Target y);
void time_embedding_tangent(int32_t n, int32_t half, bool fourier, bool cosine_first, const float* t,
    const float* frequencies, const float* ttangent, Target ytangent);
void embedding_forward(int32_t n, int32_t table_rows, int32_t channels, const float* labels, const float* table, Source x,
    Target y);
void embedding_backward(int32_t n, int32_t table_rows, int32_t channels, const float* labels, Source dy, float* dtable,
    bool accumulate);
void divide_samples(int32_t n, int32_t pixels, int32_t channels, Source x, const float* divisor, Source base, Target y);

void add_rows_forward(int32_t n, int32_t rows, int32_t channels, Source x, const float* p, Target y);
void add_rows_backward(int32_t n, int32_t rows, int32_t channels, Source dy, float* dp, bool accumulate);
void place_rows(int32_t n, int32_t count, int32_t source_rows, int32_t from, int32_t target_rows, int32_t to,
    int32_t channels, Source x, Source base, Target y);
void patchify(int32_t n, const Patches& patches, Source x, Source base, Target y);
void unpatchify(int32_t n, const Patches& patches, Source x, Source base, Target y);
int32_t nearest_code(Context& context, int64_t rows, int32_t codes, int32_t channels, Source x, const float* table, Target y);

void signal_state(int32_t n, int32_t pixels, int32_t channels, const float* coefficients, Source noise, Source output,
    Target y, Target x);
void signal_step(int32_t n, int32_t pixels, int32_t channels, int32_t stage, const float* coefficients, Source noise,
    Source x, Source output, Source null_output, Source previous, Source y, Target f, Target target, Target next);
void bootstrap_loss(int32_t n, int32_t pixels, int32_t channels, const float* coefficients, Source noise, Source output,
    Source target, Target prediction, Target doutput, float* residual);
void residual_weights(int32_t n, const float* residual, float kappa, float power, float* factor);
void distance_weights(int32_t n, int32_t pixels, int32_t channels, Source x, Source y, float least, float* factor);
void add_scaled(int32_t n, int32_t pixels, int32_t channels, Source x, const float* factor, Source base, Target y);
void combine(int32_t n, int32_t pixels, int32_t channels, const float* a, Source first, const float* b, Source second,
    Target y);

void sum_lanes(const float* const* lanes, int32_t lane_count, int64_t from, int64_t to, float* sum);
void squared_norm(const float* values, int64_t length, int64_t from_chunk, int64_t to_chunk, float* partial);
void clip(const float* partial, int64_t chunks, float* step);
void adam_w(const float* step, int64_t from, int64_t to, const float* gradient, float* parameters, float* m, float* v,
    float* ema);
void average(int64_t from, int64_t to, const float* source, float rate, float* target);

}  // namespace boot::BOOT_TIER
