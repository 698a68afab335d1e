// The PTX path: a launch runs nvcc's own code for its kernel, thread by thread, under the same checks as g++'s.
#pragma once
#include "../language.h"

namespace emulator::ptx {

// Runs the current thread of a launch; false where no PTX is loaded (BOOT_EMULATOR_PTX or boot_emulator_load_ptx).
bool run_thread(const Call& call);
// Places the shared variables of the kernel, at the beginning of a block.
void place_variables(const Call& call);

}  // namespace emulator::ptx

// Files with PTX, separated by ':'; null or empty goes back to the source path.
extern "C" void boot_emulator_load_ptx(const char* files);
