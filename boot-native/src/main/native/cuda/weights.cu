// The forms of weights that a device derives from the parameters: none here. The matrix products read weights where they lie
// and round them on the way into shared memory.
#include "context.h"

int64_t boot_conv_prepared(boot_context, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t) { return 0; }

int64_t boot_linear_prepared(boot_context, int32_t, int32_t, int32_t) { return 0; }

int32_t boot_conv_prepare(boot_context, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, boot_floats,
    boot_floats) {
    return BOOT_OK;
}

int32_t boot_linear_prepare(boot_context, int32_t, int32_t, int32_t, boot_floats, boot_floats) { return BOOT_OK; }
