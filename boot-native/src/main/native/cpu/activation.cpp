// Activations and GEGLU, with their gradients.
#include "activation.h"
#include "elements.h"
#include "operations.h"

namespace boot::BOOT_TIER {

void activation_forward(int64_t rows, int32_t channels, int32_t activation, Source x, Target y) {
    const bool dense = x.stride == channels && y.stride == channels;
    with_activation(activation, [&](auto f) BOOT_LAMBDA {
        over_elements(rows, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            store(y.row(row) + i, decltype(f)::value(load(x.row(row) + i, lanes)), lanes);
        });
    });
}

void activation_backward(int64_t rows, int32_t channels, int32_t activation, Source x, Source dy, Source base, Target dx) {
    const bool dense = x.stride == channels && dy.stride == channels && dx.stride == channels
        && (!base.given() || base.stride == channels);
    with_activation(activation, [&](auto f) BOOT_LAMBDA {
        over_elements(rows, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            Vec gradient = load(dy.row(row) + i, lanes) * decltype(f)::slope(load(x.row(row) + i, lanes));
            if (base.given()) {
                gradient += load(base.row(row) + i, lanes);
            }
            store(dx.row(row) + i, gradient, lanes);
        });
    });
}

void geglu_forward(int64_t rows, int32_t channels, Source x, Target y) {
    over_elements(rows, channels, false, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        const float* u = x.row(row) + i;
        store(y.row(row) + i, load(u, lanes) * Gelu::value(load(u + channels, lanes)), lanes);
    });
}

void geglu_backward(int64_t rows, int32_t channels, Source x, Source dy, Source base, Target dx) {
    over_elements(rows, channels, false, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        const Vec u = load(x.row(row) + i, lanes), v = load(x.row(row) + channels + i, lanes);
        const Vec d = load(dy.row(row) + i, lanes);
        const Normal normal(v);
        Vec du = d * (v * normal.integral), dv = d * u * (normal.integral + v * normal.bell * 0.398942280f);
        if (base.given()) {
            du += load(base.row(row) + i, lanes);
            dv += load(base.row(row) + channels + i, lanes);
        }
        store(dx.row(row) + i, du, lanes);
        store(dx.row(row) + channels + i, dv, lanes);
    });
}

void geglu_tangent(int64_t rows, int32_t channels, Source x, Source xtangent, Target ytangent) {
    over_elements(rows, channels, false, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        const Vec u = load(x.row(row) + i, lanes), v = load(x.row(row) + channels + i, lanes);
        const Vec moved_u = load(xtangent.row(row) + i, lanes), moved_v = load(xtangent.row(row) + channels + i, lanes);
        store(ytangent.row(row) + i, moved_u * Gelu::value(v) + u * moved_v * Gelu::slope(v), lanes);
    });
}

}  // namespace boot::BOOT_TIER
