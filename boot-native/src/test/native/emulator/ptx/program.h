// PTX, read and made ready to run.
#pragma once
#include <stdint.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../device_maths.h"
#include "../execution.h"

namespace emulator::ptx {

// What one thread has: registers hold any type in their low bits.
struct Frame {
    std::vector<uint64_t> registers;
    const unsigned char* parameters;
    char* local;
};

// %r1, 5, %tid.x, name, {a, b}, [a + 8], p|q, !p
struct Operand {
    int reg = -1;
    int second = -1;                    // the register after '|'
    const unsigned* special = nullptr;  // a built-in variable
    bool local = false;                 // the thread's local memory
    bool negated = false;
    uint64_t immediate = 0;             // added to a register or to local memory
    std::vector<Operand> parts;         // of a vector
    std::string text;

    uint64_t value(const Frame& frame) const {
        if (reg >= 0) {
            return frame.registers[static_cast<size_t>(reg)] + immediate;
        }
        if (special != nullptr) {
            return *special;
        }
        return local ? reinterpret_cast<uint64_t>(frame.local) + immediate : immediate;
    }
    bool predicate(const Frame& frame) const { return (value(frame) != 0) != negated; }
};

// One statement, its mnemonic taken apart at the dots.
struct Statement {
    std::string text;
    std::vector<std::string> words;
    std::vector<Operand> operands;

    bool has(const char* word) const;
    const std::string& operation() const { return words.front(); }
    const std::string& type() const { return words.back(); }
};

typedef std::function<void(Frame&)> Action;

struct Instruction {
    enum Kind { PLAIN, BRANCH, EXIT } kind = PLAIN;
    int predicate = -1;
    bool negated = false;
    std::string label;  // of a branch
    size_t target = 0;
    SourceLine source{nullptr, 0};
    Action run;
};

struct SharedVariable {
    size_t offset, bytes;
};

struct Kernel {
    std::function<void(Kernel&)> read;  // its text, when it is first launched; empty afterwards
    std::vector<Instruction> code;
    size_t registers = 0, local_bytes = 0;
    std::vector<SharedVariable> shared;
};

// Kernels by their names in C++ ("boot::softmax<4>(float*, int)").
typedef std::map<std::string, Kernel> Program;

void parse_file(const std::string& path, Program& program);

// How to carry out a statement; empty where it is not of the kind.
Action decode_integer(const Statement& statement);
Action decode_float(const Statement& statement);
Action decode_conversion(const Statement& statement);
Action decode_memory(const Statement& statement);
Action decode_collective(const Statement& statement);

// ---- types: "f32", "s64", "b16", "pred", …

int width_of(const std::string& type);  // in bits; 0 for a word that is no type
inline bool is_float(const std::string& type) { return type == "f32"; }
inline bool is_signed(const std::string& type) { return type[0] == 's'; }

inline uint64_t zero_extended(uint64_t value, int width) {
    return width >= 64 ? value : value & ((uint64_t{1} << width) - 1);
}
inline int64_t sign_extended(uint64_t value, int width) {
    return width >= 64 ? static_cast<int64_t>(value) : static_cast<int64_t>(value << (64 - width)) >> (64 - width);
}
inline float as_float(uint64_t bits) { return boot_bits<float>(static_cast<uint32_t>(bits)); }
inline uint64_t as_bits(float value) { return boot_bits<uint32_t>(value); }

}  // namespace emulator::ptx
