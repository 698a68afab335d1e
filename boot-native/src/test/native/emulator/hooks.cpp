// What the compiler calls. Kernels compiled with -fsanitize=thread announce each access, those compiled with the undefined
// behaviour sanitizer what it finds; no sanitizer library is linked, these functions take its place.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "execution.h"
#include "memory.h"
#include "report.h"

using namespace emulator;

static inline __attribute__((always_inline)) void hook(void* p, size_t bytes, Access access, const void* pc, bool aligned) {
    if (in_kernel_code) {
        check_access(p, bytes, access, pc, aligned);
    } else if (device_memory.base != nullptr && device_memory.contains(p)) {
        std::lock_guard<std::recursive_mutex> lock(monitor);
        if (execution.current < 0) {  // else the emulator itself, by an instrumented library function
            fail(cudaErrorIllegalAddress, pc, "host code touches device memory");
        }
    }
}

#define PC __builtin_return_address(0)
#define HOOKS(bytes)                                                                                            \
    void __tsan_read##bytes(void* p) { hook(p, bytes, Access::READ, PC, true); }                                \
    void __tsan_write##bytes(void* p) { hook(p, bytes, Access::WRITE, PC, true); }                              \
    void __tsan_unaligned_read##bytes(void* p) { hook(p, bytes, Access::READ, PC, false); }                     \
    void __tsan_unaligned_write##bytes(void* p) { hook(p, bytes, Access::WRITE, PC, false); }

extern "C" {

void __tsan_init() { checking = true; }
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_read(void*) {}
void __tsan_vptr_update(void*, void*) {}
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)
void __tsan_read_range(void* p, size_t bytes) { hook(p, bytes, Access::READ, PC, false); }
void __tsan_write_range(void* p, size_t bytes) { hook(p, bytes, Access::WRITE, PC, false); }

// std::shared_ptr of a launch, in instrumented host code.
int __tsan_atomic32_fetch_add(volatile int* p, int value, int) { return __atomic_fetch_add(p, value, __ATOMIC_SEQ_CST); }

// ---- undefined behaviour: each begins with where in the source it was found

struct Place {
    const char* file;
    uint32_t line, column;
};

static void found(const Place* place, cudaError_t error, const char* what) {
    Pause pause;
    const char* file = place->file == nullptr ? "?" : place->file;
    const char* slash = strrchr(file, '/');
    fail(error, nullptr, "%s (%s:%u)", what, slash == nullptr ? file : slash + 1, place->line);
}

void __ubsan_handle_type_mismatch_v1(Place* place, uintptr_t p) {
    found(place, cudaErrorMisalignedAddress, p == 0 ? "access by a null pointer" : "misaligned access");
}
void __ubsan_handle_out_of_bounds(Place* place, uintptr_t index) {
    char what[80];
    snprintf(what, sizeof what, "array index %ld out of range", static_cast<long>(index));
    found(place, cudaErrorIllegalAddress, what);
}
void __ubsan_handle_add_overflow(Place* place, uintptr_t, uintptr_t) {
    found(place, cudaErrorLaunchFailure, "signed overflow of a sum");
}
void __ubsan_handle_sub_overflow(Place* place, uintptr_t, uintptr_t) {
    found(place, cudaErrorLaunchFailure, "signed overflow of a difference");
}
void __ubsan_handle_mul_overflow(Place* place, uintptr_t, uintptr_t) {
    found(place, cudaErrorLaunchFailure, "signed overflow of a product");
}
void __ubsan_handle_negate_overflow(Place* place, uintptr_t) {
    found(place, cudaErrorLaunchFailure, "signed overflow of a negation");
}
void __ubsan_handle_divrem_overflow(Place* place, uintptr_t, uintptr_t) {
    found(place, cudaErrorLaunchFailure, "division by zero");
}
void __ubsan_handle_shift_out_of_bounds(Place* place, uintptr_t, uintptr_t) {
    found(place, cudaErrorLaunchFailure, "shift out of range");
}

}  // extern "C"
