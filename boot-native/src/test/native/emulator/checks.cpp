#include "checks.h"

#include <link.h>

#include "execution.h"
#include "fibers.h"
#include "memory.h"
#include "report.h"
#include "settings.h"

namespace emulator {

// ---- who touched a grain, in one word: interval (32 bits), __syncwarp interval (20), atomic (1), thread (11)

static uint64_t key_of(const Thread& thread, bool atomic) {
    return static_cast<uint64_t>(execution.interval) << 32 | static_cast<uint64_t>(thread.warp_interval & 0xfffff) << 12
        | static_cast<uint64_t>(atomic) << 11 | static_cast<uint64_t>(execution.current);
}
static uint32_t interval_of(uint64_t key) { return static_cast<uint32_t>(key >> 32); }
static uint32_t warp_interval_of(uint64_t key) { return key >> 12 & 0xfffff; }
static bool is_atomic(uint64_t key) { return (key >> 11 & 1) != 0; }
static int thread_of(uint64_t key) { return static_cast<int>(key & 2047); }

// Whether nothing orders an earlier access before that of `mine`.
static bool unordered(uint64_t earlier, uint64_t mine) {
    if (interval_of(earlier) < execution.first_of_launch || (is_atomic(earlier) && is_atomic(mine))) {
        return false;
    }
    if (interval_of(earlier) < execution.first_of_block) {
        return true;  // by another block of this launch
    }
    if (interval_of(earlier) != interval_of(mine) || thread_of(earlier) == thread_of(mine)) {
        return false;
    }
    const bool same_warp = thread_of(earlier) / WARP == thread_of(mine) / WARP;
    return !same_warp || warp_interval_of(earlier) == warp_interval_of(mine);
}

// The thread of an unordered access that conflicts with this one, or -1; remembers this one.
static int race(History& history, uint64_t mine, Access access) {
    if (history.writer != 0 && unordered(history.writer, mine)) {
        return thread_of(history.writer);
    }
    if (access == Access::READ) {
        if (history.reader != mine) {
            if (thread_of(history.reader) != thread_of(mine) || interval_of(history.reader) != interval_of(mine)) {
                history.earlier_reader = history.reader;
            }
            history.reader = mine;
        }
        return -1;
    }
    for (const uint64_t reader : {history.reader, history.earlier_reader}) {
        if (reader != 0 && unordered(reader, mine)) {
            return thread_of(reader);
        }
    }
    history.writer = mine;
    return -1;
}

static bool within(const char* p, const void* object, size_t size) {
    const char* first = static_cast<const char*>(object);
    return p >= first && p < first + size;
}

// Sizes of block and grid, what a launch brought, constants of the program that holds the kernels: read freely.
static bool readable(const char* p) {
    if (within(p, &blockDim, sizeof blockDim) || within(p, &gridDim, sizeof gridDim)
        || within(p, execution.call->arguments.get(), execution.call->arguments_size)) {
        return true;
    }
    struct Search {
        uintptr_t address, kernel;
        bool constant, same_module;
    } search{reinterpret_cast<uintptr_t>(p), reinterpret_cast<uintptr_t>(execution.call->function), false, false};
    dl_iterate_phdr([](dl_phdr_info* module, size_t, void* data) {
        Search& s = *static_cast<Search*>(data);
        s.constant = s.same_module = false;
        for (int i = 0; i < module->dlpi_phnum; i++) {
            const auto& segment = module->dlpi_phdr[i];
            const bool fixed = (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0) || segment.p_type == PT_GNU_RELRO;
            s.constant |= fixed && s.address - module->dlpi_addr - segment.p_vaddr < segment.p_memsz;
            s.same_module |= s.kernel - module->dlpi_addr - segment.p_vaddr < segment.p_memsz;
        }
        return s.constant && s.same_module ? 1 : 0;
    }, &search);
    return search.constant && search.same_module;
}

static void check_elsewhere(const char* p, size_t bytes, Access access, const void* pc) {
    if (access != Access::READ || !readable(p)) {
        fail(cudaErrorIllegalAddress, pc, "%s of %zu bytes at %p, which is no memory of the device%s",
            access == Access::READ ? "read" : "write", bytes, static_cast<const void*>(p),
            on_any_stack(p) ? " but another thread's stack" : "");
    }
}

static void check_grain(Space& space, size_t grain, size_t bytes, Access access, uint64_t mine, const void* pc) {
    const char* verb = access == Access::READ ? "read" : "write";
    uint8_t& state = space.state[grain];
    const size_t at = grain * GRAIN;
    if ((state & ALLOCATED) == 0) {
        fail(cudaErrorIllegalAddress, pc, "%s %s of %zu bytes out of bounds at offset %zu%s", space.name, verb, bytes, at,
            (state & FREED) != 0 ? " (freed)" : "");
    }
    if ((state & IN_FLIGHT) != 0) {
        fail(cudaErrorLaunchFailure, pc, "%s %s of %zu bytes while a copy into them is in flight, offset %zu", space.name, verb,
            bytes, at);
    }
    if (access != Access::WRITE && (state & WRITTEN) == 0 && settings.initialisation != 0) {
        fail(cudaErrorLaunchFailure, pc, "%s read of %zu bytes never written, offset %zu", space.name, bytes, at);
    }
    if (access != Access::READ) {
        state |= WRITTEN;
    }
    if (settings.races != 0) {
        const int other = race(space.history[grain], mine, access);
        if (other >= 0) {
            fail(cudaErrorLaunchFailure, pc, "%s race: %s of %zu bytes, unordered with an access by thread %d, offset %zu",
                space.name, verb, bytes, other, at);
        }
    }
}

void check_access(const void* address, size_t bytes, Access access, const void* pc, bool aligned) {
    const char* p = static_cast<const char*>(address);
    if (!checking || bytes == 0 || on_stack_of(execution.current, p)) {
        return;
    }
    const bool global = device_memory.contains(p);
    if (!global && !shared_memory.contains(p)) {
        check_elsewhere(p, bytes, access, pc);
        return;
    }
    Space& space = global ? device_memory : shared_memory;
    if (aligned && (bytes & (bytes - 1)) == 0 && reinterpret_cast<uintptr_t>(p) % bytes != 0) {
        fail(cudaErrorMisalignedAddress, pc, "misaligned %s access of %zu bytes", space.name, bytes);
    }
    const uint64_t mine = key_of(execution.here(), access == Access::ATOMIC);
    const size_t last = (space.offset(p) + bytes - 1) / GRAIN;
    for (size_t grain = space.offset(p) / GRAIN; grain <= last; grain++) {
        check_grain(space, grain, bytes, access, mine, pc);
    }
}

void atomic_access(void* p, size_t bytes, const void* pc) {
    Pause pause;
    check_access(p, bytes, Access::ATOMIC, pc);
}

}  // namespace emulator
