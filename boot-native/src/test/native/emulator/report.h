// Faults: what was found, by which thread, at which line of which source.
#pragma once
#include "runtime_api.h"

namespace emulator {

// Records the fault and its error, as a device would have it, and ends the launch: from a thread of a kernel it does not
// return. pc: where in compiled code, or null. The first fault of a launch counts.
void fail(cudaError_t error, const void* pc, const char* format, ...) __attribute__((format(printf, 3, 4)));

// The answer of an API call that fails without a report: the last error of the calling thread, and of no other, until it asks.
cudaError_t refuse(cudaError_t error);
// After a fault the device is broken: every call of every thread answers with its error.
bool broken();
cudaError_t standing_error();

// For what no program should see: the emulator cannot go on.
[[noreturn]] void give_up(const char* reason);

}  // namespace emulator

// The faults since the last reset, a line each; empty if there were none.
extern "C" const char* boot_emulator_report();
extern "C" void boot_emulator_reset();
