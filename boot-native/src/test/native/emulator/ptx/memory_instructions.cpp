// Loads, stores, atomics, asynchronous copies, conversions of addresses.
#include <string.h>

#include "../checks.h"
#include "../memory.h"
#include "program.h"

namespace emulator::ptx {

enum class Window { GENERIC, SHARED, PARAMETERS };

static Window window_of(const Statement& s) {
    return s.has("shared") || s.has("shared::cta") ? Window::SHARED
        : s.has("param")                           ? Window::PARAMETERS
                                                   : Window::GENERIC;
}

static char* address_of(Window window, const Operand& operand, const Frame& f) {
    const uint64_t value = operand.value(f);
    switch (window) {
        case Window::SHARED:
            return shared_memory.base + static_cast<uint32_t>(value);
        case Window::PARAMETERS:
            return const_cast<char*>(reinterpret_cast<const char*>(f.parameters)) + value;
        default:
            return reinterpret_cast<char*>(value);
    }
}

static std::vector<Operand> elements_of(const Operand& operand) {
    return operand.parts.empty() ? std::vector<Operand>{operand} : operand.parts;
}

static Action decode_load(const Statement& s) {
    const Window window = window_of(s);
    const std::vector<Operand> targets = elements_of(s.operands[0]);
    const Operand address = s.operands[1];
    const int width = width_of(s.type());
    const size_t bytes = static_cast<size_t>(width) / 8;
    const bool with_sign = is_signed(s.type());
    return [=](Frame& f) {
        const char* p = address_of(window, address, f);
        if (window != Window::PARAMETERS) {
            check_access(p, bytes * targets.size(), Access::READ, nullptr);
        }
        for (size_t i = 0; i < targets.size(); i++) {
            uint64_t value = 0;
            memcpy(&value, p + i * bytes, bytes);
            f.registers[static_cast<size_t>(targets[i].reg)] =
                with_sign ? static_cast<uint64_t>(sign_extended(value, width)) : value;
        }
    };
}

static Action decode_store(const Statement& s) {
    const Window window = window_of(s);
    const std::vector<Operand> sources = elements_of(s.operands[1]);
    const Operand address = s.operands[0];
    const size_t bytes = static_cast<size_t>(width_of(s.type())) / 8;
    return [=](Frame& f) {
        char* p = address_of(window, address, f);
        check_access(p, bytes * sources.size(), Access::WRITE, nullptr);
        for (size_t i = 0; i < sources.size(); i++) {
            const uint64_t value = sources[i].value(f);
            memcpy(p + i * bytes, &value, bytes);
        }
    };
}

// atom.global.add.f32 d, [a], b;   red has no d.
static Action decode_atomic(const Statement& s) {
    const bool returns = s.operation() == "atom";
    const Window window = window_of(s);
    const Operand target = returns ? s.operands[0] : Operand();
    const Operand address = s.operands[returns ? 1 : 0], operand = s.operands[returns ? 2 : 1];
    const std::string type = s.type();
    const int width = width_of(type);
    const int operation = s.has("add") ? 0 : s.has("max") ? 1 : s.has("min") ? 2 : -1;
    if (operation < 0) {
        return nullptr;
    }
    return [=](Frame& f) {
        const auto updated = [=](auto old, auto value) {
            return operation == 0 ? old + value : (operation == 1) == (old > value) ? old : value;
        };
        char* p = address_of(window, address, f);
        const size_t bytes = static_cast<size_t>(width) / 8;
        check_access(p, bytes, Access::ATOMIC, nullptr);
        uint64_t old = 0;
        memcpy(&old, p, bytes);
        const uint64_t value = operand.value(f);
        const uint64_t result = is_float(type) ? as_bits(updated(as_float(old), as_float(value)))
            : is_signed(type) ? static_cast<uint64_t>(updated(sign_extended(old, width), sign_extended(value, width)))
                              : updated(zero_extended(old, width), zero_extended(value, width));
        memcpy(p, &result, bytes);
        if (target.reg >= 0) {
            f.registers[static_cast<size_t>(target.reg)] = old;
        }
    };
}

// cp.async.cg.shared.global [target], [source], 16, source_bytes;
static Action decode_copy(const Statement& s) {
    if (s.has("commit_group")) {
        return [](Frame&) { copy_commit(); };
    }
    if (s.has("wait_group")) {
        return [groups = static_cast<int>(s.operands[0].immediate)](Frame&) { copy_wait(groups); };
    }
    if (s.operands.size() < 3) {
        return nullptr;
    }
    const Operand target = s.operands[0], source = s.operands[1], bytes = s.operands[2];
    const Operand source_bytes = s.operands.size() > 3 ? s.operands[3] : bytes;
    return [=](Frame& f) {
        copy_async(address_of(Window::SHARED, target, f), address_of(Window::GENERIC, source, f),
            static_cast<int>(bytes.value(f)), static_cast<int>(source_bytes.value(f)), nullptr);
    };
}

// The window of shared memory begins at 0, generic addresses are those of this process.
static Action decode_address(const Statement& s) {
    const uint64_t base = s.has("shared") ? reinterpret_cast<uint64_t>(shared_memory.base) : 0;
    const uint64_t by = s.has("to") ? 0 - base : base;
    return [=, d = s.operands[0], a = s.operands[1]](Frame& f) {
        f.registers[static_cast<size_t>(d.reg)] = a.value(f) + by;
    };
}

Action decode_memory(const Statement& s) {
    const std::string operation = s.operation();
    if (operation == "ld" || operation == "ldu") {
        return decode_load(s);
    }
    if (operation == "st") {
        return decode_store(s);
    }
    if (operation == "atom" || operation == "red") {
        return decode_atomic(s);
    }
    if (operation == "cp" && s.has("async")) {
        return decode_copy(s);
    }
    if (operation == "cvta") {
        return decode_address(s);
    }
    if (operation == "membar" || operation == "fence" || operation == "prefetch") {
        return [](Frame&) {};
    }
    return nullptr;
}

}  // namespace emulator::ptx
