// The functions of the C ABI in one tier, see abi.cpp. Here those of normalisation, and of single values and rows.
#include "abi.h"

namespace boot::BOOT_TIER {

int32_t boot_group_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy) {
    const GroupNorm norm = {pixels, channels, groups, epsilon, activation};
    return group_norm_forward(of(context), n, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), sink(y, ldy));
}

int32_t boot_group_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats dy, int64_t lddy,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma, boot_floats dbeta,
    boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const GroupNorm norm = {pixels, channels, groups, epsilon, activation};
    return group_norm_backward(of(context), n, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), source(dy, lddy), source(base, ldbase),
        sink(dx, lddx), at(dgamma), at(dbeta), sink(dscale, lddscale), sink(dshift, lddshift), accumulate);
}

int32_t boot_group_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats xtangent, int64_t ldxtangent,
    boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent, int64_t ldshifttangent,
    boot_floats ytangent, int64_t ldytangent) {
    const GroupNorm norm = {pixels, channels, groups, epsilon, activation};
    return group_norm_tangent(of(context), n, norm, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), source(xtangent, ldxtangent),
        source(scaletangent, ldscaletangent), source(shifttangent, ldshifttangent), sink(ytangent, ldytangent));
}

int32_t boot_layer_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float epsilon,
    boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats shift,
    int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy) {
    return layer_norm_forward(of(context), n, pixels, channels, epsilon, source(x, ldx), at(gamma), at(beta),
        source(scale, ldscale), source(shift, ldshift), at(statistics), sink(y, ldy));
}

int32_t boot_layer_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats statistics,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma,
    boot_floats dbeta, boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    return layer_norm_backward(of(context), n, pixels, channels, source(x, ldx), at(gamma), at(beta), source(scale, ldscale),
        at(statistics), source(dy, lddy), source(base, ldbase), sink(dx, lddx), at(dgamma), at(dbeta),
        sink(dscale, lddscale), sink(dshift, lddshift), accumulate);
}

int32_t boot_layer_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats statistics,
    boot_floats xtangent, int64_t ldxtangent, boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent,
    int64_t ldshifttangent, boot_floats ytangent, int64_t ldytangent) {
    return layer_norm_tangent(of(context), n, pixels, channels, source(x, ldx), at(gamma), at(beta), source(scale, ldscale),
        at(statistics), source(xtangent, ldxtangent), source(scaletangent, ldscaletangent),
        source(shifttangent, ldshifttangent), sink(ytangent, ldytangent));
}

int32_t boot_activation_forward(boot_context, int64_t rows, int32_t channels, int32_t activation, boot_floats x,
    int64_t ldx, boot_floats y, int64_t ldy) {
    activation_forward(rows, channels, activation, source(x, ldx), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_activation_backward(boot_context, int64_t rows, int32_t channels, int32_t activation, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    activation_backward(rows, channels, activation, source(x, ldx), source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return BOOT_OK;
}

int32_t boot_geglu_forward(boot_context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, boot_floats y,
    int64_t ldy) {
    geglu_forward(rows, channels, source(x, ldx), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_geglu_backward(boot_context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, boot_floats dy,
    int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    geglu_backward(rows, channels, source(x, ldx), source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return BOOT_OK;
}

int32_t boot_geglu_tangent(boot_context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, boot_floats xtangent,
    int64_t ldxtangent, boot_floats ytangent, int64_t ldytangent) {
    geglu_tangent(rows, channels, source(x, ldx), source(xtangent, ldxtangent), sink(ytangent, ldytangent));
    return BOOT_OK;
}

int32_t boot_gate_forward(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats residual, int64_t ldresidual, boot_floats y, int64_t ldy) {
    gate_forward(n, pixels, channels, source(x, ldx), source(gate, ldgate), source(residual, ldresidual), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_gate_backward(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx,
    int64_t lddx, boot_floats dgate, int64_t lddgate) {
    gate_backward(n, pixels, channels, source(x, ldx), source(gate, ldgate), source(dy, lddy), source(base, ldbase),
        sink(dx, lddx), sink(dgate, lddgate));
    return BOOT_OK;
}

int32_t boot_gate_tangent(boot_context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats xtangent, int64_t ldxtangent, boot_floats gatetangent,
    int64_t ldgatetangent, boot_floats residualtangent, int64_t ldresidualtangent, boot_floats ytangent,
    int64_t ldytangent) {
    gate_tangent(n, pixels, channels, source(x, ldx), source(gate, ldgate), source(xtangent, ldxtangent),
        source(gatetangent, ldgatetangent), source(residualtangent, ldresidualtangent), sink(ytangent, ldytangent));
    return BOOT_OK;
}

int32_t boot_sum_rows_forward(boot_context, int32_t n, int32_t pixels, int32_t channels, float factor, boot_floats x,
    int64_t ldx, boot_floats y, int64_t ldy) {
    sum_rows_forward(n, pixels, channels, factor, source(x, ldx), sink(y, ldy));
    return BOOT_OK;
}

int32_t boot_sum_rows_backward(boot_context, int32_t n, int32_t pixels, int32_t channels, float factor, boot_floats dy,
    int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    sum_rows_backward(n, pixels, channels, factor, source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
