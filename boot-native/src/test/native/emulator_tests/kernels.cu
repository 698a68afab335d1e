// Kernels that each do one thing wrong where `wrong` says so, and nothing wrong else.
#include "trip.h"

namespace boot {

// y[i] = x[i + 1]: out of bounds without the guard.
__global__ void shifted(const float* x, float* y, int n, bool wrong) {
    const int i = static_cast<int>(threadIdx.x);
    y[i] = i + 1 < n || wrong ? x[i + 1] : 0.0f;
}

// Every thread reads its neighbour's value.
__global__ void neighbours(const float* x, float* y, bool wrong) {
    BOOT_SHARED(float, tile, [64]);
    tile[threadIdx.x] = 0;
    __syncthreads();
    tile[threadIdx.x] = x[threadIdx.x];
    if (!wrong) {
        __syncthreads();
    }
    y[threadIdx.x] = tile[threadIdx.x ^ 33];
}

__global__ void neighbours_of_warp(const float* x, float* y, bool wrong) {
    BOOT_SHARED(float, tile, [32]);
    tile[threadIdx.x] = 0;
    __syncwarp();
    tile[threadIdx.x] = x[threadIdx.x];
    if (!wrong) {
        __syncwarp();
    }
    y[threadIdx.x] = tile[threadIdx.x ^ 1];
}

__global__ void half_written(const float* x, float* y, bool wrong) {
    BOOT_DYNAMIC_SHARED(float, tile);
    if (threadIdx.x < 32 || !wrong) {
        tile[threadIdx.x] = x[threadIdx.x];
    }
    __syncthreads();
    y[threadIdx.x] = tile[threadIdx.x];
}

__global__ void sum_of_blocks(const float* x, float* y, bool wrong) {
    if (wrong) {
        *y = *y + x[threadIdx.x];
    } else {
        atomicAdd(y, x[threadIdx.x]);
    }
}

__global__ void half_at_barrier(float* y, bool wrong) {
    if (threadIdx.x < 32 || !wrong) {
        __syncthreads();
    }
    y[threadIdx.x] = 1;
}

__global__ void half_shuffles(const float* x, float* y, bool wrong) {
    float sum = x[threadIdx.x];
    if (threadIdx.x < 16 || !wrong) {
        sum += __shfl_xor_sync(0xffffffffu, sum, 1);
    }
    y[threadIdx.x] = sum;
}

__global__ void vectors(const float* x, float* y, int offset) {
    const float4 v = *reinterpret_cast<const float4*>(x + 4 * threadIdx.x + offset);
    y[threadIdx.x] = v.x + v.y + v.z + v.w;
}

__global__ void copied(const float* x, float* y, bool wrong) {
    BOOT_SHARED(float, tile, [64]);
    copy_async<4>(&tile[threadIdx.x], x + threadIdx.x);
    copy_commit();
    copy_async<4>(&tile[threadIdx.x + 32], x, 0);  // zeros
    copy_commit();
    if (wrong) {
        copy_wait<2>();
    } else {
        copy_wait<0>();
    }
    __syncthreads();
    y[threadIdx.x] = tile[threadIdx.x] + tile[threadIdx.x + 32];
}

__global__ void copied_askew(const float* x, float* y, int offset) {
    BOOT_SHARED(float, tile, [8]);
    copy_async<16>(tile, x + offset);
    copy_commit();
    copy_wait<0>();
    y[0] = tile[0];
}

__global__ void trapped(float* y, bool wrong) {
    if (wrong) {
        __trap();
    }
    y[0] = 1;
}

}  // namespace boot

using namespace boot;

typedef std::function<void(const float* x, float* y, bool wrong)> Launch;

// Both versions of a kernel on 64 ones.
static void add(std::vector<Trip>& trips, const char* name, const char* expected, float value, int written, Launch launch) {
    for (const bool wrong : {false, true}) {
        trips.push_back({name, wrong ? expected : nullptr, [=] {
            const Floats x(64, 1), y(written, 0);
            launch(x.p, y.p, wrong);
            cudaDeviceSynchronize();
            return y.all(value);
        }});
    }
}

std::vector<Trip> kernel_trips() {
    std::vector<Trip> trips;
    const auto both = [&](const char* name, const char* expected, float value, int written, Launch launch) {
        add(trips, name, expected, value, written, launch);
    };
    both("out of bounds", "out of bounds", 1, 63, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(shifted, 1, wrong ? 64 : 63, 0, nullptr, x, y, 64, wrong);
    });
    both("never written", "never written", 1, 64, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(half_written, 1, 64, 64 * sizeof(float), nullptr, x, y, wrong);
    });
    both("race in a block", "shared race", 1, 64, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(neighbours, 1, 64, 0, nullptr, x, y, wrong);
    });
    both("race in a warp", "shared race", 1, 32, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(neighbours_of_warp, 1, 32, 0, nullptr, x, y, wrong);
    });
    both("race between blocks", "global race", 8, 1, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(sum_of_blocks, 8, 1, 0, nullptr, x, y, wrong);
    });
    both("divergent barrier", "divergence", 1, 64, [](const float*, float* y, bool wrong) {
        BOOT_LAUNCH(half_at_barrier, 1, 64, 0, nullptr, y, wrong);
    });
    both("divergent warp operation", "divergence", 2, 32, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(half_shuffles, 1, 32, 0, nullptr, x, y, wrong);
    });
    both("misaligned vector", "misaligned", 4, 8, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(vectors, 1, 8, 0, nullptr, x, y, wrong ? 1 : 0);
    });
    both("copy in flight", "in flight", 1, 32, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(copied, 1, 32, 0, nullptr, x, y, wrong);
    });
    both("misaligned copy", "misaligned", 1, 1, [](const float* x, float* y, bool wrong) {
        BOOT_LAUNCH(copied_askew, 1, 1, 0, nullptr, x, y, wrong ? 2 : 0);
    });
    both("trap", "trap", 1, 1, [](const float*, float* y, bool wrong) {
        BOOT_LAUNCH(trapped, 1, 1, 0, nullptr, y, wrong);
    });
    both("memory of the host", "no memory of the device", 1, 63, [](const float* x, float* y, bool wrong) {
        static float host[64];
        BOOT_LAUNCH(shifted, 1, 63, 0, nullptr, wrong ? host : x, y, 64, false);
    });
    both("memory after it was freed", "freed", 1, 63, [](const float* x, float* y, bool wrong) {
        const float* freed = Floats(64, 1).p;
        BOOT_LAUNCH(shifted, 1, 63, 0, nullptr, wrong ? freed : x, y, 64, false);
    });
    return trips;
}
