// What the library offers: its device, whose functions are those of the C ABI.
#include "context.h"

namespace boot {

// A function, called with device 0 as the current one of its thread: another library may have set another. The thread finds that
// as it was. Without a driver nothing is set, and the function says so itself.
template <auto FUNCTION>
struct OnDevice;

template <class Result, class... Arguments, Result (*FUNCTION)(Arguments...)>
struct OnDevice<FUNCTION> {
    static Result call(Arguments... arguments) {
        int before = 0;
        if (cudaGetDevice(&before) != cudaSuccess || before == 0) {
            return FUNCTION(arguments...);
        }
        cudaSetDevice(0);
        const Result result = FUNCTION(arguments...);
        cudaSetDevice(before);
        return result;
    }
};

#define ENTRY(name) &OnDevice<&boot_##name>::call,
static const boot_cuda_functions cuda_functions = {BOOT_CUDA_FUNCTIONS(ENTRY)};
static const boot_functions functions = {BOOT_FUNCTIONS(ENTRY) &cuda_functions};
static const boot_functions* const device = &functions;

}  // namespace boot

boot_device boot_open(void) { return reinterpret_cast<boot_device>(&boot::device); }
