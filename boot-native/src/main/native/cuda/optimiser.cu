// Passes over flat arrays: the sum of the gradient lanes, the global norm, AdamW with the moving average, and that alone. All
// numbers of a step of AdamW lie in its block in device memory.
#include "elements.h"
#include "reduction.h"

namespace boot {

constexpr int TREE = 8;  // lanes that one launch adds

struct Lanes {
    const float* lane[TREE];
};

// sum = ((0 + 1) + (2 + 3)) + …; missing lanes are left out. `sum` may be one of the lanes.
__global__ void __launch_bounds__(BLOCK_THREADS) sum_lanes(Elements elements, Lanes lanes, int32_t count, float* sum) {
    over_elements(elements, [&](int64_t, int64_t, int64_t i) {
        float values[TREE] = {};
#pragma unroll
        for (int lane = 0; lane < TREE; lane++) {
            if (lane < count) {
                values[lane] = lanes.lane[lane][i];
            }
        }
#pragma unroll
        for (int distance = 1; distance < TREE; distance *= 2) {
#pragma unroll
            for (int lane = 0; lane + distance < TREE; lane += 2 * distance) {
                if (lane + distance < count) {
                    values[lane] += values[lane + distance];
                }
            }
        }
        sum[i] = values[0];
    });
}

static int32_t launch_sum(Context& context, const Lanes& lanes, int64_t count, int64_t length, float* sum) {
    const Elements elements = {1, 1, length};
    BOOT_LAUNCH(sum_lanes, grid_of(elements), block_of(elements), 0, context.stream, elements, lanes,
        static_cast<int32_t>(count), sum);
    return launched();
}

constexpr int NORM_THREADS = 256;

__global__ void __launch_bounds__(NORM_THREADS) squared_norm(const float* values, int64_t length, int64_t from_chunk,
    float* partial) {
    BOOT_SHARED(Sum, shared, [32]);
    const int64_t chunk = from_chunk + blockIdx.x, first = chunk * BOOT_NORM_CHUNK;
    const int64_t end = length < first + BOOT_NORM_CHUNK ? length : first + BOOT_NORM_CHUNK;
    Sum squares = {0, 0};
    for (int64_t i = first + threadIdx.x; i < end; i += NORM_THREADS) {
        squares.add_square(values[i]);
    }
    const Sum total = block_sum(squares, shared);
    if (threadIdx.x == 0) {
        partial[chunk] = total.value();
    }
}

// One block: the norm and the factor that limits it.
__global__ void __launch_bounds__(NORM_THREADS) clip(const float* partial, int64_t chunks, float* step) {
    BOOT_SHARED(Sum, shared, [32]);
    Sum sum = {0, 0};
    for (int64_t chunk = threadIdx.x; chunk < chunks; chunk += NORM_THREADS) {
        sum.add(partial[chunk]);
    }
    const float norm = sqrtf(block_sum(sum, shared).value());
    if (threadIdx.x == 0) {
        const float limit = step[BOOT_ADAM_MAX_NORM], factor = limit / (norm + 1e-6f);
        step[BOOT_ADAM_NORM] = norm;
        step[BOOT_ADAM_CLIP] = limit > 0 && !(factor >= 1) ? factor : 1.0f;  // a norm of NaN shows
    }
}

__global__ void __launch_bounds__(BLOCK_THREADS) adam_w(Elements elements, const float* step, const float* gradient,
    float* parameters, float* m, float* v, float* ema) {
    const float keep = 1.0f - step[BOOT_ADAM_RATE] * step[BOOT_ADAM_DECAY];
    const float beta1 = step[BOOT_ADAM_BETA1], beta2 = step[BOOT_ADAM_BETA2], epsilon = step[BOOT_ADAM_EPSILON];
    const float rate1 = step[BOOT_ADAM_RATE] * step[BOOT_ADAM_CORRECTION1], correction2 = step[BOOT_ADAM_CORRECTION2];
    const float clip = step[BOOT_ADAM_CLIP], ema_rate = step[BOOT_ADAM_EMA_RATE];
    over_elements(elements, [&](int64_t, int64_t, int64_t i) {
        const float g = gradient[i] * clip;
        const float first = beta1 * m[i] + (1.0f - beta1) * g;
        const float second = beta2 * v[i] + (1.0f - beta2) * (g * g);
        const float theta = parameters[i] * keep - rate1 * first / (sqrtf(second * correction2) + epsilon);
        const float average = ema[i];
        m[i] = first;
        v[i] = second;
        parameters[i] = theta;
        ema[i] = average + ema_rate * (theta - average);
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) average(Elements elements, const float* source, float rate, float* target) {
    over_elements(elements, [&](int64_t, int64_t, int64_t i) {
        const float average = target[i];
        target[i] = average + rate * (source[i] - average);
    });
}

}  // namespace boot

using namespace boot;

// More than TREE lanes are added in rounds: groups of TREE go to rows of scratch memory, and so on. This is the same tree.
int32_t boot_sum_lanes(boot_context context, const boot_floats* lanes, int32_t lane_count, int64_t from, int64_t to,
    boot_floats sum) {
    const int64_t length = to - from;
    if (length == 0) {
        return BOOT_OK;
    }
    float* scratch = lane_count <= TREE ? nullptr : reserve(of(context), quotient_up(lane_count, TREE) * length);
    if (lane_count > TREE && scratch == nullptr) {
        return of(context).refusal;
    }
    int64_t count = lane_count;
    bool first_round = true;
    while (true) {
        const bool last_round = count <= TREE;
        for (int64_t first = 0; first < count; first += TREE) {
            const int64_t members = smaller(TREE, count - first);
            Lanes group = {};
            for (int64_t i = 0; i < members; i++) {
                group.lane[i] = first_round ? at(lanes[first + i]) + from : scratch + (first + i) * length;
            }
            float* target = last_round ? at(sum) + from : scratch + first / TREE * length;
            const int32_t result = launch_sum(of(context), group, members, length, target);
            if (result != BOOT_OK) {
                return result;
            }
        }
        if (last_round) {
            return BOOT_OK;
        }
        count = quotient_up(count, TREE);
        first_round = false;
    }
}

int32_t boot_squared_norm(boot_context context, boot_floats values, int64_t length, int64_t from_chunk,
    int64_t to_chunk, boot_floats partial) {
    if (from_chunk == to_chunk) {
        return BOOT_OK;
    }
    BOOT_LAUNCH(squared_norm, static_cast<unsigned>(to_chunk - from_chunk), NORM_THREADS, 0, of(context).stream, at(values),
        length, from_chunk, at(partial));
    return launched();
}

int32_t boot_clip(boot_context context, boot_floats partial, int64_t chunks, boot_floats step) {
    BOOT_LAUNCH(clip, 1, NORM_THREADS, 0, of(context).stream, at(partial), chunks, at(step));
    return launched();
}

int32_t boot_adam_w(boot_context context, boot_floats step, int64_t from, int64_t to, boot_floats gradient,
    boot_floats parameters, boot_floats m, boot_floats v, boot_floats ema) {
    const Elements elements = {1, 1, to - from};
    if (elements.empty()) {
        return BOOT_OK;
    }
    BOOT_LAUNCH(adam_w, grid_of(elements), block_of(elements), 0, of(context).stream, elements, at(step),
        at(gradient) + from, at(parameters) + from, at(m) + from, at(v) + from, at(ema) + from);
    return launched();
}

int32_t boot_average(boot_context context, int64_t from, int64_t to, boot_floats source, float rate, boot_floats target) {
    const Elements elements = {1, 1, to - from};
    if (elements.empty()) {
        return BOOT_OK;
    }
    BOOT_LAUNCH(average, grid_of(elements), block_of(elements), 0, of(context).stream, elements, at(source) + from, rate,
        at(target) + from);
    return launched();
}
