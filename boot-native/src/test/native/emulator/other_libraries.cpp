// For stand-ins of other libraries: their work goes into streams like that of kernels, so that it is ordered and captured as it is.
#include <vector>

#include "execution.h"
#include "report.h"
#include "streams.h"

using namespace emulator;

// Gives run(argument) to a stream, with a copy of the argument as it is now.
extern "C" int boot_emulator_submit(cudaStream_t stream, void (*run)(void*), const void* argument, size_t bytes) {
    std::lock_guard<std::recursive_mutex> lock(monitor);
    if (!exists(stream)) {
        return refuse(cudaErrorInvalidResourceHandle);
    }
    const char* first = static_cast<const char*>(argument);
    submit(stream, [run, copy = std::vector<char>(first, first + bytes)]() mutable { run(copy.data()); });
    return standing_error();
}
