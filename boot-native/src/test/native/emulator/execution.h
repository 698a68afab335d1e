// The launch that runs now: its threads, and the clock by which accesses are ordered.
//
// The clock counts intervals: one begins at every launch, block and barrier. Two accesses of different threads are ordered if
// a barrier of their block, or the end of a launch, lies between them. __syncwarp orders finer, within a warp.
#pragma once
#include <stdint.h>

#include <array>
#include <mutex>
#include <vector>

#include "collectives.h"
#include "language.h"

namespace emulator {

constexpr int MAX_THREADS = 1024;
constexpr int WARP = 32;

// An asynchronous copy on its way.
struct PendingCopy {
    char* shared;
    const char* global;
    int bytes, source_bytes, group;
    const void* pc;
};

enum class State : uint8_t { NEW, READY, AT_BARRIER, AT_WARP_OPERATION, EXITED };

struct SourceLine {
    const char* file;
    int line;
};

struct Thread {
    State state;
    uint3 index;             // threadIdx
    uint32_t warp_interval;  // counts the __syncwarp it took part in
    int line;                // where it waits
    SourceLine source;       // where it is, on the PTX path
    std::vector<PendingCopy> copies;
    int groups;              // of copies, committed so far
};

struct Execution {
    const Call* call = nullptr;  // null: no kernel runs
    int threads = 0;             // of a block
    int current = -1;            // the thread that runs, or -1
    bool failed = false;         // the launch ends at the next switch of threads
    uint32_t interval = 1, first_of_block = 1, first_of_launch = 1;
    std::array<Thread, MAX_THREADS> thread;

    Thread& here() { return thread[static_cast<size_t>(current)]; }
    int warp_of_current() const { return current / WARP; }
};

extern Execution execution;

// One host thread at a time is inside the emulator.
extern std::recursive_mutex monitor;

// True while this host thread runs a kernel's own code, so that the compiler's hooks count. The linker may give the emulator
// instrumented copies of library functions: it clears the flag while it works.
extern thread_local bool in_kernel_code __attribute__((tls_model("initial-exec")));

class Pause {
    bool before = in_kernel_code;

public:
    Pause() { in_kernel_code = false; }
    ~Pause() { in_kernel_code = before; }
};

// Runs all blocks of a launch, one after the other. Bad shapes become errors as on a device.
void run_grid(const Call& call);

}  // namespace emulator
