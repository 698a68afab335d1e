// Contexts and their memory.
#include "context.h"

#include <stdlib.h>

#include <mutex>

namespace boot {

static std::mutex owners_lock;
static Context* owners;  // of the streams into which calls go, linked by next_owner

int32_t status(cudaError_t error) {
    if (error == cudaSuccess) {
        return BOOT_OK;
    }
    cudaGetLastError();  // or the next launch would be taken for the one that failed
    return error == cudaErrorMemoryAllocation ? BOOT_OUT_OF_MEMORY : BOOT_DEVICE_ERROR + static_cast<int32_t>(error);
}

bool capturing(const Context& context) {
    cudaStreamCaptureStatus state = cudaStreamCaptureStatusNone;
    cudaStreamIsCapturing(context.stream, &state);
    return state != cudaStreamCaptureStatusNone;
}

float* reserve(Context& context, int64_t floats) {
    if (floats <= context.capacity) {
        return context.scratch;
    }
    context.refusal = capturing(context) ? BOOT_CUDA_NOT_CAPTURABLE : floats > INT64_MAX / 8 ? BOOT_OUT_OF_MEMORY : BOOT_OK;
    if (context.refusal == BOOT_OK) {
        context.refusal = status(cudaStreamSynchronize(context.stream));  // earlier calls may still use it
    }
    if (context.refusal != BOOT_OK) {
        return nullptr;
    }
    cudaFree(context.scratch);
    context.scratch = nullptr;
    context.capacity = 0;
    context.refusal = status(cudaMalloc(&context.scratch, floats * sizeof(float)));
    if (context.refusal != BOOT_OK) {
        context.scratch = nullptr;
        return nullptr;
    }
    context.capacity = floats;
    return context.scratch;
}

Staging* stage(Context& context) {
    Staging& staging = context.staging[context.next_staging];
    context.refusal = capturing(context) ? BOOT_CUDA_NOT_CAPTURABLE : status(cudaEventSynchronize(staging.released));
    if (context.refusal != BOOT_OK) {
        return nullptr;
    }
    context.next_staging = (context.next_staging + 1) % STAGING_PIECES;
    return &staging;
}

int32_t release(Context& context, Staging& staging) {
    return status(cudaEventRecord(staging.released, context.stream));
}

int32_t wait_for_calls() {
    const std::lock_guard<std::mutex> lock(owners_lock);
    int32_t result = BOOT_OK;
    for (const Context* owner = owners; owner != nullptr; owner = owner->next_owner) {
        const int32_t waited = status(cudaStreamSynchronize(owner->shared_stream));
        result = result == BOOT_OK ? waited : result;
    }
    return result;
}

static void add_owner(Context* context) {
    const std::lock_guard<std::mutex> lock(owners_lock);
    context->next_owner = owners;
    owners = context;
}

static void remove_owner(const Context* context) {
    const std::lock_guard<std::mutex> lock(owners_lock);
    for (Context** owner = &owners; *owner != nullptr; owner = &(*owner)->next_owner) {
        if (*owner == context) {
            *owner = context->next_owner;
            return;
        }
    }
}

static cudaError_t open_staging(Context& context) {
    cudaError_t error = cudaSuccess;
    for (Staging& staging : context.staging) {
        if (error == cudaSuccess) {
            error = cudaMallocHost(&staging.host, STAGING_BYTES);
        }
        if (error == cudaSuccess) {
            error = cudaEventCreateWithFlags(&staging.released, cudaEventDisableTiming);
        }
    }
    return error;
}

// Frees what there is, also of a context that was opened in part.
static int32_t destroy(Context* context) {
    const int32_t result = context->stream == nullptr ? BOOT_OK : status(cudaStreamSynchronize(context->stream));
    for (Staging& staging : context->staging) {
        if (staging.released != nullptr) {
            cudaEventDestroy(staging.released);
        }
        cudaFreeHost(staging.host);
    }
    cudaFree(context->scratch);
    if (context->owns_stream) {
        remove_owner(context);
        cudaStreamDestroy(context->stream);
    }
    free(context);
    return result;
}

// The best precision of the device that `cap` allows; tensor cores with tf32 and bf16 begin at compute capability 8.0.
static int32_t precision(int32_t cap) {
    int major = 0;
    if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess) {
        cudaGetLastError();
        return BOOT_CUDA_FLOAT32;
    }
    const int32_t best = major >= 8 ? BOOT_CUDA_BF16 : BOOT_CUDA_FLOAT32;
    return cap < best ? (cap < 0 ? 0 : cap) : best;
}

// A context with these functions and the stream of `leader`, or with one of its own where that is null.
static int32_t create(const boot_functions& functions, int32_t cap, const Context* leader, boot_context* context) {
    Context* created = static_cast<Context*>(calloc(1, sizeof(Context)));
    if (created == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    created->functions = &functions;
    int count = 0;
    cudaError_t error = cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, 0);
    created->multiprocessors = count;
    created->precision = leader == nullptr ? precision(cap) : leader->precision;
    if (leader != nullptr) {
        created->stream = created->shared_stream = leader->shared_stream;
    } else if (error == cudaSuccess) {
        error = cudaStreamCreateWithFlags(&created->stream, cudaStreamNonBlocking);
        created->shared_stream = created->stream;
        created->owns_stream = error == cudaSuccess;
    }
    if (error == cudaSuccess) {
        error = open_staging(*created);
    }
    if (error != cudaSuccess) {
        destroy(created);
        return status(error);
    }
    if (created->owns_stream) {
        add_owner(created);
    }
    *context = reinterpret_cast<boot_context>(created);
    return BOOT_OK;
}

}  // namespace boot

using namespace boot;

int32_t boot_abi_version(boot_device) { return BOOT_ABI_VERSION; }

const char* boot_error_name(boot_device, int32_t status) {
    return status < BOOT_DEVICE_ERROR ? "" : cudaGetErrorName(static_cast<cudaError_t>(status - BOOT_DEVICE_ERROR));
}

int32_t boot_tier(boot_device, int32_t cap) { return precision(cap); }

int32_t boot_context_create(boot_device device, int32_t cap, boot_context* context) {
    return create(boot_functions_of(device), cap, nullptr, context);
}

int32_t boot_cuda_context_join(boot_context leader, boot_context* context) {
    return create(boot_functions_of(leader), 0, &of(leader), context);
}

int32_t boot_context_destroy(boot_context context) { return destroy(reinterpret_cast<Context*>(context)); }

int64_t boot_context_scratch(boot_context context) { return of(context).capacity * static_cast<int64_t>(sizeof(float)); }

int32_t boot_peak(boot_context, int64_t, int64_t*) { return BOOT_UNSUPPORTED; }

int32_t boot_cuda_synchronise(boot_context context) { return status(cudaStreamSynchronize(of(context).stream)); }
