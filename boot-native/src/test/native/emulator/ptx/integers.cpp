// Integer and logical instructions, comparisons, moves. Registers hold values with zeros above their width, save that a signed
// load extends the sign to all 64 bits, as PTX has it.
#include "program.h"

namespace emulator::ptx {

typedef uint64_t (*Binary)(uint64_t a, uint64_t b, int width);

static Binary binary_of(const std::string& operation, bool with_sign) {
    static const std::map<std::string, Binary> logical = {
        {"add", [](uint64_t a, uint64_t b, int) { return a + b; }},
        {"sub", [](uint64_t a, uint64_t b, int) { return a - b; }},
        {"and", [](uint64_t a, uint64_t b, int) { return a & b; }},
        {"or", [](uint64_t a, uint64_t b, int) { return a | b; }},
        {"xor", [](uint64_t a, uint64_t b, int) { return a ^ b; }},
        {"shl", [](uint64_t a, uint64_t b, int w) {
            const uint32_t by = static_cast<uint32_t>(b);
            return by >= static_cast<uint32_t>(w) ? 0 : a << by;
        }}};
    static const std::map<std::string, Binary> unsigned_ones = {
        {"min", [](uint64_t a, uint64_t b, int w) { return min(zero_extended(a, w), zero_extended(b, w)); }},
        {"max", [](uint64_t a, uint64_t b, int w) { return max(zero_extended(a, w), zero_extended(b, w)); }},
        {"div", [](uint64_t a, uint64_t b, int w) {
            return zero_extended(b, w) == 0 ? ~uint64_t{0} : zero_extended(a, w) / zero_extended(b, w);
        }},
        {"rem", [](uint64_t a, uint64_t b, int w) {
            return zero_extended(b, w) == 0 ? ~uint64_t{0} : zero_extended(a, w) % zero_extended(b, w);
        }},
        {"shr", [](uint64_t a, uint64_t b, int w) {
            const uint32_t by = static_cast<uint32_t>(b);
            return by >= static_cast<uint32_t>(w) ? 0 : zero_extended(a, w) >> by;
        }}};
    static const std::map<std::string, Binary> signed_ones = {
        {"min", [](uint64_t a, uint64_t b, int w) {
            return static_cast<uint64_t>(min(sign_extended(a, w), sign_extended(b, w)));
        }},
        {"max", [](uint64_t a, uint64_t b, int w) {
            return static_cast<uint64_t>(max(sign_extended(a, w), sign_extended(b, w)));
        }},
        {"div", [](uint64_t a, uint64_t b, int w) {
            const __int128 x = sign_extended(a, w), y = sign_extended(b, w);
            return y == 0 ? ~uint64_t{0} : static_cast<uint64_t>(x / y);
        }},
        {"rem", [](uint64_t a, uint64_t b, int w) {
            const __int128 x = sign_extended(a, w), y = sign_extended(b, w);
            return y == 0 ? ~uint64_t{0} : static_cast<uint64_t>(x % y);
        }},
        {"shr", [](uint64_t a, uint64_t b, int w) {
            return static_cast<uint64_t>(sign_extended(a, w) >> min(static_cast<uint32_t>(b), 63u));
        }}};
    for (const auto* table : {&logical, with_sign ? &signed_ones : &unsigned_ones}) {
        const auto found = table->find(operation);
        if (found != table->end()) {
            return found->second;
        }
    }
    return nullptr;
}

// mul and mad: the low or the high half of the product, or (wide) all of it.
static Action decode_product(const Statement& s) {
    const int width = width_of(s.type()), result = s.has("wide") ? 2 * width : width, shift = s.has("hi") ? width : 0;
    const bool with_sign = is_signed(s.type()), adds = s.operation() == "mad";
    const Operand d = s.operands[0], a = s.operands[1], b = s.operands[2], c = adds ? s.operands[3] : Operand();
    return [=](Frame& f) {
        const auto extended = [&](const Operand& operand) -> __int128 {
            const uint64_t value = operand.value(f);
            return with_sign ? static_cast<__int128>(sign_extended(value, width)) : zero_extended(value, width);
        };
        const uint64_t product = static_cast<uint64_t>((extended(a) * extended(b)) >> shift);
        f.registers[static_cast<size_t>(d.reg)] = zero_extended(product + (adds ? c.value(f) : 0), result);
    };
}

template <class T>
static bool holds(const std::string& comparison, T a, T b) {
    return comparison == "eq" ? a == b
        : comparison == "ne" ? a != b
        : comparison == "lt" || comparison == "lo" ? a < b
        : comparison == "le" || comparison == "ls" ? a <= b
        : comparison == "gt" || comparison == "hi" ? a > b
                                                   : a >= b;
}

// A comparison of floats holds with a NaN only in its "u" form.
static bool holds_for_floats(std::string comparison, float a, float b) {
    const bool unordered = a != a || b != b;
    if (comparison == "num" || comparison == "nan") {
        return unordered == (comparison == "nan");
    }
    if (comparison.size() == 3) {
        comparison.pop_back();
        return unordered || holds(comparison, a, b);
    }
    return !unordered && holds(comparison, a, b);
}

// setp.lt.s32 p, a, b;   setp.lt.and.s32 p|q, a, b, c;
static Action decode_comparison(const Statement& s) {
    const std::string comparison = s.words[1], type = s.type(), join = s.words.size() == 4 ? s.words[2] : "";
    const int width = width_of(type);
    const Operand d = s.operands[0], a = s.operands[1], b = s.operands[2];
    const bool joins = join == "and" || join == "or" || join == "xor";
    const Operand c = joins ? s.operands[3] : Operand();
    return [=](Frame& f) {
        const uint64_t x = a.value(f), y = b.value(f);
        const bool result = is_float(type) ? holds_for_floats(comparison, as_float(x), as_float(y))
            : is_signed(type)              ? holds(comparison, sign_extended(x, width), sign_extended(y, width))
                                           : holds(comparison, zero_extended(x, width), zero_extended(y, width));
        const auto joined = [&](bool value) {
            return !joins ? value
                : join == "and" ? value && c.predicate(f)
                : join == "or"  ? value || c.predicate(f)
                                : value != c.predicate(f);
        };
        f.registers[static_cast<size_t>(d.reg)] = joined(result);
        if (d.second >= 0) {
            f.registers[static_cast<size_t>(d.second)] = joined(!result);
        }
    };
}

// mov.b32 d, a;   mov.b32 d, {low, high};   mov.b32 {low, high}, a;
static Action decode_move(const Statement& s) {
    const Operand d = s.operands[0], a = s.operands[1];
    const int width = width_of(s.type());
    if (!d.parts.empty()) {
        const int part = width / static_cast<int>(d.parts.size());
        return [=](Frame& f) {
            uint64_t value = a.value(f);
            for (const Operand& element : d.parts) {
                if (element.text != "_") {
                    f.registers[static_cast<size_t>(element.reg)] = zero_extended(value, part);
                }
                value >>= part;
            }
        };
    }
    if (!a.parts.empty()) {
        const int part = width / static_cast<int>(a.parts.size());
        return [=](Frame& f) {
            uint64_t value = 0;
            for (size_t i = 0; i < a.parts.size(); i++) {
                value |= zero_extended(a.parts[i].value(f), part) << (static_cast<int>(i) * part);
            }
            f.registers[static_cast<size_t>(d.reg)] = value;
        };
    }
    return [=](Frame& f) { f.registers[static_cast<size_t>(d.reg)] = a.value(f); };
}

// One operand.
static uint64_t unary(const std::string& operation, uint64_t v, int width) {
    v = zero_extended(v, width);
    if (operation == "not") {
        return ~v;
    }
    if (operation == "neg") {
        return 0 - v;
    }
    if (operation == "abs") {
        return sign_extended(v, width) < 0 ? 0 - v : v;
    }
    if (operation == "popc") {
        return static_cast<uint64_t>(__builtin_popcountll(v));
    }
    if (operation == "clz") {
        return static_cast<uint64_t>(v == 0 ? width : __builtin_clzll(v) - (64 - width));
    }
    uint64_t reversed = 0;  // brev
    for (int i = 0; i < width; i++) {
        reversed |= (v >> i & 1) << (width - 1 - i);
    }
    return reversed;
}

// Each bit of the result is the bit of `table` that the bits of a, b and c number.
static uint32_t lookup_of_three(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
    uint32_t result = 0;
    for (uint32_t i = 0; i < 8; i++) {
        if ((table >> i & 1) != 0) {
            result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
        }
    }
    return result;
}

// Bytes of b:a chosen by the nibbles of `selector`; its bit 3 repeats the sign.
static uint32_t permuted_bytes(uint32_t a, uint32_t b, uint32_t selector) {
    const uint64_t bytes = static_cast<uint64_t>(b) << 32 | a;
    uint32_t result = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t nibble = selector >> (4 * i) & 15;
        uint32_t byte = static_cast<uint32_t>(bytes >> (8 * (nibble & 7))) & 255;
        if ((nibble & 8) != 0) {
            byte = (byte & 128) != 0 ? 255 : 0;
        }
        result |= byte << (8 * i);
    }
    return result;
}

static uint64_t extracted_bits(uint64_t a, uint32_t position, uint32_t length, int width, bool with_sign) {
    const uint32_t first = position & 255, count = min(length & 255, static_cast<uint32_t>(width));
    if (count == 0) {
        return 0;
    }
    const uint64_t all = static_cast<uint64_t>(with_sign ? sign_extended(a, width) : zero_extended(a, width));
    const uint64_t shifted = first >= 64 ? 0
        : with_sign ? static_cast<uint64_t>(static_cast<int64_t>(all) >> first) : all >> first;
    return with_sign ? static_cast<uint64_t>(sign_extended(shifted, static_cast<int>(count)))
                     : zero_extended(shifted, static_cast<int>(count));
}

// bfi.b32 d, a, b, position, length: b with the low bits of a put in.
static Action decode_bit_insertion(const Statement& s) {
    const Operand d = s.operands[0], a = s.operands[1], b = s.operands[2], from = s.operands[3], count = s.operands[4];
    const int width = width_of(s.type());
    return [=](Frame& f) {
        const uint64_t position = from.value(f) & 255, length = count.value(f) & 255;
        uint64_t result = b.value(f);
        for (uint64_t i = 0; i < length && position + i < static_cast<uint64_t>(width); i++) {
            const uint64_t bit = uint64_t{1} << (position + i);
            result = (a.value(f) >> i & 1) != 0 ? result | bit : result & ~bit;
        }
        f.registers[static_cast<size_t>(d.reg)] = zero_extended(result, width);
    };
}

static Action decode_three_operands(const Statement& s) {
    const std::string operation = s.operation();
    const Operand d = s.operands[0], a = s.operands[1], b = s.operands[2], c = s.operands[3];
    const Operand table = operation == "lop3" ? s.operands[4] : Operand();
    const int width = width_of(s.type());
    const bool with_sign = is_signed(s.type()), left = s.has("l"), wrap = s.has("wrap");
    return [=](Frame& f) {
        const uint64_t x = a.value(f), y = b.value(f), z = c.value(f);
        const uint32_t x32 = static_cast<uint32_t>(x), y32 = static_cast<uint32_t>(y), z32 = static_cast<uint32_t>(z);
        uint64_t result;
        if (operation == "lop3") {
            result = lookup_of_three(x32, y32, z32, static_cast<uint32_t>(table.value(f)));
        } else if (operation == "prmt") {
            result = permuted_bytes(x32, y32, z32);
        } else if (operation == "bfe") {
            result = extracted_bits(x, y32, z32, width, with_sign);
        } else {  // shf: the pair y:x, shifted
            const uint32_t by = wrap ? z32 & 31 : min(z32, 32u);
            const uint64_t pair = static_cast<uint64_t>(y32) << 32 | x32;
            result = left ? pair << by >> 32 : pair >> by;
        }
        f.registers[static_cast<size_t>(d.reg)] = zero_extended(result, width);
    };
}

Action decode_integer(const Statement& s) {
    const std::string operation = s.operation();
    const int width = width_of(s.type());
    if (operation == "setp") {
        return decode_comparison(s);
    }
    if (operation == "mov") {
        return decode_move(s);
    }
    if (operation == "selp") {
        return [d = s.operands[0], a = s.operands[1], b = s.operands[2], p = s.operands[3]](Frame& f) {
            f.registers[static_cast<size_t>(d.reg)] = p.predicate(f) ? a.value(f) : b.value(f);
        };
    }
    if (width == 0 || is_float(s.type()) || s.operands.size() < 2) {
        return nullptr;
    }
    if (operation == "mul" || operation == "mad") {
        return decode_product(s);
    }
    if (operation == "lop3" || operation == "prmt" || operation == "bfe" || operation == "shf") {
        return decode_three_operands(s);
    }
    if (operation == "bfi") {
        return decode_bit_insertion(s);
    }
    const Operand d = s.operands[0], a = s.operands[1];
    for (const char* one : {"not", "neg", "abs", "popc", "clz", "brev"}) {
        if (operation == one) {
            const int result = operation == "popc" || operation == "clz" ? 32 : width;
            return [=](Frame& f) {
                f.registers[static_cast<size_t>(d.reg)] = zero_extended(unary(operation, a.value(f), width), result);
            };
        }
    }
    const Binary binary = binary_of(operation, is_signed(s.type()));
    if (binary == nullptr || s.words.size() > 3) {  // with a carry, or saturating
        return nullptr;
    }
    const Operand b = s.operands[2];
    if (width == 1) {
        return [=](Frame& f) {
            f.registers[static_cast<size_t>(d.reg)] = binary(a.predicate(f), b.predicate(f), width);
        };
    }
    return [=](Frame& f) {
        f.registers[static_cast<size_t>(d.reg)] = zero_extended(binary(a.value(f), b.value(f), width), width);
    };
}

}  // namespace emulator::ptx
