// Asynchronous copies from global to shared memory. A copy arrives as late as the program allows: when its thread waits for
// its group, or ends. Until then nobody may touch its target, and the source may not change.
#include <string.h>

#include "checks.h"
#include "execution.h"
#include "memory.h"
#include "report.h"

namespace emulator {

static void set_in_flight(const PendingCopy& copy, bool in_flight) {
    if (checking) {
        uint8_t* state = shared_memory.state + shared_memory.offset(copy.shared) / GRAIN;
        for (size_t i = 0; i < copy.bytes / GRAIN; i++) {
            state[i] = static_cast<uint8_t>(in_flight ? state[i] | IN_FLIGHT : state[i] & ~IN_FLIGHT);
        }
    }
}

static void arrive(const PendingCopy& copy) {
    set_in_flight(copy, false);
    check_access(copy.global, static_cast<size_t>(copy.source_bytes), Access::READ, copy.pc, false);
    check_access(copy.shared, static_cast<size_t>(copy.bytes), Access::WRITE, copy.pc);
    memcpy(copy.shared, copy.global, static_cast<size_t>(copy.source_bytes));
    memset(copy.shared + copy.source_bytes, 0, static_cast<size_t>(copy.bytes - copy.source_bytes));
}

void copy_async(void* shared, const void* global, int bytes, int source_bytes, const void* pc) {
    Pause pause;
    if (pc == nullptr) {
        pc = __builtin_return_address(0);
    }
    const uintptr_t size = static_cast<uintptr_t>(bytes);
    if (reinterpret_cast<uintptr_t>(shared) % size != 0 || reinterpret_cast<uintptr_t>(global) % size != 0) {
        fail(cudaErrorMisalignedAddress, pc, "misaligned asynchronous copy of %d bytes", bytes);
    }
    if (source_bytes < 0 || source_bytes > bytes) {
        fail(cudaErrorLaunchFailure, pc, "asynchronous copy of %d bytes from %d", bytes, source_bytes);
    }
    if (!shared_memory.contains(shared)) {
        fail(cudaErrorIllegalAddress, pc, "the target of an asynchronous copy is not in shared memory");
    }
    check_access(shared, static_cast<size_t>(bytes), Access::WRITE, pc);
    memset(shared, 0xff, static_cast<size_t>(bytes));
    Thread& thread = execution.here();
    thread.copies.push_back(
        {static_cast<char*>(shared), static_cast<const char*>(global), bytes, source_bytes, thread.groups, pc});
    set_in_flight(thread.copies.back(), true);
}

void copy_commit() { execution.here().groups++; }

// Copies that no commit closed belong to a group that is still open: only the end of the thread brings them in.
void copy_wait(int pending_groups) {
    Pause pause;
    Thread& thread = execution.here();
    std::vector<PendingCopy> left;
    for (const PendingCopy& copy : thread.copies) {
        if (copy.group < thread.groups - pending_groups) {
            arrive(copy);
        } else {
            left.push_back(copy);
        }
    }
    thread.copies.swap(left);
}

}  // namespace emulator
