// mma and ldmatrix: layouts against a plain product, and the rounding modes against sums whose results tell them apart.
#include <string.h>

#include "trip.h"

namespace boot {

// d = a·b + c for one warp: a [16][16] and b [16][8] in bf16 by ldmatrix, c and d [16][8].
__global__ void product_bf16(const float* a, const float* b, const float* c, float* d) {
    BOOT_SHARED(__nv_bfloat16, left, [16][16]);
    BOOT_SHARED(__nv_bfloat16, right, [16][16]);
    const int lane = static_cast<int>(threadIdx.x), group = lane / 4, quad = lane % 4;
    for (int i = lane; i < 256; i += 32) {
        left[i / 16][i % 16] = __float2bfloat16_rn(a[i]);
        right[i / 16][i % 16] = __float2bfloat16_rn(i % 16 < 8 ? b[i / 16 * 8 + i % 16] : 0.0f);
    }
    __syncthreads();
    uint32_t l[4], r[4];
    ldmatrix_x4(l, &left[lane % 16][lane / 16 * 8]);
    ldmatrix_x4_trans(r, &right[lane % 16][lane / 16 * 8]);
    const uint32_t columns[2] = {r[0], r[1]};
    float sum[4];
    for (int i = 0; i < 4; i++) {
        sum[i] = c[(group + i / 2 * 8) * 8 + 2 * quad + i % 2];
    }
    mma_m16n8k16_bf16(sum, l, columns);
    for (int i = 0; i < 4; i++) {
        d[(group + i / 2 * 8) * 8 + 2 * quad + i % 2] = sum[i];
    }
}

// The same with tf32 and 8 terms; `rounds` is false where the operands are given as they are.
__global__ void product_tf32(const float* a, const float* b, const float* c, float* d, bool rounds) {
    const int lane = static_cast<int>(threadIdx.x), group = lane / 4, quad = lane % 4;
    const auto operand = [=](float v) { return rounds ? to_tf32(v) : __float_as_uint(v); };
    const uint32_t l[4] = {operand(a[group * 8 + quad]), operand(a[(group + 8) * 8 + quad]),
        operand(a[group * 8 + quad + 4]), operand(a[(group + 8) * 8 + quad + 4])};
    const uint32_t r[2] = {operand(b[quad * 8 + group]), operand(b[(quad + 4) * 8 + group])};
    float sum[4];
    for (int i = 0; i < 4; i++) {
        sum[i] = c[(group + i / 2 * 8) * 8 + 2 * quad + i % 2];
    }
    mma_m16n8k8_tf32(sum, l, r);
    for (int i = 0; i < 4; i++) {
        d[(group + i / 2 * 8) * 8 + 2 * quad + i % 2] = sum[i];
    }
}

}  // namespace boot

using namespace boot;

typedef std::vector<float> Values;

static Values run(int terms, const Values& a, const Values& b, const Values& c, bool rounds) {
    const Floats da(16 * terms, 0), db(8 * terms, 0), dc(16 * 8, 0), dd(16 * 8, 0);
    cudaMemcpy(da.p, a.data(), a.size() * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db.p, b.data(), b.size() * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(dc.p, c.data(), c.size() * sizeof(float), cudaMemcpyHostToDevice);
    if (terms == 16) {
        BOOT_LAUNCH(product_bf16, 1, 32, 0, nullptr, da.p, db.p, dc.p, dd.p);
    } else {
        BOOT_LAUNCH(product_tf32, 1, 32, 0, nullptr, da.p, db.p, dc.p, dd.p, rounds);
    }
    return dd.get();
}

// Small integers: exact in every mode, different in every place.
static bool layout(int terms) {
    Values a(16 * terms), b(8 * terms), c(16 * 8);
    for (size_t i = 0; i < a.size(); i++) {
        a[i] = static_cast<float>(i * 7 % 31) - 15;
    }
    for (size_t i = 0; i < b.size(); i++) {
        b[i] = static_cast<float>(i * 5 % 29) - 14;
    }
    for (size_t i = 0; i < c.size(); i++) {
        c[i] = static_cast<float>(i);
    }
    const Values d = run(terms, a, b, c, true);
    for (int row = 0; row < 16; row++) {
        for (int column = 0; column < 8; column++) {
            float sum = c[row * 8 + column];
            for (int k = 0; k < terms; k++) {
                sum += a[row * terms + k] * b[k * 8 + column];
            }
            if (d[row * 8 + column] != sum) {
                return false;
            }
        }
    }
    return true;
}

// 1 + t·t + … + t·t in a mode, with `count` terms t² of 2^exponent.
static float sum_of_small(int mode, int count, int exponent) {
    Values a(16 * 16, 0.0f), b(8 * 16, 0.0f), c(16 * 8, 1.0f);
    for (int k = 0; k < count; k++) {
        a[k] = ldexpf(1, exponent);
        b[k * 8] = 1;
    }
    boot_emulator_configure("mma", mode);
    const float sum = run(16, a, b, c, true)[0];
    boot_emulator_configure("mma", 0);
    return sum;
}

// In units of 2^-23, the distance of floats at 1. Half units: fused rounds each to even, once sums first, groups cut the sum.
static bool rounding() {
    const auto units = [](float v) { return (v - 1) * 0x1p23f; };
    return units(sum_of_small(0, 4, -24)) == 0 && units(sum_of_small(1, 4, -24)) == 2 && units(sum_of_small(2, 4, -24)) == 2
        && units(sum_of_small(1, 3, -24)) == 2 && units(sum_of_small(2, 3, -24)) == 1  // 1.5: to even, cut
        && units(sum_of_small(2, 4, -25)) == 0 && units(sum_of_small(3, 4, -25)) == 1  // 24 fraction bits lose them, 25 keep
        && units(sum_of_small(2, 9, -24)) == 4 && units(sum_of_small(2, 16, -24)) == 8;
}

// 1 + 2^-11: rounded up to the next tf32, or cut.
static bool truncation() {
    Values a(16 * 8, 0.0f), b(8 * 8, 0.0f), c(16 * 8, 0.0f);
    a[0] = 1 + 0x1p-11f;
    b[0] = 1;
    return run(8, a, b, c, true)[0] == 1 + 0x1p-10f && run(8, a, b, c, false)[0] == 1;
}

std::vector<Trip> tensor_core_trips() {
    return {
        {"layout of bf16", nullptr, [] { return layout(16); }},
        {"layout of tf32", nullptr, [] { return layout(8); }},
        {"rounding modes", nullptr, rounding},
        {"tf32 without rounding", nullptr, truncation},
    };
}
