#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>

#include "execution.h"
#include "fibers.h"
#include "settings.h"
#include "symbols.h"

namespace emulator {

static std::string report;
static cudaError_t standing = cudaSuccess;
static thread_local cudaError_t refused = cudaSuccess;

// ", by thread (3,0,0) of block (1,0,0) at softmax.cu:17"
static std::string circumstances(const void* pc) {
    if (execution.call == nullptr || execution.current < 0) {
        return "";
    }
    const Thread& thread = execution.here();
    char text[400];
    snprintf(text, sizeof text, ", by thread (%u,%u,%u) of block (%u,%u,%u)", thread.index.x, thread.index.y, thread.index.z,
        blockIdx.x, blockIdx.y, blockIdx.z);
    std::string result = text;
    if (thread.source.file != nullptr) {
        snprintf(text, sizeof text, " at %s:%d", thread.source.file, thread.source.line);
        result += text;
    } else if (pc != nullptr) {
        result += " at " + source_line(pc);
    }
    return result;
}

void fail(cudaError_t error, const void* pc, const char* format, ...) {
    Pause pause;
    char message[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!execution.failed) {
        const std::string who = execution.call == nullptr ? "host" : execution.call->name;
        const std::string line = who + ": " + message + circumstances(pc);
        report += line + "\n";
        if (settings.quiet == 0) {
            fprintf(stderr, "emulator: %s\n", line.c_str());
        }
        standing = error;
    }
    if (execution.call != nullptr) {
        execution.failed = true;
        if (execution.current >= 0) {
            leave_fiber(execution.current);  // never entered again
        }
    }
}

cudaError_t refuse(cudaError_t error) {
    refused = error;
    return broken() ? standing : error;
}

bool broken() { return standing != cudaSuccess; }

cudaError_t standing_error() { return standing; }

void give_up(const char* reason) {
    fprintf(stderr, "emulator: %s\n", reason);
    abort();
}

}  // namespace emulator

using namespace emulator;

cudaError_t cudaPeekAtLastError() { return broken() ? standing : refused; }

cudaError_t cudaGetLastError() {
    const cudaError_t error = cudaPeekAtLastError();
    refused = cudaSuccess;
    return error;
}

extern "C" const char* boot_emulator_report() { return report.c_str(); }

extern "C" void boot_emulator_reset() {
    standing = refused = cudaSuccess;
    report.clear();
}
