// What the library offers: its device, whose functions are those of the C ABI.
#include "context.h"

namespace boot {

static const boot_cuda_functions cuda_functions = {BOOT_CUDA_FUNCTIONS(BOOT_ENTRY)};
static const boot_functions functions = {BOOT_FUNCTIONS(BOOT_ENTRY) &cuda_functions};
static const boot_functions* const device = &functions;

}  // namespace boot

boot_device boot_open(void) { return reinterpret_cast<boot_device>(&boot::device); }
