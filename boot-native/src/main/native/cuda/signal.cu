// The method's own kernels: signal and state, a Signal-ODE step, the bootstrapping loss, with one row of coefficients a sample;
// weights of samples, and sums with a factor a sample.
#include "elements.h"
#include "reduction.h"

namespace boot {

__device__ __forceinline__ const float* row_of(const float* coefficients, int64_t sample) {
    return coefficients + sample * BOOT_SIGNAL_COUNT;
}

__global__ void __launch_bounds__(BLOCK_THREADS) signal_state(Elements elements, const float* coefficients, Source noise,
    Source output, Target y, Target x) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float* c = row_of(coefficients, sample);
        const float e = noise.row(row)[i];
        const float signal = c[BOOT_SIGNAL_HEAD_NOISE] * e + c[BOOT_SIGNAL_HEAD_OUTPUT] * output.row(row)[i];
        if (y.given()) {
            y.row(row)[i] = signal;
        }
        if (x.given()) {
            x.row(row)[i] = c[BOOT_SIGNAL_ALPHA_T] * signal + c[BOOT_SIGNAL_SIGMA_T] * e;
        }
    });
}

// The tensors of a step; absent ones have null data.
struct Step {
    Source noise, x, output, null_output, previous, y;
    Target f, target, next;
};

__global__ void __launch_bounds__(BLOCK_THREADS) signal_step(Elements elements, int32_t stage, const float* coefficients,
    Step tensors) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float* c = row_of(coefficients, sample);
        const float output_factor = c[stage == 0 ? BOOT_SIGNAL_OUTPUT_FACTOR_T : BOOT_SIGNAL_OUTPUT_FACTOR_S];
        const float state =
            c[stage == 0 ? BOOT_SIGNAL_STATE_FACTOR_T : BOOT_SIGNAL_STATE_FACTOR_S] * tensors.x.row(row)[i];
        float prediction = state + output_factor * tensors.output.row(row)[i];
        if (tensors.null_output.given()) {
            const float unconditional = state + output_factor * tensors.null_output.row(row)[i];
            prediction = unconditional + c[BOOT_SIGNAL_GUIDANCE] * (prediction - unconditional);
        }
        const float clip = c[BOOT_SIGNAL_CLIP];
        if (clip > 0) {  // by comparisons: NaN stays
            prediction = prediction < -clip ? -clip : prediction > clip ? clip : prediction;
        }
        if (tensors.f.given()) {
            tensors.f.row(row)[i] = prediction;
        }
        if (tensors.previous.given()) {
            const float first = tensors.previous.row(row)[i];
            prediction = first + c[BOOT_SIGNAL_MEAN] * (prediction - first);
        }
        const float signal = tensors.y.row(row)[i];
        const float stepped = signal + c[BOOT_SIGNAL_STEP] * (prediction - signal);
        tensors.target.row(row)[i] = stepped;
        if (tensors.next.given()) {
            tensors.next.row(row)[i] =
                c[BOOT_SIGNAL_ALPHA_S] * stepped + c[BOOT_SIGNAL_SIGMA_S] * tensors.noise.row(row)[i];
        }
    });
}

constexpr int LOSS_THREADS = 512;

// Calls body(row, channel) for this thread's elements of the sample that the block has to itself.
template <class Body>
__device__ __forceinline__ void over_own_sample(int64_t pixels, int32_t channels, Body body) {
    const int32_t rows_on = LOSS_THREADS / channels, channels_on = LOSS_THREADS % channels;
    int32_t i = static_cast<int32_t>(threadIdx.x) % channels;
    for (int64_t pixel = static_cast<int32_t>(threadIdx.x) / channels; pixel < pixels;) {
        body(blockIdx.x * pixels + pixel, i);
        pixel += rows_on;
        i += channels_on;
        if (i >= channels) {
            i -= channels;
            pixel++;
        }
    }
}

// Head, residual, gradient and the sample's loss; one sample per block, so that its loss is one sum.
__global__ void __launch_bounds__(LOSS_THREADS) bootstrap_loss(int64_t pixels, int32_t channels, const float* coefficients,
    Source noise, Source output, Source target, Target prediction, Target doutput, float* residual) {
    BOOT_SHARED(Sum, shared, [32]);
    const int64_t sample = blockIdx.x;
    const float* c = row_of(coefficients, sample);
    const float head_noise = c[BOOT_SIGNAL_HEAD_NOISE], head_output = c[BOOT_SIGNAL_HEAD_OUTPUT];
    const float factor = c[BOOT_SIGNAL_GRADIENT] * head_output;
    Sum squares = {0, 0};
    over_own_sample(pixels, channels, [&](int64_t row, int32_t i) {
        const float signal = head_noise * noise.row(row)[i] + head_output * output.row(row)[i];
        if (prediction.given()) {
            prediction.row(row)[i] = signal;
        }
        const float r = signal - target.row(row)[i];
        doutput.row(row)[i] = factor * r;
        squares.add_square(r);
    });
    const Sum total = block_sum(squares, shared);
    if (threadIdx.x == 0) {
        residual[sample] = total.value() / (static_cast<float>(pixels) * channels);
    }
}

__global__ void __launch_bounds__(BLOCK_THREADS) residual_weights(Elements elements, const float* residual, float kappa,
    float power, float* factor) {
    over_elements(elements, [&](int64_t, int64_t, int64_t sample) {
        factor[sample] = powf(residual[sample] + kappa, -power);
    });
}

// One sample per block.
__global__ void __launch_bounds__(LOSS_THREADS) distance_weights(int64_t pixels, int32_t channels, Source x, Source y,
    float least, float* factor) {
    BOOT_SHARED(Sum, shared, [32]);
    Sum distance = {0, 0};
    over_own_sample(pixels, channels,
        [&](int64_t row, int32_t i) { distance.add(fabsf(x.row(row)[i] - y.row(row)[i])); });
    const Sum total = block_sum(distance, shared);
    if (threadIdx.x == 0) {
        const float mean = total.value() / (static_cast<float>(pixels) * channels);
        factor[blockIdx.x] = 1 / (mean < least ? least : mean);  // by a comparison: NaN stays
    }
}

__global__ void __launch_bounds__(BLOCK_THREADS) add_scaled(Elements elements, Source x, const float* factor, Source base,
    Target y) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        const float value = factor[sample] * x.row(row)[i];
        y.row(row)[i] = base.given() ? base.row(row)[i] + value : value;
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) combine(Elements elements, const float* a, Source first, const float* b,
    Source second, Target y) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        y.row(row)[i] = a[sample] * first.row(row)[i] + b[sample] * second.row(row)[i];
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_signal_state(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats y, int64_t ldy,
    boot_floats x, int64_t ldx) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(signal_state, grid_of(elements), block_of(elements), 0, of(context).stream, elements, at(coefficients),
        source(noise, ldnoise), source(output, ldoutput), sink(y, ldy), sink(x, ldx));
    return launched();
}

int32_t boot_signal_step(boot_context context, int32_t n, int32_t pixels, int32_t channels, int32_t stage,
    boot_floats coefficients, boot_floats noise, int64_t ldnoise, boot_floats x, int64_t ldx, boot_floats output,
    int64_t ldoutput, boot_floats null_output, int64_t ldnull, boot_floats previous, int64_t ldprevious,
    boot_floats y, int64_t ldy, boot_floats f, int64_t ldf, boot_floats target, int64_t ldtarget,
    boot_floats next, int64_t ldnext) {
    const Elements elements = {n, pixels, channels};
    const Step tensors = {source(noise, ldnoise), source(x, ldx), source(output, ldoutput), source(null_output, ldnull),
        source(previous, ldprevious), source(y, ldy), sink(f, ldf), sink(target, ldtarget), sink(next, ldnext)};
    BOOT_LAUNCH(signal_step, grid_of(elements), block_of(elements), 0, of(context).stream, elements, stage,
        at(coefficients), tensors);
    return launched();
}

int32_t boot_bootstrap_loss(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats coefficients,
    boot_floats noise, int64_t ldnoise, boot_floats output, int64_t ldoutput, boot_floats target, int64_t ldtarget,
    boot_floats prediction, int64_t ldprediction, boot_floats doutput, int64_t lddoutput, boot_floats residual) {
    BOOT_LAUNCH(bootstrap_loss, n, LOSS_THREADS, 0, of(context).stream, pixels, channels, at(coefficients),
        source(noise, ldnoise), source(output, ldoutput), source(target, ldtarget), sink(prediction, ldprediction),
        sink(doutput, lddoutput), at(residual));
    return launched();
}

int32_t boot_residual_weights(boot_context context, int32_t n, boot_floats residual, float kappa, float power,
    boot_floats factor) {
    const Elements elements = {1, 1, n};
    BOOT_LAUNCH(residual_weights, grid_of(elements), block_of(elements), 0, of(context).stream, elements, at(residual), kappa,
        power, at(factor));
    return launched();
}

int32_t boot_distance_weights(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy, float least, boot_floats factor) {
    BOOT_LAUNCH(distance_weights, n, LOSS_THREADS, 0, of(context).stream, pixels, channels, source(x, ldx), source(y, ldy),
        least, at(factor));
    return launched();
}

int32_t boot_add_scaled(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats factor, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(add_scaled, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        at(factor), source(base, ldbase), sink(y, ldy));
    return launched();
}

int32_t boot_combine(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats a, boot_floats first,
    int64_t ldfirst, boot_floats b, boot_floats second, int64_t ldsecond, boot_floats y, int64_t ldy) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(combine, grid_of(elements), block_of(elements), 0, of(context).stream, elements, at(a),
        source(first, ldfirst), at(b), source(second, ldsecond), sink(y, ldy));
    return launched();
}
