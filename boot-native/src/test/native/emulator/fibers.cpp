#include "fibers.h"

#include <stdint.h>
#include <sys/mman.h>

#include "execution.h"
#include "report.h"

#if !defined(__x86_64__)
#error "the emulator switches stacks by x86-64 code"
#endif

// Saves the registers that a call preserves on the present stack, and takes up those of another.
extern "C" void boot_emulator_switch(void** save, void* load);
asm(R"(
.text
.globl boot_emulator_switch
.hidden boot_emulator_switch
.type boot_emulator_switch,@function
boot_emulator_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size boot_emulator_switch, .-boot_emulator_switch
)");

namespace emulator {

constexpr size_t STACK = 128 << 10, GUARD = 4096;
constexpr int SAVED_REGISTERS = 6;

static void* stack_pointer[MAX_THREADS];
static void* host_stack_pointer;

// A guard page lies below each stack.
static char* stacks() {
    static char* const memory = [] {
        constexpr int FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        void* all = mmap(nullptr, MAX_THREADS * STACK, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
        if (all == MAP_FAILED) {
            give_up("no memory for the stacks of threads");
        }
        for (int i = 0; i < MAX_THREADS; i++) {
            mprotect(static_cast<char*>(all) + i * STACK, GUARD, PROT_NONE);
        }
        return static_cast<char*>(all);
    }();
    return memory;
}

void prepare_fiber(int fiber, void (*entry)()) {
    void** top = reinterpret_cast<void**>(stacks() + (fiber + 1) * STACK);
    *--top = nullptr;  // a call leaves the stack at an odd multiple of 8
    *--top = reinterpret_cast<void*>(entry);
    for (int i = 0; i < SAVED_REGISTERS; i++) {
        *--top = nullptr;
    }
    stack_pointer[fiber] = top;
}

void enter_fiber(int fiber) { boot_emulator_switch(&host_stack_pointer, stack_pointer[fiber]); }

void leave_fiber(int fiber) { boot_emulator_switch(&stack_pointer[fiber], host_stack_pointer); }

static bool within(const void* p, const char* from, size_t size) {
    return reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(from) < size;
}

bool on_stack_of(int fiber, const void* p) { return within(p, stacks() + fiber * STACK, STACK); }

bool on_any_stack(const void* p) { return within(p, stacks(), MAX_THREADS * STACK); }

}  // namespace emulator
