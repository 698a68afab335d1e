#include <alloca.h>
#include <stdlib.h>

#include <sstream>
#include <utility>

#include "../memory.h"
#include "../report.h"
#include "../symbols.h"
#include "program.h"
#include "ptx.h"

namespace emulator::ptx {

static Program program;
static std::map<const void*, const Kernel*> kernels;  // by the host's address

static void load_from_environment() {
    static bool done = false;
    if (!done) {
        done = true;
        if (const char* files = getenv("BOOT_EMULATOR_PTX")) {
            boot_emulator_load_ptx(files);
        }
    }
}

// Null where PTX is not in use, or lacks the kernel (a fault).
static const Kernel* kernel_of(const Call& call) {
    load_from_environment();
    if (program.empty()) {
        return nullptr;
    }
    const auto known = kernels.find(call.function);
    if (known != kernels.end()) {
        return known->second;
    }
    const std::string name = function_name(call.function);
    const auto found = program.find(name);
    if (found == program.end()) {
        fail(cudaErrorInvalidDeviceFunction, nullptr, "no kernel '%s' in the PTX", name.c_str());
        return nullptr;
    }
    Kernel& kernel = found->second;
    if (kernel.read) {
        std::exchange(kernel.read, nullptr)(kernel);
    }
    return kernels[call.function] = &kernel;
}

void place_variables(const Call& call) {
    if (const Kernel* kernel = kernel_of(call)) {
        for (const SharedVariable& variable : kernel->shared) {
            place_shared(variable.offset, variable.bytes);
        }
    }
}

static void interpret(const Kernel& kernel, Frame& frame) {
    for (size_t at = 0; at < kernel.code.size();) {
        const Instruction& instruction = kernel.code[at++];
        if (instruction.predicate >= 0
            && (frame.registers[static_cast<size_t>(instruction.predicate)] != 0) == instruction.negated) {
            continue;
        }
        switch (instruction.kind) {
            case Instruction::PLAIN:
                execution.here().source = instruction.source;
                instruction.run(frame);
                break;
            case Instruction::BRANCH:
                at = instruction.target;
                break;
            case Instruction::EXIT:
                return;
        }
    }
}

// Local memory lies on the thread's own stack, where the checks leave it alone.
bool run_thread(const Call& call) {
    const Kernel* kernel = kernel_of(call);
    if (kernel == nullptr) {
        return false;
    }
    Frame frame{std::vector<uint64_t>(kernel->registers), call.parameters.data(),
        static_cast<char*>(alloca(kernel->local_bytes + 16))};
    frame.local = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(frame.local) + 15) / 16 * 16);
    interpret(*kernel, frame);
    return true;
}

}  // namespace emulator::ptx

extern "C" void boot_emulator_load_ptx(const char* files) {
    using namespace emulator::ptx;
    program.clear();
    kernels.clear();
    std::stringstream list(files == nullptr ? "" : files);
    for (std::string file; std::getline(list, file, ':');) {
        parse_file(file, program);
    }
}
