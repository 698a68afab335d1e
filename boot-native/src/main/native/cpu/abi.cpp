// The functions of the C ABI in one tier: addresses become pointers, and numbers become shapes. Here those of networks but for
// normalisation and what is done to single values and rows (abi_rows.cpp).
#include "abi.h"

namespace boot::BOOT_TIER {

int32_t boot_peak(boot_context, int64_t rounds, int64_t* operations) {
    *operations = peak(rounds);
    return BOOT_OK;
}

int32_t boot_fill(boot_context, boot_floats target, int64_t count, float value) {
    fill(at(target), count, value);
    return BOOT_OK;
}

int32_t boot_affine(boot_context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, float factor,
    float offset, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    affine(rows, channels, source(x, ldx), factor, offset, source(base, ldbase), sink(y, ldy));
    return BOOT_OK;
}

// ---- weights

int64_t boot_conv_prepared(boot_context, int32_t height, int32_t width, int32_t in, int32_t out, int32_t upsample,
    int32_t stride, int32_t padding, int32_t gradient) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return conv_prepared(conv, gradient);
}

int64_t boot_linear_prepared(boot_context, int32_t in, int32_t out, int32_t gradient) {
    const Linear linear = {in, out};
    return linear_prepared(linear, gradient);
}

int32_t boot_conv_prepare(boot_context, int32_t height, int32_t width, int32_t in, int32_t out, int32_t upsample,
    int32_t stride, int32_t padding, int32_t gradient, boot_floats weights, boot_floats prepared) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    conv_prepare(conv, gradient, at(weights), at(prepared));
    return BOOT_OK;
}

int32_t boot_linear_prepare(boot_context, int32_t in, int32_t out, int32_t gradient, boot_floats weights,
    boot_floats prepared) {
    const Linear linear = {in, out};
    linear_prepare(linear, gradient, at(weights), at(prepared));
    return BOOT_OK;
}

// ---- convolution 3x3

int32_t boot_conv_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats weights, boot_floats prepared,
    boot_floats bias, boot_floats shift, int64_t ldshift, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return conv_forward(of(context), n, conv, source(x, ldx), at(weights), at(prepared), at(bias),
        source(shift, ldshift), source(residual, ldresidual), sink(y, ldy));
}

int32_t boot_conv_backward_input(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats dy, int64_t lddy, boot_floats weights, boot_floats prepared,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return conv_backward_input(of(context), n, conv, source(dy, lddy), at(weights), at(prepared),
        source(base, ldbase), sink(dx, lddx));
}

int32_t boot_conv_backward_weights(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats dy, int64_t lddy,
    boot_floats dweights, boot_floats dbias, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    return conv_backward_weights(of(context), n, conv, source(x, ldx), source(dy, lddy), at(dweights),
        at(dbias), sink(dshift, lddshift), accumulate);
}

// ---- linear

int32_t boot_linear_forward(boot_context, int64_t rows, int32_t in, int32_t out, boot_floats x, int64_t ldx,
    boot_floats, boot_floats prepared, boot_floats bias, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Linear linear = {in, out};
    linear_forward(rows, linear, source(x, ldx), at(prepared), at(bias),
        source(residual, ldresidual), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_linear_backward_input(boot_context, int64_t rows, int32_t in, int32_t out, boot_floats dy,
    int64_t lddy, boot_floats, boot_floats prepared, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Linear linear = {in, out};
    linear_backward_input(rows, linear, source(dy, lddy), at(prepared),
        source(base, ldbase), sink(dx, lddx));
    return BOOT_OK;
}

int32_t boot_linear_backward_weights(boot_context, int64_t rows, int32_t in, int32_t out, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats dweights, boot_floats dbias, int32_t accumulate) {
    const Linear linear = {in, out};
    linear_backward_weights(rows, linear, source(x, ldx), source(dy, lddy),
        at(dweights), at(dbias), accumulate);
    return BOOT_OK;
}

// ---- attention

int32_t boot_attention_forward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp) {
    const Attention attention = {queries, keys, heads, head_size, causal != 0};
    return attention_forward(of(context), n, attention, source(q, ldq), source(k, ldk), source(v, ldv),
        at(mask), sink(y, ldy), at(log_sum_exp));
}

int32_t boot_attention_backward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp, boot_floats dy, int64_t lddy, boot_floats dq,
    int64_t lddq, boot_floats dk, int64_t lddk, boot_floats dv, int64_t lddv) {
    const Attention attention = {queries, keys, heads, head_size, causal != 0};
    return attention_backward(of(context), n, attention, source(q, ldq), source(k, ldk),
        source(v, ldv), at(mask), source(y, ldy), at(log_sum_exp), source(dy, lddy), sink(dq, lddq),
        sink(dk, lddk), sink(dv, lddv));
}

int32_t boot_attention_tangent(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats, int64_t, boot_floats log_sum_exp, boot_floats qtangent, int64_t ldqtangent,
    boot_floats ktangent, int64_t ldktangent, boot_floats vtangent, int64_t ldvtangent, boot_floats ytangent,
    int64_t ldytangent) {
    const Attention attention = {queries, keys, heads, head_size, causal != 0};
    return attention_tangent(of(context), n, attention, source(q, ldq), source(k, ldk),
        source(v, ldv), at(mask), at(log_sum_exp), source(qtangent, ldqtangent), source(ktangent, ldktangent),
        source(vtangent, ldvtangent), sink(ytangent, ldytangent));
}

// ---- size changes

int32_t boot_upsample_forward(boot_context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    upsample_forward(n, height, width, channels, source(x, ldx), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_upsample_backward(boot_context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    upsample_backward(n, height, width, channels, source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return BOOT_OK;
}

int32_t boot_downsample_forward(boot_context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    downsample_forward(n, height, width, channels, source(x, ldx), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_downsample_backward(boot_context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    downsample_backward(n, height, width, channels, source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
