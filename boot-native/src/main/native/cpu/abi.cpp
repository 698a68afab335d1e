// The exported functions: addresses become pointers, numbers become shapes, and the context's tier takes the call.
#include "exported.h"

#define BOOT_TIER baseline
#include "operations.h"
#undef BOOT_TIER
#define BOOT_TIER avx2
#include "operations.h"
#undef BOOT_TIER
#define BOOT_TIER avx512
#include "operations.h"
#undef BOOT_TIER

using namespace boot;

#define ON_TIER(context, ...) \
    (of(context).tier == TIER_AVX512 ? avx512::__VA_ARGS__ \
        : of(context).tier == TIER_AVX2 ? avx2::__VA_ARGS__ \
        : baseline::__VA_ARGS__)

static Context& of(boot_context context) { return *reinterpret_cast<Context*>(context); }

static float* at(boot_floats address) { return reinterpret_cast<float*>(address); }

static Source source(boot_floats address, int64_t stride) { return {at(address), stride}; }

static Target sink(boot_floats address, int64_t stride) { return {at(address), stride}; }

int32_t boot_peak(boot_context context, int64_t rounds, int64_t* operations) {
    *operations = ON_TIER(context, peak(rounds));
    return BOOT_OK;
}

int32_t boot_fill(boot_context context, boot_floats target, int64_t count, float value) {
    ON_TIER(context, fill(at(target), count, value));
    return BOOT_OK;
}

int32_t boot_affine(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, float factor,
    float offset, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    ON_TIER(context,
        affine(rows, channels, source(x, ldx), factor, offset, source(base, ldbase), sink(y, ldy)));
    return BOOT_OK;
}

// ---- weights

int64_t boot_conv_prepared(boot_context context, int32_t height, int32_t width, int32_t in, int32_t out, int32_t upsample,
    int32_t stride, int32_t padding, int32_t gradient) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return ON_TIER(context, conv_prepared(conv, gradient));
}

int64_t boot_linear_prepared(boot_context context, int32_t in, int32_t out, int32_t gradient) {
    const Linear linear = {in, out};
    return ON_TIER(context, linear_prepared(linear, gradient));
}

int32_t boot_conv_prepare(boot_context context, int32_t height, int32_t width, int32_t in, int32_t out, int32_t upsample,
    int32_t stride, int32_t padding, int32_t gradient, boot_floats weights, boot_floats prepared) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    ON_TIER(context, conv_prepare(conv, gradient, at(weights), at(prepared)));
    return BOOT_OK;
}

int32_t boot_linear_prepare(boot_context context, int32_t in, int32_t out, int32_t gradient, boot_floats weights,
    boot_floats prepared) {
    const Linear linear = {in, out};
    ON_TIER(context, linear_prepare(linear, gradient, at(weights), at(prepared)));
    return BOOT_OK;
}

// ---- convolution 3x3

int32_t boot_conv_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats weights, boot_floats prepared,
    boot_floats bias, boot_floats shift, int64_t ldshift, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return ON_TIER(context, conv_forward(of(context), n, conv, source(x, ldx), at(weights), at(prepared), at(bias),
        source(shift, ldshift), source(residual, ldresidual), sink(y, ldy)));
}

int32_t boot_conv_backward_input(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats dy, int64_t lddy, boot_floats weights, boot_floats prepared,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return ON_TIER(context, conv_backward_input(of(context), n, conv, source(dy, lddy), at(weights), at(prepared),
        source(base, ldbase), sink(dx, lddx)));
}

int32_t boot_conv_backward_weights(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats dy, int64_t lddy,
    boot_floats dweights, boot_floats dbias, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return ON_TIER(context, conv_backward_weights(of(context), n, conv, source(x, ldx), source(dy, lddy), at(dweights),
        at(dbias), sink(dshift, lddshift), accumulate));
}

// ---- linear

int32_t boot_linear_forward(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats x, int64_t ldx,
    boot_floats, boot_floats prepared, boot_floats bias, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Linear linear = {in, out};
    ON_TIER(context, linear_forward(rows, linear, source(x, ldx), at(prepared), at(bias),
        source(residual, ldresidual), sink(y, ldy)));
    return BOOT_OK;
}

int32_t boot_linear_backward_input(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats dy,
    int64_t lddy, boot_floats, boot_floats prepared, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Linear linear = {in, out};
    ON_TIER(context, linear_backward_input(rows, linear, source(dy, lddy), at(prepared),
        source(base, ldbase), sink(dx, lddx)));
    return BOOT_OK;
}

int32_t boot_linear_backward_weights(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats dweights, boot_floats dbias, int32_t accumulate) {
    const Linear linear = {in, out};
    ON_TIER(context, linear_backward_weights(rows, linear, source(x, ldx), source(dy, lddy),
        at(dweights), at(dbias), accumulate));
    return BOOT_OK;
}

// ---- normalisation and activation

int32_t boot_group_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t silu, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy) {
    const GroupNorm norm = {pixels, channels, groups, epsilon, silu != 0};
    return ON_TIER(context, group_norm_forward(of(context), n, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), sink(y, ldy)));
}

int32_t boot_group_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t silu, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats dy, int64_t lddy,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma, boot_floats dbeta,
    boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const GroupNorm norm = {pixels, channels, groups, epsilon, silu != 0};
    return ON_TIER(context, group_norm_backward(of(context), n, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), source(dy, lddy), source(base, ldbase),
        sink(dx, lddx), at(dgamma), at(dbeta), sink(dscale, lddscale), sink(dshift, lddshift), accumulate));
}

int32_t boot_group_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t silu, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats xtangent, int64_t ldxtangent,
    boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent, int64_t ldshifttangent,
    boot_floats ytangent, int64_t ldytangent) {
    const GroupNorm norm = {pixels, channels, groups, epsilon, silu != 0};
    return ON_TIER(context, group_norm_tangent(of(context), n, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), source(xtangent, ldxtangent),
        source(scaletangent, ldscaletangent), source(shifttangent, ldshifttangent), sink(ytangent, ldytangent)));
}

int32_t boot_silu_forward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy) {
    ON_TIER(context, silu_forward(rows, channels, source(x, ldx), sink(y, ldy)));
    return BOOT_OK;
}

int32_t boot_silu_backward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    ON_TIER(context, silu_backward(rows, channels, source(x, ldx), source(dy, lddy), source(base, ldbase),
        sink(dx, lddx)));
    return BOOT_OK;
}

// ---- attention

int32_t boot_attention_forward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp) {
    const Attention attention = {queries, keys, heads, head_size};
    return ON_TIER(context, attention_forward(of(context), n, attention, source(q, ldq), source(k, ldk), source(v, ldv),
        at(mask), sink(y, ldy), at(log_sum_exp)));
}

int32_t boot_attention_backward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp, boot_floats dy, int64_t lddy,
    boot_floats dq, int64_t lddq, boot_floats dk, int64_t lddk, boot_floats dv, int64_t lddv) {
    const Attention attention = {queries, keys, heads, head_size};
    return ON_TIER(context, attention_backward(of(context), n, attention, source(q, ldq), source(k, ldk),
        source(v, ldv), at(mask), source(y, ldy), at(log_sum_exp), source(dy, lddy), sink(dq, lddq),
        sink(dk, lddk), sink(dv, lddv)));
}

int32_t boot_attention_tangent(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats, int64_t, boot_floats log_sum_exp, boot_floats qtangent, int64_t ldqtangent,
    boot_floats ktangent, int64_t ldktangent, boot_floats vtangent, int64_t ldvtangent, boot_floats ytangent,
    int64_t ldytangent) {
    const Attention attention = {queries, keys, heads, head_size};
    return ON_TIER(context, attention_tangent(of(context), n, attention, source(q, ldq), source(k, ldk),
        source(v, ldv), at(mask), at(log_sum_exp), source(qtangent, ldqtangent), source(ktangent, ldktangent),
        source(vtangent, ldvtangent), sink(ytangent, ldytangent)));
}

// ---- size changes

int32_t boot_upsample_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    ON_TIER(context, upsample_forward(n, height, width, channels, source(x, ldx), sink(y, ldy)));
    return BOOT_OK;
}

int32_t boot_upsample_backward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    ON_TIER(context,
        upsample_backward(n, height, width, channels, source(dy, lddy), source(base, ldbase), sink(dx, lddx)));
    return BOOT_OK;
}

int32_t boot_downsample_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    ON_TIER(context, downsample_forward(n, height, width, channels, source(x, ldx), sink(y, ldy)));
    return BOOT_OK;
}

int32_t boot_downsample_backward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    ON_TIER(context,
        downsample_backward(n, height, width, channels, source(dy, lddy), source(base, ldbase), sink(dx, lddx)));
    return BOOT_OK;
}

// ---- embeddings

int32_t boot_time_embedding(boot_context context, int32_t n, int32_t half, int32_t fourier, int32_t cosine_first,
    boot_floats t, boot_floats frequencies, boot_floats y, int64_t ldy) {
    ON_TIER(context, time_embedding(n, half, fourier, cosine_first, at(t), at(frequencies), sink(y, ldy)));
    return BOOT_OK;
}

int32_t boot_time_embedding_tangent(boot_context context, int32_t n, int32_t half, int32_t fourier,
    int32_t cosine_first, boot_floats t, boot_floats frequencies, boot_floats ttangent, boot_floats ytangent,
    int64_t ldytangent) {
    ON_TIER(context, time_embedding_tangent(n, half, fourier, cosine_first, at(t), at(frequencies), at(ttangent),
        sink(ytangent, ldytangent)));
    return BOOT_OK;
}

int32_t boot_embedding_forward(boot_context context, int32_t n, int32_t, int32_t channels, boot_floats labels,
    boot_floats table, boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    ON_TIER(context, embedding_forward(n, channels, at(labels), at(table), source(x, ldx), sink(y, ldy)));
    return BOOT_OK;
}

int32_t boot_embedding_backward(boot_context context, int32_t n, int32_t table_rows, int32_t channels,
    boot_floats labels, boot_floats dy, int64_t lddy, boot_floats dtable, int32_t accumulate) {
    ON_TIER(context, embedding_backward(n, table_rows, channels, at(labels), source(dy, lddy), at(dtable), accumulate));
    return BOOT_OK;
}

int32_t boot_divide_samples(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats divisor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    ON_TIER(context, divide_samples(n, pixels, channels, source(x, ldx), at(divisor), source(base, ldbase),
        sink(y, ldy)));
    return BOOT_OK;
}

// ---- the method

int32_t boot_signal_state(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats y, int64_t ldy,
    boot_floats x, int64_t ldx) {
    ON_TIER(context, signal_state(n, pixels, channels, at(coefficients), source(noise, ldnoise),
        source(output, ldoutput), sink(y, ldy), sink(x, ldx)));
    return BOOT_OK;
}

int32_t boot_signal_step(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t stage,
    boot_floats coefficients, boot_floats noise, int64_t ldnoise, boot_floats x, int64_t ldx, boot_floats output,
    int64_t ldoutput, boot_floats null_output, int64_t ldnull, boot_floats previous, int64_t ldprevious,
    boot_floats y, int64_t ldy, boot_floats f, int64_t ldf, boot_floats target, int64_t ldtarget,
    boot_floats next, int64_t ldnext) {
    ON_TIER(context, signal_step(n, pixels, channels, stage, at(coefficients), source(noise, ldnoise), source(x, ldx),
        source(output, ldoutput), source(null_output, ldnull), source(previous, ldprevious), source(y, ldy),
        sink(f, ldf), sink(target, ldtarget), sink(next, ldnext)));
    return BOOT_OK;
}

int32_t boot_bootstrap_loss(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats target, int64_t ldtarget,
    boot_floats prediction, int64_t ldprediction, boot_floats doutput, int64_t lddoutput, boot_floats residual) {
    ON_TIER(context, bootstrap_loss(n, pixels, channels, at(coefficients), source(noise, ldnoise),
        source(output, ldoutput), source(target, ldtarget), sink(prediction, ldprediction),
        sink(doutput, lddoutput), at(residual)));
    return BOOT_OK;
}

int32_t boot_residual_divisors(boot_context context, int32_t n, boot_floats residual, float kappa, float power,
    boot_floats divisor) {
    ON_TIER(context, residual_divisors(n, at(residual), kappa, power, at(divisor)));
    return BOOT_OK;
}

// ---- the optimiser

int32_t boot_sum_lanes(boot_context context, const boot_floats* lanes, int32_t lane_count, int64_t from, int64_t to,
    boot_floats sum) {
    ON_TIER(context, sum_lanes(reinterpret_cast<const float* const*>(lanes), lane_count, from, to, at(sum)));
    return BOOT_OK;
}

int32_t boot_squared_norm(boot_context context, boot_floats values, int64_t length, int64_t from_chunk,
    int64_t to_chunk, boot_floats partial) {
    ON_TIER(context, squared_norm(at(values), length, from_chunk, to_chunk, at(partial)));
    return BOOT_OK;
}

int32_t boot_clip(boot_context context, boot_floats partial, int64_t chunks, boot_floats step) {
    ON_TIER(context, clip(at(partial), chunks, at(step)));
    return BOOT_OK;
}

int32_t boot_adam_w(boot_context context, boot_floats step, int64_t from, int64_t to, boot_floats gradient,
    boot_floats parameters, boot_floats m, boot_floats v, boot_floats ema) {
    ON_TIER(context, adam_w(at(step), from, to, at(gradient), at(parameters), at(m), at(v), at(ema)));
    return BOOT_OK;
}
