// Stacks for the threads of a block, and switches between them and the stack of the host.
#pragma once
#include <stddef.h>

namespace emulator {

// Prepares a fiber that calls `entry`, which must not return.
void prepare_fiber(int fiber, void (*entry)());
// From the host: goes on with a fiber until it leaves.
void enter_fiber(int fiber);
// From a fiber: back to the host.
void leave_fiber(int fiber);

bool on_stack_of(int fiber, const void* p);
bool on_any_stack(const void* p);

}  // namespace emulator
