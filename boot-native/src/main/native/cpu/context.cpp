// The device, its contexts, and transfers: compiled once, for all tiers.
#include "context.h"

#include <stdlib.h>
#include <string.h>

#include "../boot_table.h"

namespace boot {

namespace baseline { extern const boot_functions functions; }
namespace avx2 { extern const boot_functions functions; }
namespace avx512 { extern const boot_functions functions; }

// By tier: 0, 1, 2.
static const boot_functions* const tiers[] = {&baseline::functions, &avx2::functions, &avx512::functions};

static int32_t best_tier() {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        return 0;
    }
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512vl")
        ? 2
        : 1;
}

static Context* of(boot_context context) { return reinterpret_cast<Context*>(context); }

static float* floats(boot_floats address) { return reinterpret_cast<float*>(address); }

}  // namespace boot

using namespace boot;

boot_device boot_open(void) { return reinterpret_cast<boot_device>(&tiers[0]); }

int32_t boot_abi_version(boot_device) { return BOOT_ABI_VERSION; }

const char* boot_error_name(boot_device, int32_t) { return ""; }

int32_t boot_tier(boot_device, int32_t cap) {
    int32_t best = best_tier();
    return cap < best ? (cap < 0 ? 0 : cap) : best;
}

int32_t boot_context_create(boot_device device, int32_t cap, boot_context* context) {
    Context* created = static_cast<Context*>(calloc(1, sizeof(Context)));
    if (created == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    created->functions = tiers[boot_tier(device, cap)];
    *context = reinterpret_cast<boot_context>(created);
    return BOOT_OK;
}

int32_t boot_context_destroy(boot_context context) {
    release(of(context)->scratch);
    free(of(context));
    return BOOT_OK;
}

int64_t boot_context_scratch(boot_context context) { return of(context)->capacity * static_cast<int64_t>(sizeof(float)); }

int32_t boot_allocate(boot_device, int64_t count, boot_floats* memory) {
    float* allocated = allocate(count);
    if (allocated == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    *memory = reinterpret_cast<boot_floats>(allocated);
    return BOOT_OK;
}

int32_t boot_free(boot_device, boot_floats memory) {
    release(floats(memory));
    return BOOT_OK;
}

int32_t boot_upload(boot_context, const float* source, int64_t rows, int64_t columns, boot_floats target, int64_t ldtarget) {
    for (int64_t row = 0; row < rows; row++) {
        memcpy(floats(target) + row * ldtarget, source + row * columns, columns * sizeof(float));
    }
    return BOOT_OK;
}

int32_t boot_download(boot_context, boot_floats source, int64_t ldsource, int64_t rows, int64_t columns, float* target) {
    for (int64_t row = 0; row < rows; row++) {
        memcpy(target + row * columns, floats(source) + row * ldsource, columns * sizeof(float));
    }
    return BOOT_OK;
}
