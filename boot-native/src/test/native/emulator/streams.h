// Streams, events and graphs: work that waits in queues, and what orders it.
#pragma once
#include <functional>

#include "runtime_api.h"

namespace emulator {

typedef std::function<void()> Work;

// Gives work to a stream: it is recorded if the stream is captured; else it runs now, or as late as the program allows.
void submit(cudaStream_t stream, Work work);
// Whether submit(stream) does not run the work before it returns.
bool defers(cudaStream_t stream);
bool is_captured(cudaStream_t stream);
// Adds work to the capture of a stream.
void record(cudaStream_t stream, Work work);

// Runs what must be done before the call that waits for it returns; the queues take turns at random.
void finish(cudaStream_t stream);
void finish_everything();

// Calls that a capture does not allow to the thread that captures, or to any: true, and the capture is spoilt.
enum Whose { CALLING_THREAD, ANY_THREAD };
bool spoils_capture(Whose whose = CALLING_THREAD);

// Whether it is there, and not destroyed.
bool exists(cudaStream_t stream);

// What a thread makes belongs to the device that it has set last.
int current_device();
int device_of(cudaStream_t stream);

}  // namespace emulator
