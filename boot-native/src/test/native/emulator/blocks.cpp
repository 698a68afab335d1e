// Runs the blocks of a launch: each thread on a fiber, until it waits at a barrier or a warp operation, or ends. The order of
// the threads is a setting; whatever does not hold for every order is a defect of the kernel.
#include <algorithm>

#include "execution.h"
#include "fibers.h"
#include "memory.h"
#include "ptx/ptx.h"
#include "report.h"
#include "settings.h"

// The built-in variables, as those who write them see them.
uint3 thread_index asm("threadIdx"), block_index asm("blockIdx");
dim3 block_size asm("blockDim"), grid_size asm("gridDim");

namespace emulator {

Execution execution;
std::recursive_mutex monitor;
thread_local bool in_kernel_code = false;

struct Warp {
    Lane lanes[WARP];
    unsigned arrived, exited;
    unsigned mask[WARP];  // that each lane gave
    int line[WARP];
};

static Warp warps[MAX_THREADS / WARP];
static int order[MAX_THREADS];
static int alive, at_barrier, barrier_line, votes, votes_of_last_barrier;

static Warp& warp_of_current() { return warps[execution.current / WARP]; }
static int lane_of_current() { return execution.current % WARP; }

static void shuffle_order() {
    if (settings.schedule == 2) {
        std::shuffle(order, order + execution.threads, settings.random);
    }
}

// ---- threads

// The current thread waits in this state until it is ready again.
static void wait(State state) {
    execution.here().state = state;
    leave_fiber(execution.current);
}

static void run_thread() {
    const Call& call = *execution.call;
    if (!ptx::run_thread(call)) {
        in_kernel_code = true;
        call.run(call.arguments.get());
        in_kernel_code = false;
    }
    copy_wait(0);
    alive--;
    warp_of_current().exited |= 1u << lane_of_current();
    wait(State::EXITED);
}

static void resume(int thread) {
    Thread& t = execution.thread[static_cast<size_t>(thread)];
    execution.current = thread;
    thread_index = t.index;
    if (t.state == State::NEW) {
        prepare_fiber(thread, run_thread);
    }
    t.state = State::READY;
    enter_fiber(thread);
    in_kernel_code = false;
    execution.current = -1;
}

// ---- blocks

static void begin_block() {
    execution.first_of_block = ++execution.interval;
    reset_shared(execution.call->shared_bytes);
    ptx::place_variables(*execution.call);
    alive = execution.threads;
    at_barrier = votes = 0;
    for (int i = 0; i < execution.threads; i++) {
        Thread& thread = execution.thread[static_cast<size_t>(i)];
        thread = {State::NEW, thread.index, 0, 0, {nullptr, 0}, {}, 0};
    }
    std::fill(std::begin(warps), std::end(warps), Warp{});
    shuffle_order();
}

static void end_interval() {
    execution.interval++;
    votes_of_last_barrier = votes;
    votes = at_barrier = 0;
    for (int i = 0; i < execution.threads; i++) {
        execution.thread[static_cast<size_t>(i)].state = State::READY;
    }
    shuffle_order();
}

static void report_standstill() {
    int at_warp_operation = 0, line = barrier_line;
    for (int i = 0; i < execution.threads; i++) {
        const Thread& thread = execution.thread[static_cast<size_t>(i)];
        if (thread.state == State::AT_WARP_OPERATION) {
            at_warp_operation++;
            line = thread.line;
        }
    }
    fail(cudaErrorLaunchFailure, nullptr,
        "divergence: of %d threads %d wait at a barrier, %d at a warp operation, %d have ended (line %d)", execution.threads,
        at_barrier, at_warp_operation, execution.threads - alive, line);
}

static void run_block() {
    begin_block();
    while (alive > 0 && !execution.failed) {
        bool progress = false;
        for (int i = 0; i < execution.threads && !execution.failed; i++) {
            const State state = execution.thread[static_cast<size_t>(order[i])].state;
            if (state == State::NEW || state == State::READY) {
                progress = true;
                resume(order[i]);
            }
        }
        if (at_barrier == execution.threads) {
            end_interval();
        } else if (!progress && !execution.failed) {
            report_standstill();
        }
    }
}

void run_grid(const Call& call) {
    Pause pause;
    if (broken()) {
        return;
    }
    open_memory();
    execution.call = &call;
    execution.threads = static_cast<int>(call.block.x * call.block.y * call.block.z);
    execution.first_of_launch = execution.interval + 1;
    block_size = call.block;
    grid_size = call.grid;
    const bool reversed = settings.schedule == 1;
    for (int i = 0; i < execution.threads; i++) {
        const unsigned t = static_cast<unsigned>(i), x = call.block.x, y = call.block.y;
        execution.thread[static_cast<size_t>(i)].index = {t % x, t / x % y, t / (x * y)};
        order[i] = reversed ? execution.threads - 1 - i : i;
    }
    const size_t blocks = static_cast<size_t>(call.grid.x) * call.grid.y * call.grid.z;
    for (size_t i = 0; i < blocks && !execution.failed; i++) {
        const size_t b = reversed ? blocks - 1 - i : i, x = call.grid.x, y = call.grid.y;
        block_index = {static_cast<unsigned>(b % x), static_cast<unsigned>(b / x % y), static_cast<unsigned>(b / (x * y))};
        run_block();
    }
    execution.interval++;
    execution.call = nullptr;
    execution.failed = false;
}

// ---- what threads do together

int barrier(int line, bool predicate) {
    Pause pause;
    if (at_barrier > 0 && line != barrier_line) {
        fail(cudaErrorLaunchFailure, nullptr, "divergence: threads of a block at the barriers of lines %d and %d", line,
            barrier_line);
    }
    barrier_line = line;
    at_barrier++;
    votes += predicate;
    wait(State::AT_BARRIER);
    return votes_of_last_barrier;
}

int lane_index() { return lane_of_current(); }

void trap() {
    Pause pause;
    fail(cudaErrorLaunchFailure, nullptr, "trap");
    give_up("a trap outside kernels");
}

// Refuses masks and company that no warp operation can have.
static void check_warp(const Warp& warp, unsigned mask, int line) {
    const int lane = lane_of_current();
    if ((mask >> lane & 1) == 0) {
        fail(cudaErrorLaunchFailure, nullptr, "lane %d is not in its own mask %08x (line %d)", lane, mask, line);
    }
    if ((warp.exited & mask) != 0) {
        fail(cudaErrorLaunchFailure, nullptr, "divergence: lane %d of mask %08x has ended (line %d)",
            __builtin_ctz(warp.exited & mask), mask, line);
    }
    if ((warp.arrived & mask) != 0) {
        const int other = __builtin_ctz(warp.arrived & mask);
        if (warp.line[other] != line || warp.mask[other] != mask) {
            fail(cudaErrorLaunchFailure, nullptr,
                "divergence: lanes of a warp at the operations of lines %d (mask %08x) and %d (mask %08x)", line, mask,
                warp.line[other], warp.mask[other]);
        }
    }
}

uint64_t collective(unsigned mask, int line, Combine combine, const Lane& mine) {
    Pause pause;
    Warp& warp = warp_of_current();
    const int lane = lane_of_current(), first = execution.current - lane;
    if (execution.threads - first < WARP) {  // the last warp has fewer lanes
        mask &= (1u << (execution.threads - first)) - 1;
    }
    check_warp(warp, mask, line);
    Thread& thread = execution.here();
    thread.line = warp.line[lane] = line;
    warp.lanes[lane] = mine;
    warp.mask[lane] = mask;
    warp.arrived |= 1u << lane;
    if ((warp.arrived & mask) != mask) {
        wait(State::AT_WARP_OPERATION);
        return warp.lanes[lane].result;
    }
    combine(warp.lanes, mask);
    warp.arrived &= ~mask;
    for (int i = 0; i < WARP; i++) {
        if ((mask >> i & 1) != 0) {
            Thread& other = execution.thread[static_cast<size_t>(first + i)];
            other.warp_interval += combine == combine_nothing;
            if (other.state == State::AT_WARP_OPERATION) {
                other.state = State::READY;
            }
        }
    }
    if (settings.schedule == 2 && (settings.random() & 3) == 0) {  // the last to come is not always the first to go
        wait(State::READY);
    }
    return warp.lanes[lane].result;
}

void combine_nothing(Lane (&)[32], unsigned) {}

void combine_shuffle(Lane (&lanes)[32], unsigned mask) {
    constexpr uint64_t UNDEFINED = 0x7fc0dead7fc0dead;  // two NaNs: read from a lane that takes no part
    for (int i = 0; i < WARP; i++) {
        const int source = lanes[i].source & (WARP - 1);
        lanes[i].result = (mask >> source & 1) != 0 ? lanes[source].value : UNDEFINED;
    }
}

void combine_ballot(Lane (&lanes)[32], unsigned mask) {
    unsigned ballot = 0;
    for (int i = 0; i < WARP; i++) {
        ballot |= (mask >> i & 1) != 0 && lanes[i].value != 0 ? 1u << i : 0u;
    }
    for (Lane& lane : lanes) {
        lane.result = ballot;
    }
}

}  // namespace emulator
