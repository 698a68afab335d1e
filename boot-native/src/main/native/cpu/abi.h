// What the functions of the C ABI share in one tier: their declarations, and how operands become those of operations.h.
#pragma once
#include "../boot_table.h"
#include "operations.h"

namespace boot::BOOT_TIER {

#define BOOT_DECLARATION(name) decltype(::boot_##name) boot_##name;
BOOT_OPERATIONS(BOOT_DECLARATION)
#undef BOOT_DECLARATION

extern const boot_functions functions;

static inline Context& of(boot_context context) { return *reinterpret_cast<Context*>(context); }

static inline float* at(boot_floats address) { return reinterpret_cast<float*>(address); }

static inline Source source(boot_floats address, int64_t stride) { return {at(address), stride}; }

static inline Target sink(boot_floats address, int64_t stride) { return {at(address), stride}; }

}  // namespace boot::BOOT_TIER
