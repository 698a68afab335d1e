// Activations and GEGLU, with their gradients.
#include "activation.h"
#include "elements.h"

namespace boot {

template <int32_t F>
__global__ void __launch_bounds__(BLOCK_THREADS) activation(Elements elements, Source x, Target y) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) { y.row(row)[i] = activate(F, x.row(row)[i]); });
}

template <int32_t F>
__global__ void __launch_bounds__(BLOCK_THREADS) activation_gradient(Elements elements, Source x, Source dy, Source base,
    Target dx) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const float gradient = dy.row(row)[i] * slope(F, x.row(row)[i]);
        dx.row(row)[i] = base.given() ? base.row(row)[i] + gradient : gradient;
    });
}

// ---- GEGLU: the halves u and v of a row; the elements are those of y

__global__ void __launch_bounds__(BLOCK_THREADS) geglu(Elements elements, Source x, Target y) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const float u = x.row(row)[i], v = x.row(row)[elements.columns + i];
        y.row(row)[i] = u * (v * normal(v).integral);
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) geglu_gradient(Elements elements, Source x, Source dy, Source base,
    Target dx) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const int64_t half = elements.columns;
        const float u = x.row(row)[i], v = x.row(row)[half + i], d = dy.row(row)[i];
        const Normal n = normal(v);
        const float du = d * (v * n.integral), dv = d * u * (n.integral + v * n.bell * BELL_AREA);
        dx.row(row)[i] = base.given() ? base.row(row)[i] + du : du;
        dx.row(row)[half + i] = base.given() ? base.row(row)[half + i] + dv : dv;
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) geglu_tangent(Elements elements, Source x, Source xtangent,
    Target ytangent) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const int64_t half = elements.columns;
        const float u = x.row(row)[i], v = x.row(row)[half + i];
        const Normal n = normal(v);
        ytangent.row(row)[i] = xtangent.row(row)[i] * (v * n.integral)
            + u * xtangent.row(row)[half + i] * (n.integral + v * n.bell * BELL_AREA);
    });
}

template <int32_t F>
struct Constant {
    static constexpr int32_t VALUE = F;
};

// Calls body(constant) with the number of the activation: each has kernels of its own.
template <class Body>
static void with_activation(int32_t activation, Body body) {
    switch (activation) {
        case BOOT_ACTIVATION_SILU: return body(Constant<BOOT_ACTIVATION_SILU>{});
        case BOOT_ACTIVATION_GELU: return body(Constant<BOOT_ACTIVATION_GELU>{});
        case BOOT_ACTIVATION_GELU_TANH: return body(Constant<BOOT_ACTIVATION_GELU_TANH>{});
        case BOOT_ACTIVATION_QUICK_GELU: return body(Constant<BOOT_ACTIVATION_QUICK_GELU>{});
        default: return body(Constant<BOOT_ACTIVATION_NONE>{});
    }
}

}  // namespace boot

using namespace boot;

int32_t boot_activation_forward(boot_context context, int64_t rows, int32_t channels, int32_t activation, boot_floats x,
    int64_t ldx, boot_floats y, int64_t ldy) {
    const Elements elements = {1, rows, channels};
    with_activation(activation, [&](auto f) {
        BOOT_LAUNCH((boot::activation<decltype(f)::VALUE>), grid_of(elements), block_of(elements), 0, of(context).stream,
            elements, source(x, ldx), sink(y, ldy));
    });
    return launched();
}

int32_t boot_activation_backward(boot_context context, int64_t rows, int32_t channels, int32_t activation, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Elements elements = {1, rows, channels};
    with_activation(activation, [&](auto f) {
        BOOT_LAUNCH((activation_gradient<decltype(f)::VALUE>), grid_of(elements), block_of(elements), 0, of(context).stream,
            elements, source(x, ldx), source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    });
    return launched();
}

int32_t boot_geglu_forward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(geglu, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx), sink(y, ldy));
    return launched();
}

int32_t boot_geglu_backward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(geglu_gradient, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return launched();
}

int32_t boot_geglu_tangent(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats xtangent, int64_t ldxtangent, boot_floats ytangent, int64_t ldytangent) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(geglu_tangent, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        source(xtangent, ldxtangent), sink(ytangent, ldytangent));
    return launched();
}
