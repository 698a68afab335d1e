// mma and ldmatrix for a warp: which lane holds which element is the PTX manual's, how sums round is a setting.
//
// Modes 2 and 3 follow published measurements of the hardware (Fasi et al. 2021, Khattak and Mikaitis 2025): products are
// exact; the terms of a group, and the sum so far, are aligned to the largest exponent, cut to a number of fraction bits,
// added exactly, and cut to float32. A group is half of the terms before sm_90, all of them since.
#include <math.h>
#include <string.h>

#include "checks.h"
#include "execution.h"
#include "report.h"
#include "settings.h"

namespace emulator {

enum Rounding { FUSED_IN_ORDER, ONCE, GROUPS_OF_HALF, GROUPS_OF_ALL };

// v = mantissa · 2^result, 1 <= |mantissa| < 2; zero has the smallest exponent of float32.
static int exponent_of(double v, double& mantissa) {
    if (v == 0) {
        mantissa = 0;
        return -126;
    }
    int exponent;
    mantissa = frexp(v, &exponent) * 2;
    return exponent - 1;
}

static float cut_to_float(double v) {
    const float nearest = static_cast<float>(v);
    return fabs(static_cast<double>(nearest)) > fabs(v) ? nextafterf(nearest, 0.0f) : nearest;
}

static float add_group(const float* a, const float* b, int terms, float c, int fraction_bits) {
    double mantissa[17], plain = c;
    int exponent[17], largest;
    exponent[0] = largest = exponent_of(c, mantissa[0]);
    for (int i = 0; i < terms; i++) {
        double x, y;
        exponent[i + 1] = exponent_of(a[i], x) + exponent_of(b[i], y);
        mantissa[i + 1] = x * y;
        largest = exponent[i + 1] > largest ? exponent[i + 1] : largest;
        plain += static_cast<double>(a[i]) * b[i];
    }
    if (!isfinite(plain)) {
        return static_cast<float>(plain);
    }
    double sum = 0;
    for (int i = 0; i <= terms; i++) {
        sum += trunc(ldexp(mantissa[i], fraction_bits + exponent[i] - largest));
    }
    return cut_to_float(ldexp(sum, largest - fraction_bits));
}

static float dot(const float* a, const float* b, int terms, float c) {
    switch (settings.mma) {
        case GROUPS_OF_ALL:
            return add_group(a, b, terms, c, 25);
        case GROUPS_OF_HALF:
            return add_group(a + terms / 2, b + terms / 2, terms / 2, add_group(a, b, terms / 2, c, 24), 24);
        case ONCE: {
            double sum = c;
            for (int i = 0; i < terms; i++) {
                sum += static_cast<double>(a[i]) * b[i];
            }
            return static_cast<float>(sum);
        }
        default:
            for (int i = 0; i < terms; i++) {
                c = fmaf(a[i], b[i], c);
            }
            return c;
    }
}

static float from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void require_full_warp(unsigned mask) {
    if (mask != ~0u) {
        fail(cudaErrorLaunchFailure, nullptr, "tensor cores need a full warp, not lanes %08x", mask);
    }
}

// d += a·b with a [16][TERMS] and b transposed to [8][TERMS].
template <int TERMS>
static void multiply(Lane (&lanes)[32], const float (&a)[16][TERMS], const float (&b)[8][TERMS]) {
    for (int lane = 0; lane < WARP; lane++) {
        float* d = static_cast<float*>(lanes[lane].d);
        for (int i = 0; i < 4; i++) {
            const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
            d[i] = dot(a[row], b[column], TERMS, d[i]);
        }
    }
}

void combine_mma_bf16(Lane (&lanes)[32], unsigned mask) {
    require_full_warp(mask);
    float a[16][16], b[8][16];
    for (int lane = 0; lane < WARP; lane++) {
        const int group = lane / 4, quad = lane % 4;
        const uint32_t* from_a = static_cast<const uint32_t*>(lanes[lane].a);
        const uint32_t* from_b = static_cast<const uint32_t*>(lanes[lane].b);
        for (int half = 0; half < 2; half++) {
            const int shift = half == 0 ? 16 : 0;
            const auto element = [=](uint32_t pair) { return from_bits(pair << shift & 0xffff0000u); };
            for (int i = 0; i < 4; i++) {
                a[group + i % 2 * 8][2 * quad + half + i / 2 * 8] = element(from_a[i]);
            }
            for (int i = 0; i < 2; i++) {
                b[group][2 * quad + half + i * 8] = element(from_b[i]);
            }
        }
    }
    multiply(lanes, a, b);
}

void combine_mma_tf32(Lane (&lanes)[32], unsigned mask) {
    require_full_warp(mask);
    const auto element = [](uint32_t bits) { return from_bits(bits & ~0x1fffu); };  // the unit ignores the low bits
    float a[16][8], b[8][8];
    for (int lane = 0; lane < WARP; lane++) {
        const int group = lane / 4, quad = lane % 4;
        const uint32_t* from_a = static_cast<const uint32_t*>(lanes[lane].a);
        const uint32_t* from_b = static_cast<const uint32_t*>(lanes[lane].b);
        for (int i = 0; i < 4; i++) {
            a[group + i % 2 * 8][quad + i / 2 * 4] = element(from_a[i]);
        }
        for (int i = 0; i < 2; i++) {
            b[group][quad + i * 4] = element(from_b[i]);
        }
    }
    multiply(lanes, a, b);
}

// The rows are read by the lanes that give their addresses.
static void check_rows(Lane (&lanes)[32], unsigned mask) {
    require_full_warp(mask);
    const int me = execution.current;
    for (int lane = 0; lane < WARP; lane++) {
        execution.current = me / WARP * WARP + lane;
        check_access(lanes[lane].a, 16, Access::READ, nullptr);
    }
    execution.current = me;
}

static uint16_t element_of(const Lane (&lanes)[32], int matrix, int row, int column) {
    uint16_t element;
    memcpy(&element, static_cast<const char*>(lanes[matrix * 8 + row].a) + 2 * column, sizeof element);
    return element;
}

static void load_matrices(Lane (&lanes)[32], unsigned mask, bool transposed) {
    check_rows(lanes, mask);
    for (int lane = 0; lane < WARP; lane++) {
        uint32_t* r = static_cast<uint32_t*>(lanes[lane].d);
        for (int matrix = 0; matrix < 4; matrix++) {
            const int row = lane / 4, column = lane % 4 * 2;
            const uint32_t low =
                transposed ? element_of(lanes, matrix, column, row) : element_of(lanes, matrix, row, column);
            const uint32_t high =
                transposed ? element_of(lanes, matrix, column + 1, row) : element_of(lanes, matrix, row, column + 1);
            r[matrix] = low | high << 16;
        }
    }
}

void combine_ldmatrix_x4(Lane (&lanes)[32], unsigned mask) { load_matrices(lanes, mask, false); }

void combine_ldmatrix_x4_trans(Lane (&lanes)[32], unsigned mask) { load_matrices(lanes, mask, true); }

}  // namespace emulator
