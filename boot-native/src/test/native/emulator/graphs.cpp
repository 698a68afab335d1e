// Captures and graphs: the work of one stream, in its order.
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "execution.h"
#include "report.h"
#include "streams.h"

using emulator::Work;

struct boot_emulator_graph {
    std::vector<Work> works;
};

struct boot_emulator_graph_exec {
    std::vector<Work> works;
};

namespace emulator {

struct Capture {
    std::thread::id thread;
    bool spoilt;
    std::vector<Work> works;
};

static std::map<cudaStream_t, Capture> captures;

bool is_captured(cudaStream_t stream) { return captures.count(stream) != 0; }

void record(cudaStream_t stream, Work work) { captures[stream].works.push_back(std::move(work)); }

bool spoils_capture(Whose whose) {
    bool spoils = false;
    for (auto& [stream, capture] : captures) {
        if (whose == ANY_THREAD || capture.thread == std::this_thread::get_id()) {
            spoils = capture.spoilt = true;
        }
    }
    return spoils;
}

}  // namespace emulator

using namespace emulator;

#define LOCK std::lock_guard<std::recursive_mutex> lock(monitor)

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
    LOCK;
    if (stream == nullptr || is_captured(stream)) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    captures[stream] = {std::this_thread::get_id(), false, {}};
    return standing_error();
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    LOCK;
    *graph = nullptr;
    const auto found = captures.find(stream);
    if (found == captures.end()) {
        return refuse(cudaErrorStreamCaptureUnmatched);
    }
    const Capture ended = std::move(found->second);
    captures.erase(found);
    if (ended.spoilt) {
        return refuse(cudaErrorStreamCaptureInvalidated);
    }
    *graph = new boot_emulator_graph{ended.works};
    return standing_error();
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
    LOCK;
    const auto found = captures.find(stream);
    *status = found == captures.end() ? cudaStreamCaptureStatusNone
        : found->second.spoilt        ? cudaStreamCaptureStatusInvalidated
                                      : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
    *executable = new boot_emulator_graph_exec{graph->works};
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
    LOCK;
    for (const Work& work : executable->works) {
        submit(stream, work);
    }
    return standing_error();
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    LOCK;
    delete executable;
    return cudaSuccess;
}
