// The functions of the C ABI in one tier, continued: embeddings, tokens, the method, and the optimiser.
#include "abi.h"

namespace boot::BOOT_TIER {

// ---- embeddings

int32_t boot_time_embedding(boot_context, int32_t n, int32_t half, int32_t fourier, int32_t cosine_first,
    boot_floats t, boot_floats frequencies, boot_floats y, int64_t ldy) {
    time_embedding(n, half, fourier, cosine_first, at(t), at(frequencies), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_time_embedding_tangent(boot_context, int32_t n, int32_t half, int32_t fourier,
    int32_t cosine_first, boot_floats t, boot_floats frequencies, boot_floats ttangent, boot_floats ytangent,
    int64_t ldytangent) {
    time_embedding_tangent(n, half, fourier, cosine_first, at(t), at(frequencies), at(ttangent),
        sink(ytangent, ldytangent));
    return BOOT_OK;
}

int32_t boot_embedding_forward(boot_context, int32_t n, int32_t table_rows, int32_t channels, boot_floats labels,
    boot_floats table, boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    embedding_forward(n, table_rows, channels, at(labels), at(table), source(x, ldx), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_embedding_backward(boot_context, int32_t n, int32_t table_rows, int32_t channels,
    boot_floats labels, boot_floats dy, int64_t lddy, boot_floats dtable, int32_t accumulate) {
    embedding_backward(n, table_rows, channels, at(labels), source(dy, lddy), at(dtable), accumulate);
    return BOOT_OK;
}

int32_t boot_divide_samples(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats divisor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    divide_samples(n, pixels, channels, source(x, ldx), at(divisor), source(base, ldbase),
        sink(y, ldy));
    return BOOT_OK;
}

// ---- rows of tokens

int32_t boot_add_rows_forward(boot_context, int32_t n, int32_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats p, boot_floats y, int64_t ldy) {
    add_rows_forward(n, rows, channels, source(x, ldx), at(p), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_add_rows_backward(boot_context, int32_t n, int32_t rows, int32_t channels, boot_floats dy, int64_t lddy,
    boot_floats dp, int32_t accumulate) {
    add_rows_backward(n, rows, channels, source(dy, lddy), at(dp), accumulate);
    return BOOT_OK;
}

int32_t boot_place_rows(boot_context, int32_t n, int32_t count, int32_t source_rows, int32_t from, int32_t target_rows,
    int32_t to, int32_t channels, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    place_rows(n, count, source_rows, from, target_rows, to, channels, source(x, ldx), source(base, ldbase), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_patchify(boot_context, int32_t n, int32_t height, int32_t width, int32_t channels, int32_t size,
    int32_t channels_first, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Patches patches = {height, width, channels, size, channels_first != 0};
    patchify(n, patches, source(x, ldx), source(base, ldbase), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_unpatchify(boot_context, int32_t n, int32_t height, int32_t width, int32_t channels, int32_t size,
    int32_t channels_first, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Patches patches = {height, width, channels, size, channels_first != 0};
    unpatchify(n, patches, source(x, ldx), source(base, ldbase), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_nearest_code(boot_context context, int64_t rows, int32_t codes, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats table, boot_floats y, int64_t ldy) {
    return nearest_code(of(context), rows, codes, channels, source(x, ldx), at(table), sink(y, ldy));
}

// ---- the method

int32_t boot_noise(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats seeds, int32_t draw,
    boot_floats y, int64_t ldy) {
    noise(n, pixels, channels, at(seeds), draw, sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_signal_state(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats y, int64_t ldy,
    boot_floats x, int64_t ldx) {
    signal_state(n, pixels, channels, at(coefficients), source(noise, ldnoise),
        source(output, ldoutput), sink(y, ldy), sink(x, ldx));
    return BOOT_OK;
}

int32_t boot_signal_step(boot_context, int32_t n, int32_t pixels, int32_t channels, int32_t stage,
    boot_floats coefficients, boot_floats noise, int64_t ldnoise, boot_floats x, int64_t ldx, boot_floats output,
    int64_t ldoutput, boot_floats null_output, int64_t ldnull, boot_floats previous, int64_t ldprevious,
    boot_floats y, int64_t ldy, boot_floats f, int64_t ldf, boot_floats target, int64_t ldtarget,
    boot_floats next, int64_t ldnext) {
    signal_step(n, pixels, channels, stage, at(coefficients), source(noise, ldnoise), source(x, ldx),
        source(output, ldoutput), source(null_output, ldnull), source(previous, ldprevious), source(y, ldy),
        sink(f, ldf), sink(target, ldtarget), sink(next, ldnext));
    return BOOT_OK;
}

int32_t boot_bootstrap_loss(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats target, int64_t ldtarget,
    boot_floats prediction, int64_t ldprediction, boot_floats doutput, int64_t lddoutput, boot_floats residual) {
    bootstrap_loss(n, pixels, channels, at(coefficients), source(noise, ldnoise),
        source(output, ldoutput), source(target, ldtarget), sink(prediction, ldprediction),
        sink(doutput, lddoutput), at(residual));
    return BOOT_OK;
}

int32_t boot_residual_weights(boot_context, int32_t n, boot_floats residual, float kappa, float power,
    boot_floats factor) {
    residual_weights(n, at(residual), kappa, power, at(factor));
    return BOOT_OK;
}

int32_t boot_distance_weights(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy, float least, boot_floats factor) {
    distance_weights(n, pixels, channels, source(x, ldx), source(y, ldy), least, at(factor));
    return BOOT_OK;
}

int32_t boot_add_scaled(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats factor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    add_scaled(n, pixels, channels, source(x, ldx), at(factor), source(base, ldbase), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_combine(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats a, boot_floats first,
    int64_t ldfirst, boot_floats b, boot_floats second, int64_t ldsecond, boot_floats y, int64_t ldy) {
    combine(n, pixels, channels, at(a), source(first, ldfirst), at(b), source(second, ldsecond), sink(y, ldy));
    return BOOT_OK;
}

// ---- the optimiser

int32_t boot_sum_lanes(boot_context, const boot_floats* lanes, int32_t lane_count, int64_t from, int64_t to,
    boot_floats sum) {
    sum_lanes(reinterpret_cast<const float* const*>(lanes), lane_count, from, to, at(sum));
    return BOOT_OK;
}

int32_t boot_squared_norm(boot_context, boot_floats values, int64_t length, int64_t from_chunk,
    int64_t to_chunk, boot_floats partial) {
    squared_norm(at(values), length, from_chunk, to_chunk, at(partial));
    return BOOT_OK;
}

int32_t boot_clip(boot_context, boot_floats partial, int64_t chunks, boot_floats step) {
    clip(at(partial), chunks, at(step));
    return BOOT_OK;
}

int32_t boot_adam_w(boot_context, boot_floats step, int64_t from, int64_t to, boot_floats gradient,
    boot_floats parameters, boot_floats m, boot_floats v, boot_floats ema) {
    adam_w(at(step), from, to, at(gradient), at(parameters), at(m), at(v), at(ema));
    return BOOT_OK;
}

int32_t boot_average(boot_context, int64_t from, int64_t to, boot_floats source, float rate, boot_floats target) {
    average(from, to, at(source), rate, at(target));
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
