// Contexts, device memory and transfers: nothing here depends on the tier.
#include "context.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "exported.h"

namespace boot {

static constexpr size_t HUGE_PAGE = 2 << 20;

// Large blocks start at a huge page and ask for such pages: the transformed planes touch many pages at once.
static float* allocate(int64_t floats) {
    if (floats > INT64_MAX / 8) {
        return nullptr;
    }
    size_t bytes = static_cast<size_t>(floats) * sizeof(float);
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
    void* memory = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory != nullptr && alignment == HUGE_PAGE) {
        madvise(memory, bytes, MADV_HUGEPAGE);  // a hint: refusal changes nothing
    }
    return static_cast<float*>(memory);
}

float* reserve(Context& context, int64_t floats) {
    if (floats > context.capacity) {
        free(context.scratch);
        context.scratch = allocate(floats);
        context.capacity = context.scratch == nullptr ? 0 : floats;
    }
    return context.scratch;
}

static int32_t best_tier() {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        return TIER_BASELINE;
    }
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512vl")
        ? TIER_AVX512
        : TIER_AVX2;
}

static Context* of(boot_context context) { return reinterpret_cast<Context*>(context); }

static float* floats(boot_floats address) { return reinterpret_cast<float*>(address); }

}  // namespace boot

using namespace boot;

int32_t boot_abi_version(void) { return BOOT_ABI_VERSION; }

int32_t boot_tier(int32_t cap) {
    int32_t best = best_tier();
    return cap < best ? (cap < 0 ? 0 : cap) : best;
}

int32_t boot_context_create(int32_t cap, boot_context* context) {
    Context* created = static_cast<Context*>(calloc(1, sizeof(Context)));
    if (created == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    created->tier = boot_tier(cap);
    *context = reinterpret_cast<boot_context>(created);
    return BOOT_OK;
}

int32_t boot_context_destroy(boot_context context) {
    if (context != 0) {
        free(of(context)->scratch);
        free(of(context));
    }
    return BOOT_OK;
}

int64_t boot_context_scratch(boot_context context) { return of(context)->capacity * static_cast<int64_t>(sizeof(float)); }

int32_t boot_allocate(int64_t count, boot_floats* memory) {
    float* allocated = allocate(count);
    if (allocated == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    memset(allocated, 0, count * sizeof(float));
    *memory = reinterpret_cast<boot_floats>(allocated);
    return BOOT_OK;
}

int32_t boot_free(boot_floats memory) {
    free(floats(memory));
    return BOOT_OK;
}

int32_t boot_upload(boot_context, const float* source, int64_t count, boot_floats target) {
    memcpy(floats(target), source, count * sizeof(float));
    return BOOT_OK;
}

int32_t boot_download(boot_context, boot_floats source, int64_t count, float* target) {
    memcpy(target, floats(source), count * sizeof(float));
    return BOOT_OK;
}
