// Programs with streams, events and graphs: right, or with one wait forgotten.
#include <string.h>

#include <thread>

#include "trip.h"

namespace boot {

__global__ void scaled(float* y, const float* x, float factor) { y[threadIdx.x] = factor * x[threadIdx.x]; }

}  // namespace boot

using namespace boot;

constexpr int N = 64;
constexpr size_t BYTES = N * sizeof(float);

struct Streams {
    cudaStream_t a = nullptr, b = nullptr;
    cudaEvent_t event = nullptr;
    float* host = nullptr;  // page-locked

    Streams() {
        cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking);
        cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking);
        cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
        cudaMallocHost(&host, BYTES);
        fill(1);
    }
    ~Streams() {
        cudaEventDestroy(event);
        cudaStreamDestroy(a);
        cudaStreamDestroy(b);
        cudaFreeHost(host);
    }
    void fill(float value) {
        for (int i = 0; i < N; i++) {
            host[i] = value;
        }
    }
    bool holds(float value) const {
        for (int i = 0; i < N; i++) {
            if (host[i] != value) {
                return false;
            }
        }
        return true;
    }
};

enum Forgotten { NOTHING, WAIT_BETWEEN_STREAMS, WAIT_BEFORE_REUSE, WAIT_FOR_RESULT };

// host → x (stream a), y = 2x (a), z = 3y (b), z → host (b).
static bool relay(Forgotten forgotten) {
    Streams s;
    const Floats x(N, 0), y(N, 0), z(N, 0);
    cudaMemcpyAsync(x.p, s.host, BYTES, cudaMemcpyHostToDevice, s.a);
    if (forgotten == WAIT_BEFORE_REUSE) {
        s.fill(5);
    }
    BOOT_LAUNCH(scaled, 1, N, 0, s.a, y.p, x.p, 2.0f);
    cudaEventRecord(s.event, s.a);
    if (forgotten != WAIT_BETWEEN_STREAMS) {
        cudaStreamWaitEvent(s.b, s.event);
    }
    BOOT_LAUNCH(scaled, 1, N, 0, s.b, z.p, y.p, 3.0f);
    if (forgotten == WAIT_BETWEEN_STREAMS) {
        cudaStreamSynchronize(s.b);
        cudaStreamSynchronize(s.a);
    }
    cudaMemcpyAsync(s.host, z.p, BYTES, cudaMemcpyDeviceToHost, s.b);
    if (forgotten != WAIT_FOR_RESULT) {
        cudaStreamSynchronize(s.b);
    }
    return s.holds(6);
}

// A captured step, replayed: y = 2x, x = 2y.
static bool replay(bool frees) {
    Streams s;
    Floats x(N, 1), y(N, 0);
    cudaStreamBeginCapture(s.a, cudaStreamCaptureModeThreadLocal);
    BOOT_LAUNCH(scaled, 1, N, 0, s.a, y.p, x.p, 2.0f);
    BOOT_LAUNCH(scaled, 1, N, 0, s.a, x.p, y.p, 2.0f);
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    bool right = cudaStreamEndCapture(s.a, &graph) == cudaSuccess && x.all(1);  // recorded, not run
    cudaGraphInstantiate(&executable, graph, 0);
    cudaGraphDestroy(graph);
    if (frees) {
        cudaFree(y.p);
        y.p = nullptr;
    }
    for (int i = 0; i < 3; i++) {
        cudaGraphLaunch(executable, s.a);
    }
    cudaStreamSynchronize(s.a);
    cudaGraphExecDestroy(executable);
    return right && x.all(64);
}

// A call that waits, while a stream is captured.
static bool waits_in_capture() {
    Streams s;
    cudaStreamBeginCapture(s.a, cudaStreamCaptureModeThreadLocal);
    const bool refused = cudaStreamSynchronize(s.a) == cudaErrorStreamCaptureUnsupported;
    cudaGraph_t graph;
    const bool spoilt = cudaStreamEndCapture(s.a, &graph) == cudaErrorStreamCaptureInvalidated && graph == nullptr;
    cudaGetLastError();
    return refused && spoilt;
}

// A call by another thread, while a stream is captured: whether the capture survives it.
static bool survives(cudaError_t expected, const std::function<cudaError_t(Streams&)>& call) {
    Streams s;
    cudaStreamBeginCapture(s.a, cudaStreamCaptureModeThreadLocal);
    bool right = false;
    std::thread([&] { right = call(s) == expected; }).join();
    cudaGraph_t graph;
    const bool whole = cudaStreamEndCapture(s.a, &graph) == cudaSuccess;
    cudaGraphDestroy(graph);
    cudaGetLastError();
    return right && whole;
}

static cudaError_t allocates(Streams&) {
    void* memory = nullptr;
    const cudaError_t allocated = cudaMalloc(&memory, BYTES);
    const cudaError_t freed = cudaFree(memory);
    return allocated == cudaSuccess ? freed : allocated;
}

static cudaError_t captures(Streams& s) {
    cudaGraph_t graph;
    cudaStreamBeginCapture(s.b, cudaStreamCaptureModeThreadLocal);
    const cudaError_t ended = cudaStreamEndCapture(s.b, &graph);
    cudaGraphDestroy(graph);
    return ended;
}

// Streams, events and memory belong to the device that their thread had set.
static bool devices() {
    Streams s;
    const Floats x(N, 1);
    cudaSetDevice(1);
    BOOT_LAUNCH(scaled, 1, N, 0, s.a, x.p, x.p, 2.0f);
    const bool launch = cudaGetLastError() == cudaErrorInvalidResourceHandle;
    cudaEvent_t event;
    cudaEventCreate(&event);
    const bool record = cudaEventRecord(event, s.a) == cudaErrorInvalidResourceHandle;
    cudaEventDestroy(event);
    cudaSetDevice(0);
    cudaGetLastError();
    return launch && record && x.all(1);
}

// The last error is that of the thread that asks; a call that succeeds does not repeat it.
static bool errors_of_a_thread() {
    cudaSetDevice(7);
    void* memory = nullptr;
    const bool repeated = cudaMalloc(&memory, BYTES) != cudaSuccess;
    cudaError_t of_other = cudaErrorLaunchFailure;
    std::thread([&] {
        of_other = cudaGetLastError();
        cudaSetDevice(8);
    }).join();
    const bool own = cudaGetLastError() == cudaErrorInvalidDevice && cudaGetLastError() == cudaSuccess;
    return own && !repeated && of_other == cudaSuccess && cudaFree(memory) == cudaSuccess;
}

static bool transfer_beyond_end() {
    Streams s;
    const Floats x(N - 1, 0);
    cudaMemcpyAsync(x.p, s.host, BYTES, cudaMemcpyHostToDevice, s.a);
    return cudaStreamSynchronize(s.a) == cudaSuccess;
}

static bool bad_launches() {
    const Floats x(N, 1);
    BOOT_LAUNCH(scaled, 1, 1025, 0, nullptr, x.p, x.p, 1.0f);
    const bool threads = cudaGetLastError() == cudaErrorInvalidConfiguration;
    BOOT_LAUNCH(scaled, 0, 1, 0, nullptr, x.p, x.p, 1.0f);
    const bool grid = cudaGetLastError() == cudaErrorInvalidConfiguration;
    BOOT_LAUNCH(scaled, 1, 1, 49 << 10, nullptr, x.p, x.p, 1.0f);
    return threads && grid && cudaGetLastError() == cudaErrorInvalidValue && x.all(1);
}

std::vector<Trip> stream_trips() {
    return {
        {"streams", nullptr, [] { return relay(NOTHING); }},
        {"streams without a wait between them", nullptr, [] { return !relay(WAIT_BETWEEN_STREAMS); }},
        {"source overwritten while its copy is on the way", nullptr, [] { return !relay(WAIT_BEFORE_REUSE); }},
        {"result read before it is there", nullptr, [] { return !relay(WAIT_FOR_RESULT); }},
        {"graph", nullptr, [] { return replay(false); }},
        {"graph with memory that was freed", "freed", [] { return replay(true); }},
        {"wait in a capture", nullptr, waits_in_capture},
        {"wait for a captured stream by another thread", nullptr, [] {
            return !survives(cudaErrorStreamCaptureUnsupported, [](Streams& s) { return cudaStreamSynchronize(s.a); });
        }},
        {"wait for another stream beside a capture", nullptr,
            [] { return survives(cudaSuccess, [](Streams& s) { return cudaStreamSynchronize(s.b); }); }},
        {"wait for the device beside a capture", nullptr, [] {
            return !survives(cudaErrorStreamCaptureUnsupported, [](Streams&) { return cudaDeviceSynchronize(); });
        }},
        {"allocation beside a capture", nullptr, [] { return survives(cudaSuccess, allocates); }},
        {"capture beside a capture", nullptr, [] { return survives(cudaSuccess, captures); }},
        {"devices", nullptr, devices},
        {"errors of a thread", nullptr, errors_of_a_thread},
        {"transfer beyond the end", "beyond", transfer_beyond_end},
        {"bad launches", nullptr, bad_launches},
    };
}
