// What a call needs besides its operands: scratch memory that only grows. The tier lies in the functions of the context.
#pragma once
#include <stdint.h>

struct boot_functions;

namespace boot {

struct Context {
    const boot_functions* functions;  // the first field of what a handle points to
    float* scratch;
    int64_t capacity;
};

// Zeros, 64-byte aligned; null where there is no memory.
float* allocate(int64_t floats);
void release(float* block);

// Memory for `floats` values that is valid until the next call, 64-byte aligned, not cleared; null where there is none.
float* reserve(Context& context, int64_t floats);

}  // namespace boot
