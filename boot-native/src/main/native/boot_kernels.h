/* The one C ABI of the native devices: a function per operation of io.bootdistill.device.Kernels, whose Javadoc holds the
 * meaning of each operand. Every native library implements it, and exports boot_open (boot_table.h), which leads to the rest.
 *
 * - Every function returns a status: BOOT_OK or a reason. Nothing throws, aborts, prints or keeps global state: what a call
 *   needs lies in its context (device, stream, scratch memory). A context serves one thread at a time, a device any number.
 * - boot_floats is the address of float32 values on the device: an integer, because a device address is no host pointer.
 *   It is 0 where an operand is absent. ld… is the distance between the rows of the operand before it, in floats.
 * - The first argument is a handle: it tells whose function is called (boot_dispatch.h), and is not 0.
 * - Java has checked the lengths of all operands.
 */
#ifndef BOOT_KERNELS_H
#define BOOT_KERNELS_H
#include <stdint.h>

#define BOOT_ABI_VERSION 3

#define BOOT_OK 0
#define BOOT_INVALID_ARGUMENT 1
#define BOOT_OUT_OF_MEMORY 2
#define BOOT_UNSUPPORTED 3
#define BOOT_DEVICE_ERROR 1000 /* and above: an error of the device itself, perhaps of an earlier call */

typedef int64_t boot_floats;
typedef int64_t boot_device;
typedef int64_t boot_context;

#if defined(BOOT_BINDING) /* what Java binds: a call goes to the device that its handle belongs to, see boot_dispatch.h */
namespace boot {
#elif defined(__cplusplus)
extern "C" {
#endif

/* ---- library and contexts */

int32_t boot_abi_version(boot_device device);
/* The device's name for a status of BOOT_DEVICE_ERROR and above; empty for others, never null. */
const char* boot_error_name(boot_device device, int32_t status);
/* The instruction set that a context uses: 0 baseline, 1 AVX2+FMA, 2 AVX-512; the best of the processor, at most `cap`. */
int32_t boot_tier(boot_device device, int32_t cap);
int32_t boot_context_create(boot_device device, int32_t cap, boot_context* context);
int32_t boot_context_destroy(boot_context context);
/* Bytes of scratch memory that the context holds: it grows to the largest need and stays. */
int64_t boot_context_scratch(boot_context context);
/* Multiplies and adds in registers for a while that grows with `rounds`, and tells how many floating-point operations that
 * were: by the clock, the peak of one worker. BOOT_UNSUPPORTED where a device has no such loop. */
int32_t boot_peak(boot_context context, int64_t rounds, int64_t* operations);

/* ---- memory and transfers */

int32_t boot_allocate(boot_device device, int64_t count, boot_floats* memory); /* zeros, 64-byte aligned */
int32_t boot_free(boot_device device, boot_floats memory);
/* Between a dense matrix of the host and one of the device. */
int32_t boot_upload(boot_context context, const float* source, int64_t rows, int64_t columns, boot_floats target,
    int64_t ldtarget);
int32_t boot_download(boot_context context, boot_floats source, int64_t ldsource, int64_t rows, int64_t columns,
    float* target);
int32_t boot_fill(boot_context context, boot_floats target, int64_t count, float value);
int32_t boot_affine(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, float factor,
    float offset, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy);

/* ---- weights; a convolution is (height, width, in, out, upsample, stride, padding). Where `prepared` is 0 in a pass, the
 * call derives what it needs of the weights, and computes the same bits. */

int64_t boot_conv_prepared(boot_context context, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, int32_t gradient);
int64_t boot_linear_prepared(boot_context context, int32_t in, int32_t out, int32_t gradient);
int32_t boot_conv_prepare(boot_context context, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, int32_t gradient, boot_floats weights, boot_floats prepared);
int32_t boot_linear_prepare(boot_context context, int32_t in, int32_t out, int32_t gradient, boot_floats weights,
    boot_floats prepared);

/* ---- convolution 3x3 */

int32_t boot_conv_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats weights,
    boot_floats prepared, boot_floats bias, boot_floats shift, int64_t ldshift, boot_floats residual,
    int64_t ldresidual, boot_floats y, int64_t ldy);
int32_t boot_conv_backward_input(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in,
    int32_t out, int32_t upsample, int32_t stride, int32_t padding, boot_floats dy, int64_t lddy, boot_floats weights,
    boot_floats prepared, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx);
int32_t boot_conv_backward_weights(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in,
    int32_t out, int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats dy,
    int64_t lddy, boot_floats dweights, boot_floats dbias, boot_floats dshift, int64_t lddshift, int32_t accumulate);

/* ---- linear */

int32_t boot_linear_forward(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats x, int64_t ldx,
    boot_floats weights, boot_floats prepared, boot_floats bias, boot_floats residual, int64_t ldresidual,
    boot_floats y, int64_t ldy);
int32_t boot_linear_backward_input(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats dy,
    int64_t lddy, boot_floats weights, boot_floats prepared, boot_floats base, int64_t ldbase,
    boot_floats dx, int64_t lddx);
int32_t boot_linear_backward_weights(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats dweights, boot_floats dbias, int32_t accumulate);

/* ---- normalisation and activation: one of these, in the order of io.bootdistill.device.Activation */

#define BOOT_ACTIVATION_NONE 0
#define BOOT_ACTIVATION_SILU 1
#define BOOT_ACTIVATION_GELU 2
#define BOOT_ACTIVATION_GELU_TANH 3
#define BOOT_ACTIVATION_QUICK_GELU 4

int32_t boot_group_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy);
int32_t boot_group_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats dy, int64_t lddy,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma, boot_floats dbeta,
    boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate);
int32_t boot_group_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t groups,
    float epsilon, int32_t activation, boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale,
    int64_t ldscale, boot_floats shift, int64_t ldshift, boot_floats statistics, boot_floats xtangent, int64_t ldxtangent,
    boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent, int64_t ldshifttangent,
    boot_floats ytangent, int64_t ldytangent);
int32_t boot_layer_norm_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float epsilon,
    boot_floats x, int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats shift,
    int64_t ldshift, boot_floats statistics, boot_floats y, int64_t ldy);
int32_t boot_layer_norm_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats statistics,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx, boot_floats dgamma,
    boot_floats dbeta, boot_floats dscale, int64_t lddscale, boot_floats dshift, int64_t lddshift, int32_t accumulate);
int32_t boot_layer_norm_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats gamma, boot_floats beta, boot_floats scale, int64_t ldscale, boot_floats statistics,
    boot_floats xtangent, int64_t ldxtangent, boot_floats scaletangent, int64_t ldscaletangent, boot_floats shifttangent,
    int64_t ldshifttangent, boot_floats ytangent, int64_t ldytangent);
int32_t boot_activation_forward(boot_context context, int64_t rows, int32_t channels, int32_t activation, boot_floats x,
    int64_t ldx, boot_floats y, int64_t ldy);
int32_t boot_activation_backward(boot_context context, int64_t rows, int32_t channels, int32_t activation, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx);
/* x, its gradient and its tangent have twice the channels. */
int32_t boot_geglu_forward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy);
int32_t boot_geglu_backward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx);
int32_t boot_geglu_tangent(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats xtangent, int64_t ldxtangent, boot_floats ytangent, int64_t ldytangent);

/* ---- the rows of a sample */

int32_t boot_gate_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats residual, int64_t ldresidual, boot_floats y, int64_t ldy);
int32_t boot_gate_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx,
    int64_t lddx, boot_floats dgate, int64_t lddgate);
int32_t boot_gate_tangent(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats gate, int64_t ldgate, boot_floats xtangent, int64_t ldxtangent, boot_floats gatetangent,
    int64_t ldgatetangent, boot_floats residualtangent, int64_t ldresidualtangent, boot_floats ytangent,
    int64_t ldytangent);
int32_t boot_sum_rows_forward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float factor,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy);
int32_t boot_sum_rows_backward(boot_context context, int32_t n, int32_t pixels, int32_t channels, float factor,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx);

/* ---- attention */

int32_t boot_attention_forward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v,
    int64_t ldv, boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp);
int32_t boot_attention_backward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v,
    int64_t ldv, boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp, boot_floats dy, int64_t lddy,
    boot_floats dq, int64_t lddq, boot_floats dk, int64_t lddk, boot_floats dv, int64_t lddv);
int32_t boot_attention_tangent(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v,
    int64_t ldv, boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp, boot_floats qtangent,
    int64_t ldqtangent, boot_floats ktangent, int64_t ldktangent, boot_floats vtangent, int64_t ldvtangent,
    boot_floats ytangent, int64_t ldytangent);

/* ---- size changes; height and width are those of the small image */

int32_t boot_upsample_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy);
int32_t boot_upsample_backward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx);
int32_t boot_downsample_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy);
int32_t boot_downsample_backward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx);

/* ---- embeddings */

int32_t boot_time_embedding(boot_context context, int32_t n, int32_t half, int32_t fourier, int32_t cosine_first,
    boot_floats t, boot_floats frequencies, boot_floats y, int64_t ldy);
int32_t boot_time_embedding_tangent(boot_context context, int32_t n, int32_t half, int32_t fourier,
    int32_t cosine_first, boot_floats t, boot_floats frequencies, boot_floats ttangent, boot_floats ytangent,
    int64_t ldytangent);
int32_t boot_embedding_forward(boot_context context, int32_t n, int32_t table_rows, int32_t channels, boot_floats labels,
    boot_floats table, boot_floats x, int64_t ldx, boot_floats y, int64_t ldy);
int32_t boot_embedding_backward(boot_context context, int32_t n, int32_t table_rows, int32_t channels,
    boot_floats labels, boot_floats dy, int64_t lddy, boot_floats dtable, int32_t accumulate);
int32_t boot_divide_samples(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    int64_t ldx, boot_floats divisor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy);

/* ---- rows of tokens; channels_first: the values of a patch are in the order channel, row, column */

int32_t boot_add_rows_forward(boot_context context, int32_t n, int32_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats p, boot_floats y, int64_t ldy);
int32_t boot_add_rows_backward(boot_context context, int32_t n, int32_t rows, int32_t channels, boot_floats dy,
    int64_t lddy, boot_floats dp, int32_t accumulate);
int32_t boot_place_rows(boot_context context, int32_t n, int32_t count, int32_t source_rows, int32_t from,
    int32_t target_rows, int32_t to, int32_t channels, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase,
    boot_floats y, int64_t ldy);
int32_t boot_patchify(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels, int32_t size,
    int32_t channels_first, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy);
int32_t boot_unpatchify(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels, int32_t size,
    int32_t channels_first, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy);
int32_t boot_nearest_code(boot_context context, int64_t rows, int32_t codes, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats table, boot_floats y, int64_t ldy);

/* ---- the method; coefficients are [n][BOOT_SIGNAL_COUNT] */

#define BOOT_SIGNAL_HEAD_NOISE 0
#define BOOT_SIGNAL_HEAD_OUTPUT 1
#define BOOT_SIGNAL_ALPHA_T 2
#define BOOT_SIGNAL_SIGMA_T 3
#define BOOT_SIGNAL_STATE_FACTOR_T 4
#define BOOT_SIGNAL_OUTPUT_FACTOR_T 5
#define BOOT_SIGNAL_STEP 6
#define BOOT_SIGNAL_ALPHA_S 7
#define BOOT_SIGNAL_SIGMA_S 8
#define BOOT_SIGNAL_STATE_FACTOR_S 9
#define BOOT_SIGNAL_OUTPUT_FACTOR_S 10
#define BOOT_SIGNAL_MEAN 11
#define BOOT_SIGNAL_GUIDANCE 12
#define BOOT_SIGNAL_CLIP 13
#define BOOT_SIGNAL_GRADIENT 14
#define BOOT_SIGNAL_COUNT 16

#define BOOT_SEED_FLOATS 4 /* whole numbers of 16 bits, the lowest first */

int32_t boot_noise(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats seeds, int32_t draw,
    boot_floats y, int64_t ldy);
int32_t boot_signal_state(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats y, int64_t ldy,
    boot_floats x, int64_t ldx);
int32_t boot_signal_step(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t stage,
    boot_floats coefficients, boot_floats noise, int64_t ldnoise, boot_floats x, int64_t ldx, boot_floats output,
    int64_t ldoutput, boot_floats null_output, int64_t ldnull, boot_floats previous, int64_t ldprevious,
    boot_floats y, int64_t ldy, boot_floats f, int64_t ldf, boot_floats target, int64_t ldtarget,
    boot_floats next, int64_t ldnext);
int32_t boot_bootstrap_loss(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats target, int64_t ldtarget,
    boot_floats prediction, int64_t ldprediction, boot_floats doutput, int64_t lddoutput, boot_floats residual);
int32_t boot_residual_weights(boot_context context, int32_t n, boot_floats residual, float kappa, float power,
    boot_floats factor);
int32_t boot_distance_weights(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy, float least, boot_floats factor);
int32_t boot_add_scaled(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats factor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy);
int32_t boot_combine(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats a, boot_floats first,
    int64_t ldfirst, boot_floats b, boot_floats second, int64_t ldsecond, boot_floats y, int64_t ldy);

/* ---- the optimiser; a step block is [BOOT_ADAM_COUNT] */

#define BOOT_NORM_CHUNK 16384
#define BOOT_ADAM_RATE 0
#define BOOT_ADAM_DECAY 1
#define BOOT_ADAM_BETA1 2
#define BOOT_ADAM_BETA2 3
#define BOOT_ADAM_EPSILON 4
#define BOOT_ADAM_CORRECTION1 5
#define BOOT_ADAM_CORRECTION2 6
#define BOOT_ADAM_CLIP 7
#define BOOT_ADAM_EMA_RATE 8
#define BOOT_ADAM_MAX_NORM 9
#define BOOT_ADAM_NORM 10
#define BOOT_ADAM_COUNT 16

int32_t boot_sum_lanes(boot_context context, const boot_floats* lanes, int32_t lane_count, int64_t from, int64_t to,
    boot_floats sum);
int32_t boot_squared_norm(boot_context context, boot_floats values, int64_t length, int64_t from_chunk,
    int64_t to_chunk, boot_floats partial);
int32_t boot_clip(boot_context context, boot_floats partial, int64_t chunks, boot_floats step);
int32_t boot_adam_w(boot_context context, boot_floats step, int64_t from, int64_t to, boot_floats gradient,
    boot_floats parameters, boot_floats m, boot_floats v, boot_floats ema);
int32_t boot_average(boot_context context, int64_t from, int64_t to, boot_floats source, float rate, boot_floats target);

#if defined(BOOT_BINDING) || defined(__cplusplus)
}
#endif
#endif
