// float32 instructions and conversions. The approximate ones are computed exactly.
#include <math.h>

#include "../bfloat16.h"
#include "program.h"

namespace emulator::ptx {

typedef float (*OfOne)(float);
typedef float (*OfTwo)(float, float);

static const std::map<std::string, OfOne> of_one = {
    {"neg", [](float a) { return -a; }}, {"abs", [](float a) { return fabsf(a); }},
    {"rcp", [](float a) { return 1.0f / a; }}, {"rsqrt", [](float a) { return 1.0f / sqrtf(a); }},
    {"sqrt", [](float a) { return sqrtf(a); }}, {"ex2", [](float a) { return exp2f(a); }},
    {"lg2", [](float a) { return log2f(a); }}, {"sin", [](float a) { return sinf(a); }},
    {"cos", [](float a) { return cosf(a); }}, {"tanh", [](float a) { return tanhf(a); }}};

static const std::map<std::string, OfTwo> of_two = {
    {"add", [](float a, float b) { return a + b; }}, {"sub", [](float a, float b) { return a - b; }},
    {"mul", [](float a, float b) { return a * b; }}, {"div", [](float a, float b) { return a / b; }},
    {"min", [](float a, float b) { return fminf(a, b); }}, {"max", [](float a, float b) { return fmaxf(a, b); }},
    {"copysign", [](float a, float b) { return copysignf(b, a); }}};

// ".ftz" flushes what is smaller than the normal numbers; ".sat" clamps to 0..1.
struct Modifiers {
    bool flush, saturate;

    float in(uint64_t bits) const {
        const float value = as_float(bits);
        return flush && fabsf(value) < 0x1p-126f ? copysignf(0.0f, value) : value;
    }
    uint64_t out(float value) const {
        if (flush && fabsf(value) < 0x1p-126f) {
            value = copysignf(0.0f, value);
        }
        return as_bits(saturate ? fminf(fmaxf(value, 0.0f), 1.0f) : value);
    }
};

// Rounds towards minus infinity: nvcc's exponential cuts off a fraction by it.
static float fma_downward(float a, float b, float c) {
    const double exact = static_cast<double>(a) * b + c;
    const float nearest = static_cast<float>(exact);
    return nearest > exact ? nextafterf(nearest, -INFINITY) : nearest;
}

Action decode_float(const Statement& s) {
    const std::string operation = s.operation();
    if (!is_float(s.type()) || s.operands.size() < 2 || operation == "cvt") {
        return nullptr;
    }
    const Modifiers modifiers{s.has("ftz"), s.has("sat")};
    const size_t d = static_cast<size_t>(s.operands[0].reg);
    const Operand a = s.operands[1];
    if (operation == "fma") {
        const Operand b = s.operands[2], c = s.operands[3];
        const auto function = s.has("rm") ? fma_downward : fmaf;
        return [=](Frame& f) {
            f.registers[d] =
                modifiers.out(function(modifiers.in(a.value(f)), modifiers.in(b.value(f)), modifiers.in(c.value(f))));
        };
    }
    const auto one = of_one.find(operation);
    if (one != of_one.end()) {
        const OfOne function = one->second;
        return [=](Frame& f) { f.registers[d] = modifiers.out(function(modifiers.in(a.value(f)))); };
    }
    const auto two = of_two.find(operation);
    if (two != of_two.end()) {
        const OfTwo function = two->second;
        const Operand b = s.operands[2];
        return [=](Frame& f) {
            f.registers[d] = modifiers.out(function(modifiers.in(a.value(f)), modifiers.in(b.value(f))));
        };
    }
    return nullptr;
}

// ---- cvt

static double rounded(const Statement& s, double v) {
    return s.has("rni") ? nearbyint(v) : s.has("rmi") ? floor(v) : s.has("rpi") ? ceil(v) : s.has("rzi") ? trunc(v) : v;
}

// A float to an integer: out of range becomes the nearest there is, NaN zero.
static uint64_t clamped(double v, bool with_sign, int width) {
    if (v != v) {
        return 0;
    }
    const double low = with_sign ? -ldexp(1.0, width - 1) : 0.0, beyond = ldexp(1.0, with_sign ? width - 1 : width);
    if (v >= beyond) {
        return with_sign ? (uint64_t{1} << (width - 1)) - 1 : ~uint64_t{0};
    }
    const double inside = v < low ? low : v;
    return with_sign ? static_cast<uint64_t>(static_cast<int64_t>(inside)) : static_cast<uint64_t>(inside);
}

static Action pack_two(const Statement& s) {
    return [d = s.operands[0], high = s.operands[1], low = s.operands[2]](Frame& f) {
        f.registers[static_cast<size_t>(d.reg)] = boot::pack_bf16(as_float(low.value(f)), as_float(high.value(f)));
    };
}

Action decode_conversion(const Statement& s) {
    if (s.operation() != "cvt") {
        return nullptr;
    }
    const std::string from = s.type(), to = s.words[s.words.size() - 2];
    const size_t d = static_cast<size_t>(s.operands[0].reg);
    const Operand a = s.operands[1];
    const int width = width_of(to), source_width = width_of(from);
    if (to == "bf16x2" && from == "f32") {
        return pack_two(s);
    }
    if (to == "tf32" && s.has("rna")) {
        return [=](Frame& f) { f.registers[d] = boot::to_tf32(as_float(a.value(f))); };
    }
    if (to == "bf16" && from == "f32") {
        return [=](Frame& f) { f.registers[d] = __float2bfloat16_rn(as_float(a.value(f))).bits; };
    }
    if (to == "f32" && from == "bf16") {
        return [=](Frame& f) { f.registers[d] = zero_extended(a.value(f), 16) << 16; };
    }
    if (width == 0 || source_width == 0 || from == "f64" || to == "f64" || from == "f16" || to == "f16") {
        return nullptr;
    }
    const Modifiers modifiers{s.has("ftz"), s.has("sat")};
    if (is_float(to) && is_float(from)) {
        return [=](Frame& f) {
            f.registers[d] = modifiers.out(static_cast<float>(rounded(s, modifiers.in(a.value(f)))));
        };
    }
    if (is_float(to)) {
        return [=, with_sign = is_signed(from)](Frame& f) {
            const uint64_t v = a.value(f);
            f.registers[d] = as_bits(with_sign ? static_cast<float>(sign_extended(v, source_width))
                                               : static_cast<float>(zero_extended(v, source_width)));
        };
    }
    if (is_float(from)) {
        return [=, with_sign = is_signed(to)](Frame& f) {
            f.registers[d] = zero_extended(clamped(rounded(s, modifiers.in(a.value(f))), with_sign, width), width);
        };
    }
    return [=, with_sign = is_signed(from)](Frame& f) {
        const uint64_t v = a.value(f);
        f.registers[d] = zero_extended(
            with_sign ? static_cast<uint64_t>(sign_extended(v, source_width)) : zero_extended(v, source_width), width);
    };
}

}  // namespace emulator::ptx
