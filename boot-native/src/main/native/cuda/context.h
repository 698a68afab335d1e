// What a call needs besides its operands: the stream, the precision, and device memory for intermediate results.
//
// A file of an operation defines the functions of boot_kernels.h itself:
//
//     int32_t boot_geglu_forward(boot_context context, …) {
//         BOOT_LAUNCH(geglu, grid, block, 0, of(context).stream, …);
//         return launched();
//     }
//
// A launch with an empty grid is an error: return BOOT_OK before it.
#pragma once
#include <stdint.h>

#include "../boot_table.h"
#include "compat.h"

namespace boot {

// A piece of page-locked host memory, for what a call brings along from the host.
struct Staging {
    void* host;
    cudaEvent_t released;  // recorded after its last use
};

constexpr int32_t STAGING_PIECES = 4;
constexpr int64_t STAGING_BYTES = 64 << 10;

struct Context {
    const boot_functions* functions;  // the first field of what a handle points to
    int32_t precision;  // BOOT_CUDA_FLOAT32, _TF32 or _BF16: the best that the device has and the caller allows
    int32_t multiprocessors;
    cudaStream_t stream;  // what calls go into: the next one, or a private one during a capture
    cudaStream_t shared_stream;
    bool owns_stream;  // the shared one
    float* scratch;
    int64_t capacity;  // of scratch, in floats
    Staging staging[STAGING_PIECES];
    int32_t next_staging;
    int32_t refusal;  // why the last reserve or stage gave nothing
    Context* next_owner;
};

inline Context& of(boot_context context) { return *reinterpret_cast<Context*>(context); }

inline float* at(boot_floats address) { return reinterpret_cast<float*>(address); }

// Device memory for `floats` values, 256-byte aligned, not cleared, valid until the next call; null where there is none:
// return context.refusal then. It only grows, and not while a graph is captured.
float* reserve(Context& context, int64_t floats);

// Whether calls are being recorded in a graph.
bool capturing(const Context& context);

// The next piece of staging memory, when the device has done with it; null while a graph is captured, and after an error:
// return context.refusal then.
Staging* stage(Context& context);
// Says that the calls so far are the last that use it.
int32_t release(Context& context, Staging& staging);

// Waits for the calls of all contexts, whose memory or graph may be freed then. Not for the device: while any thread captures,
// CUDA refuses that and spoils the capture.
int32_t wait_for_calls();

// BOOT_OK, BOOT_OUT_OF_MEMORY or BOOT_DEVICE_ERROR + error, which no later call of this thread says again.
int32_t status(cudaError_t error);

// What became of the launches since the last call.
inline int32_t launched() { return status(cudaGetLastError()); }

}  // namespace boot
