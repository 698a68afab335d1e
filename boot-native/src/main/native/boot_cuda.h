/* What libboot_cuda.so offers beside boot_kernels.h: the probe, contexts that share a stream, captured graphs, and what surrounds
 * a convolution by another library. Every function returns a status unless it says otherwise; none throws,
 * aborts or prints.
 *
 * In boot_kernels.h, the CUDA library reads `cap` and the tier as a precision: 0 float32, 1 tf32, 2 bf16 (products of the
 * convolution, linear and attention kernels; sums stay float32, and so does everything else).
 */
#ifndef BOOT_CUDA_H
#define BOOT_CUDA_H
#include "boot_kernels.h"

#define BOOT_CUDA_FLOAT32 0
#define BOOT_CUDA_TF32 1
#define BOOT_CUDA_BF16 2

/* ---- a status beside those of boot_kernels.h; BOOT_DEVICE_ERROR + the cudaError_t is another */

#define BOOT_CUDA_NOT_CAPTURABLE 10 /* a transfer with the host, or scratch memory that would grow, while a graph is captured */

typedef int64_t boot_graph;

#if defined(BOOT_BINDING)
namespace boot {
#elif defined(__cplusplus)
extern "C" {
#endif

/* ---- probe: does this machine have a device for this library? Safe without any NVIDIA software. */

#define BOOT_CUDA_USABLE 0
#define BOOT_CUDA_NO_DRIVER 1        /* libcuda.so.1 cannot be opened */
#define BOOT_CUDA_DRIVER_BROKEN 2    /* it opens but is no driver: the runtime cannot initialise it */
#define BOOT_CUDA_DRIVER_TOO_OLD 3
#define BOOT_CUDA_NO_DEVICE 4
#define BOOT_CUDA_DEVICE_TOO_OLD 5   /* compute capability below 7.5 */
#define BOOT_CUDA_NO_KERNEL_IMAGE 6  /* the library holds no machine code for the device and the driver cannot make it */
#define BOOT_CUDA_NOT_OPENED 7       /* driver and library are fit, the device is not: full, taken, or not ready */

#define BOOT_CUDA_PROBE_REASON 0
#define BOOT_CUDA_PROBE_ERROR 1      /* the cudaError_t behind the reason, or 0 */
#define BOOT_CUDA_PROBE_DRIVER 2     /* version the driver supports, 1000·major + 10·minor; 0 unknown */
#define BOOT_CUDA_PROBE_RUNTIME 3    /* version this library is built with */
#define BOOT_CUDA_PROBE_DEVICES 4
#define BOOT_CUDA_PROBE_CAPABILITY 5 /* of device 0, 10·major + minor */
#define BOOT_CUDA_PROBE_COUNT 8

/* Writes BOOT_CUDA_PROBE_COUNT values and returns the reason; the first failing test ends it. For BOOT_CUDA_NO_DRIVER,
 * `detail`, which has room for `length`, gets what the dynamic linker said, ended by 0; otherwise it is empty. */
int32_t boot_cuda_probe(boot_device device, int32_t* result, char* detail, int32_t length);

/* ---- the device that contexts use: device 0 (CUDA_VISIBLE_DEVICES reorders) */

#define BOOT_CUDA_DEVICE_CAPABILITY 0
#define BOOT_CUDA_DEVICE_MULTIPROCESSORS 1
#define BOOT_CUDA_DEVICE_MEMORY 2        /* bytes */
#define BOOT_CUDA_DEVICE_FREE 3          /* bytes, now */
#define BOOT_CUDA_DEVICE_SHARED_MEMORY 4 /* bytes that a block can have */
#define BOOT_CUDA_DEVICE_COUNT 8

/* Writes BOOT_CUDA_DEVICE_COUNT values, and the device's name, ended by 0, into `name`, which has room for `length`. */
int32_t boot_cuda_device(boot_device device, int64_t* properties, char* name, int32_t length);

/* ---- contexts */

/* A context that puts its work into the stream of `leader`, so that the calls of both are carried out in the order they are
 * made. The leader is destroyed after it. (boot_context_create makes a context with a stream of its own.) */
int32_t boot_cuda_context_join(boot_context leader, boot_context* context);
/* Waits for everything that was called. */
int32_t boot_cuda_synchronise(boot_context context);

/* ---- graphs: the calls of a context between begin and end are recorded, not carried out, and can be launched any number of
 * times. Run the calls once before: scratch memory cannot grow meanwhile. The graph takes it over. Values that change from
 * launch to launch lie in device memory and are uploaded before it. Calls of other contexts go on as ever, and other threads may
 * allocate, free and destroy. */

int32_t boot_cuda_capture_begin(boot_context context);
/* Ends the capture, also after a failed call; without a graph where one failed. */
int32_t boot_cuda_capture_end(boot_context context, boot_graph* graph);
int32_t boot_cuda_graph_launch(boot_context context, boot_graph graph);
int32_t boot_cuda_graph_destroy(boot_graph graph);

/* ---- what a convolution by another library needs beside it. Images are [n][pixels][channels]. */

/* The stream of a context: a cudaStream_t. */
int64_t boot_cuda_stream(boot_context context);
/* Device memory of the context for intermediate results, 256-byte aligned, not cleared. It is valid until a call that needs
 * intermediate memory itself: boot_cuda_sum_images, gradients of weights, and more. */
int32_t boot_cuda_scratch(boot_context context, int64_t floats, boot_floats* scratch);
/* y = x transposed, added to y with `accumulate`; x is [rows][columns], both are dense. */
int32_t boot_cuda_transpose(boot_context context, int64_t rows, int64_t columns, boot_floats x, boot_floats y,
    int32_t accumulate);
/* y = x + bias + shift + residual, as boot_conv_forward ends; x is dense. bias, shift and residual may be absent. */
int32_t boot_cuda_add_to_images(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    boot_floats bias, boot_floats shift, int64_t ldshift, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy);
/* The gradients of bias and shift, as boot_conv_backward_weights writes them. */
int32_t boot_cuda_sum_images(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats dy, int64_t lddy,
    boot_floats dbias, boot_floats dshift, int64_t lddshift, int32_t accumulate);

#if defined(BOOT_BINDING) || defined(__cplusplus)
}
#endif
#endif
