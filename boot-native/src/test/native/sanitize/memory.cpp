// The memory of the cpu device as the sanitizers see through it: each block is a piece of the heap that ends where it ends, and
// scratch memory is new for each call, as large as the call asks, and no number before it is written.
#include <stdlib.h>
#include <string.h>

#include "cpu/context.h"

namespace boot {

static float* filled(int64_t floats, int byte) {
    void* block = nullptr;
    if (floats > INT64_MAX / 8 || posix_memalign(&block, 64, static_cast<size_t>(floats) * sizeof(float)) != 0) {
        return nullptr;
    }
    return static_cast<float*>(memset(block, byte, static_cast<size_t>(floats) * sizeof(float)));
}

float* allocate(int64_t floats) { return filled(floats, 0); }

void release(float* block) { free(block); }

float* reserve(Context& context, int64_t floats) {
    release(context.scratch);
    context.scratch = filled(floats, 0xff);
    context.capacity = context.scratch == nullptr ? 0 : floats;
    return context.scratch;
}

}  // namespace boot
