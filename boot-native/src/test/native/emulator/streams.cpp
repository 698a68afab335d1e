#include "streams.h"

#include <stdint.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "execution.h"
#include "memory.h"
#include "report.h"
#include "settings.h"

using emulator::Work;

struct boot_emulator_event {
    uint64_t recorded = 0, completed = 0;  // how often
    int device = emulator::current_device();
};

namespace emulator {
// One piece of work, or an event: to wait for, or to complete.
struct Task {
    Work run;
    cudaEvent_t wait, complete;
    uint64_t ticket;
};
}  // namespace emulator

struct boot_emulator_stream {
    bool waits_for_default;  // made without cudaStreamNonBlocking
    int device;
    std::deque<emulator::Task> queue;
};

namespace emulator {

static std::vector<cudaStream_t> streams;

static bool late() { return settings.streams < 0 ? checking : settings.streams != 0; }

bool defers(cudaStream_t stream) { return is_captured(stream) || (stream != nullptr && late()); }

// Runs the first task of a stream unless it waits for another.
static bool step(cudaStream_t stream) {
    Task& first = stream->queue.front();
    if (first.wait != nullptr && first.wait->completed < first.ticket) {
        return false;
    }
    const Task task = first;
    stream->queue.pop_front();
    if (task.run) {
        task.run();
    }
    if (task.complete != nullptr) {
        task.complete->completed = std::max(task.complete->completed, task.ticket);
    }
    return true;
}

template <class Done>
static void run_until(Done done) {
    while (!done()) {
        std::vector<cudaStream_t> busy;
        for (cudaStream_t stream : streams) {
            if (!stream->queue.empty()) {
                busy.push_back(stream);
            }
        }
        std::shuffle(busy.begin(), busy.end(), settings.random);
        if (std::none_of(busy.begin(), busy.end(), step)) {
            fail(cudaErrorLaunchFailure, nullptr, "streams wait for each other");
            return;
        }
    }
}

static bool all_idle(bool also_non_blocking) {
    return std::all_of(streams.begin(), streams.end(), [=](cudaStream_t stream) {
        return stream->queue.empty() || !(also_non_blocking || stream->waits_for_default);
    });
}

void finish(cudaStream_t stream) {
    if (stream == nullptr) {
        run_until([] { return all_idle(false); });
    } else {
        run_until([=] { return stream->queue.empty(); });
    }
}

void finish_everything() {
    run_until([] { return all_idle(true); });
}

// The default stream waits for the others, save those that were made non-blocking, and its work runs at once.
void submit(cudaStream_t stream, Work work) {
    if (is_captured(stream)) {
        record(stream, std::move(work));
    } else if (defers(stream)) {
        stream->queue.push_back({std::move(work), nullptr, nullptr, 0});
    } else {
        finish(stream);
        work();
    }
}

int device_of(cudaStream_t stream) { return stream == nullptr ? current_device() : stream->device; }

bool exists(cudaStream_t stream) {
    return stream == nullptr || std::find(streams.begin(), streams.end(), stream) != streams.end();
}

}  // namespace emulator

using namespace emulator;

#define LOCK std::lock_guard<std::recursive_mutex> lock(monitor)

// ---- streams

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    LOCK;
    load_settings();
    *stream = new boot_emulator_stream{(flags & cudaStreamNonBlocking) == 0, current_device(), {}};
    streams.push_back(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    LOCK;
    finish(stream);
    streams.erase(std::remove(streams.begin(), streams.end(), stream), streams.end());
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    LOCK;
    if (spoils_capture(is_captured(stream) ? ANY_THREAD : CALLING_THREAD)) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    finish(stream);
    return standing_error();
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
    LOCK;
    const bool idle = stream == nullptr ? all_idle(false) : stream->queue.empty();
    return idle ? standing_error() : cudaErrorNotReady;
}

cudaError_t cudaDeviceSynchronize() {
    LOCK;
    if (spoils_capture(ANY_THREAD)) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    finish_everything();
    return standing_error();
}

// ---- events; what a capture would make of them is left out: the library records none while it captures

cudaError_t cudaEventCreate(cudaEvent_t* event) {
    *event = new boot_emulator_event;
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) { return cudaEventCreate(event); }

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    LOCK;
    finish_everything();
    delete event;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    LOCK;
    if (is_captured(stream) && spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    if (event->device != device_of(stream)) {
        return refuse(cudaErrorInvalidResourceHandle);
    }
    const uint64_t ticket = ++event->recorded;
    if (defers(stream)) {
        stream->queue.push_back({nullptr, nullptr, event, ticket});
    } else {
        event->completed = ticket;
    }
    return standing_error();
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    LOCK;
    if (is_captured(stream) && spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    if (defers(stream)) {
        stream->queue.push_back({nullptr, event, nullptr, event->recorded});
    } else {
        run_until([=] { return event->completed >= event->recorded; });
    }
    return standing_error();
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    LOCK;
    if (spoils_capture()) {
        return refuse(cudaErrorStreamCaptureUnsupported);
    }
    if (settings.event_error != 0) {
        return refuse(static_cast<cudaError_t>(std::exchange(settings.event_error, 0)));
    }
    run_until([=] { return event->completed >= event->recorded; });
    return standing_error();
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
    LOCK;
    return event->completed >= event->recorded ? standing_error() : cudaErrorNotReady;
}
