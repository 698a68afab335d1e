// The memory of operands and of contexts. The sanitizers are given another, in which what lies beside a block is nobody's.
#include <stdlib.h>
#include <sys/mman.h>

#include "context.h"

namespace boot {

static constexpr size_t HUGE_PAGE = 2 << 20;

// Large blocks start at a huge page and ask for such pages: the transformed planes touch many pages at once. Their zeros are
// the system's, page by page with the first touch: of the threads that fill a block, each has its share. What calloc gave is
// noted before the block.
float* allocate(int64_t floats) {
    if (floats > INT64_MAX / 8) {
        return nullptr;
    }
    size_t bytes = static_cast<size_t>(floats) * sizeof(float);
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
    void* given = calloc(1, sizeof(void*) + alignment + bytes);
    if (given == nullptr) {
        return nullptr;
    }
    uintptr_t block = (reinterpret_cast<uintptr_t>(given) + sizeof(void*) + alignment - 1) / alignment * alignment;
    reinterpret_cast<void**>(block)[-1] = given;
    if (alignment == HUGE_PAGE) {
        madvise(reinterpret_cast<void*>(block), bytes, MADV_HUGEPAGE);  // a hint: refusal changes nothing
    }
    return reinterpret_cast<float*>(block);
}

void release(float* block) {
    if (block != nullptr) {
        free(reinterpret_cast<void**>(block)[-1]);
    }
}

float* reserve(Context& context, int64_t floats) {
    if (floats > context.capacity) {
        release(context.scratch);
        context.scratch = allocate(floats);
        context.capacity = context.scratch == nullptr ? 0 : floats;
    }
    return context.scratch;
}

}  // namespace boot
