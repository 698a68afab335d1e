// The check of one access by a kernel: bounds, alignment, initialisation, copies in flight, races.
#pragma once
#include <stddef.h>

namespace emulator {

enum class Access { READ, WRITE, ATOMIC };

// By the current thread. pc: where in compiled code, or null. aligned: false where the compiler knows better.
void check_access(const void* p, size_t bytes, Access access, const void* pc, bool aligned = true);

}  // namespace emulator
