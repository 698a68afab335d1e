// The functions of the C ABI as tables: how a native library offers them, and how they are found from a handle.
//
// A handle (boot_device, boot_context, boot_graph) is the address of an object that begins with the address of a table. The
// functions of a context may be others than those of its device: the cpu device has a table for each instruction set.
#pragma once
#include "boot_cuda.h"
#include "boot_kernels.h"

// Every function of boot_kernels.h. The version comes first, in the table of every release.
#define BOOT_LIBRARY_FUNCTIONS(F)                                                                                        \
    F(abi_version) F(error_name) F(tier) F(context_create) F(context_destroy) F(context_scratch) F(allocate) F(free)     \
    F(upload) F(download)
#define BOOT_OPERATIONS(F)                                                                                               \
    F(peak) F(fill) F(affine) F(conv_prepared) F(linear_prepared) F(conv_prepare) F(linear_prepare) F(conv_forward)      \
    F(conv_backward_input) F(conv_backward_weights) F(linear_forward) F(linear_backward_input)                           \
    F(linear_backward_weights) F(group_norm_forward) F(group_norm_backward) F(group_norm_tangent) F(layer_norm_forward)  \
    F(layer_norm_backward) F(layer_norm_tangent) F(activation_forward) F(activation_backward) F(geglu_forward)           \
    F(geglu_backward) F(geglu_tangent) F(gate_forward) F(gate_backward) F(gate_tangent) F(sum_rows_forward)              \
    F(sum_rows_backward) F(attention_forward) F(attention_backward) F(attention_tangent) F(upsample_forward)             \
    F(upsample_backward) F(downsample_forward) F(downsample_backward) F(time_embedding) F(time_embedding_tangent)        \
    F(embedding_forward) F(embedding_backward) F(divide_samples) F(add_rows_forward) F(add_rows_backward) F(place_rows)  \
    F(patchify) F(unpatchify) F(nearest_code) F(noise) F(signal_state) F(signal_step) F(bootstrap_loss)                  \
    F(residual_weights) F(distance_weights) F(add_scaled) F(combine) F(sum_lanes) F(squared_norm) F(clip) F(adam_w)      \
    F(average)
#define BOOT_FUNCTIONS(F) BOOT_LIBRARY_FUNCTIONS(F) BOOT_OPERATIONS(F)

// Every function of boot_cuda.h.
#define BOOT_CUDA_FUNCTIONS(F)                                                                                           \
    F(cuda_probe) F(cuda_device) F(cuda_context_join) F(cuda_synchronise) F(cuda_capture_begin) F(cuda_capture_end)      \
    F(cuda_graph_launch) F(cuda_graph_destroy) F(cuda_stream) F(cuda_scratch) F(cuda_transpose) F(cuda_add_to_images)    \
    F(cuda_sum_images)

#define BOOT_MEMBER(name) decltype(&boot_##name) name;
#define BOOT_ENTRY(name) &boot_##name,  // of the initialiser of a table

struct boot_cuda_functions {
    BOOT_CUDA_FUNCTIONS(BOOT_MEMBER)
};

struct boot_functions {
    BOOT_FUNCTIONS(BOOT_MEMBER)
    const boot_cuda_functions* cuda;  // null in the library of another device
};

// The table of a handle.
inline const boot_functions& boot_functions_of(int64_t handle) {
    return **reinterpret_cast<const boot_functions* const*>(handle);
}

// The device of a native library: all that the library exports.
extern "C" __attribute__((visibility("default"))) boot_device boot_open(void);
