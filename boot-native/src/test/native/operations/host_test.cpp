// The host's side: what a call says of itself, of another call, and of another thread. On a GPU without the emulator's faults.
#include <dlfcn.h>

#include <thread>

#include "operation_test.h"

using namespace boot::test;

constexpr int32_t INVALID_PITCH = BOOT_DEVICE_ERROR + 12;

static void require(int32_t expected, int32_t found, const std::string& what) {
    if (found != expected) {
        fail(what + ": status " + std::to_string(found) + ", must be " + std::to_string(expected));
    }
}

// Rows wider than their distance: the runtime refuses the copy.
static int32_t refused_call(boot_context context, const Operand& x) {
    const float values[4] = {};
    return boot::boot_upload(context, values, 2, 2, x.address(), 1);
}

static void errors_are_said_once(boot_context context) {
    Operand x(context, 1, 1, 8, 0);
    require(INVALID_PITCH, refused_call(context, x), "copy of rows that overlap");
    require_ok(boot::boot_fill(context, x.address(), 8, 1), "a launch after a call that failed");
}

static void errors_stay_in_their_thread(boot_context context) {
    Operand x(context, 1, 1, 8, 0);
    std::thread([&] {
        boot_context other = 0;
        require_ok(boot::boot_cuda_context_join(context, &other), "context of another thread");
        require(INVALID_PITCH, refused_call(other, x), "copy by another thread");
        require_ok(boot::boot_context_destroy(other), "context of another thread destroyed");
    }).join();
    require_ok(boot::boot_fill(context, x.address(), 8, 1), "a launch after a call of another thread that failed");
}

// What another thread frees, closes or destroys while this one captures.
static void captures_bear_other_threads(boot_context context) {
    Operand x(context, 1, 1, 8, 0);
    boot_graph graph = 0, first = 0;
    require_ok(boot::boot_cuda_capture_begin(context), "first capture");
    require_ok(boot::boot_fill(context, x.address(), 8, 1), "fill in the first capture");
    require_ok(boot::boot_cuda_capture_end(context, &first), "end of the first capture");

    require_ok(boot::boot_cuda_capture_begin(context), "capture");
    require_ok(boot::boot_fill(context, x.address(), 8, 2), "fill in a capture");
    std::thread([&] {
        boot_context other = 0;
        require_ok(boot::boot_cuda_context_join(context, &other), "context beside a capture");
        { Operand y(other, 2, 1, 8, 0); }
        boot_floats memory = 0;
        require_ok(boot::boot_allocate(boot_open(), 8, &memory), "allocated beside a capture");
        require_ok(boot::boot_free(boot_open(), memory), "freed beside a capture");
        require_ok(boot::boot_cuda_graph_destroy(first), "graph destroyed beside a capture");
        require_ok(boot::boot_context_destroy(other), "context destroyed beside a capture");
    }).join();
    require_ok(boot::boot_cuda_capture_end(context, &graph), "end of a capture beside which another thread freed memory");
    if (graph != 0) {
        require_ok(boot::boot_cuda_graph_launch(context, graph), "launch");
        compare("graph", x, 0, [](int64_t, int32_t) { return 2.0; });
        require_ok(boot::boot_cuda_graph_destroy(graph), "graph destroyed");
    }
}

// A function of the emulator; null on a GPU.
template <class Function>
static Function* of_emulator(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

// Of a thread for which another library has set another device, and which finds that as it was.
static void threads_may_have_another_device() {
    const auto set_device = of_emulator<int(int)>("boot_emulator_set_device");
    const auto current_device = of_emulator<int()>("boot_emulator_current_device");
    if (set_device == nullptr) {
        return;
    }
    std::thread([&] {
        set_device(1);
        boot_context context = 0;
        require_ok(boot::boot_context_create(boot_open(), BOOT_CUDA_FLOAT32, &context), "context of a thread with another device");
        {
            Operand x(context, 1, 1, 8, 0);
            require_ok(boot::boot_fill(context, x.address(), 8, 2), "fill by a thread with another device");
            compare("fill by a thread with another device", x, 0, [](int64_t, int32_t) { return 2.0; });
        }
        require_ok(boot::boot_context_destroy(context), "context destroyed by a thread with another device");
        require(1, current_device(), "the device of a thread after it");
    }).join();
}

// A wait for staging memory that fails once is no upload.
static void uploads_say_that_they_failed(boot_context context) {
    const auto configure = of_emulator<bool(const char*, int)>("boot_emulator_configure");
    if (configure == nullptr) {
        return;
    }
    constexpr int32_t NOT_PERMITTED = 800;
    Operand x(context, 1, 1, 8, 0);
    const float values[8] = {};
    configure("event_error", NOT_PERMITTED);
    require(BOOT_DEVICE_ERROR + NOT_PERMITTED, boot::boot_upload(context, values, 1, 8, x.address(), 8), "upload");
    require_ok(boot::boot_upload(context, values, 1, 8, x.address(), 8), "upload after it");
}

int main() {
    return in_each_precision([](boot_context context, int32_t precision, const std::string&) {
        if (precision == BOOT_CUDA_FLOAT32) {  // nothing of this depends on it
            errors_are_said_once(context);
            errors_stay_in_their_thread(context);
            captures_bear_other_threads(context);
            uploads_say_that_they_failed(context);
            threads_may_have_another_device();
        }
    });
}
