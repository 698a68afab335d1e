// For callers: each function of the C ABI as boot::boot_…, which calls the one of the device that its first argument, a handle,
// belongs to.
#pragma once
#include "boot_table.h"

namespace boot {

// A member of the table, called as the function is.
template <auto MEMBER>
struct Call {
    template <class... Arguments>
    auto operator()(int64_t handle, Arguments... arguments) const {
        return (boot_functions_of(handle).*MEMBER)(handle, arguments...);
    }
};

// BOOT_UNSUPPORTED from a device that has no such functions.
template <auto MEMBER>
struct CudaCall {
    template <class... Arguments>
    auto operator()(int64_t handle, Arguments... arguments) const {
        const boot_cuda_functions* cuda = boot_functions_of(handle).cuda;
        using Result = decltype((cuda->*MEMBER)(handle, arguments...));
        return cuda == nullptr ? Result{BOOT_UNSUPPORTED} : (cuda->*MEMBER)(handle, arguments...);
    }
};

#define BOOT_CALL(name) constexpr Call<&boot_functions::name> boot_##name{};
#define BOOT_CUDA_CALL(name) constexpr CudaCall<&boot_cuda_functions::name> boot_##name{};
BOOT_FUNCTIONS(BOOT_CALL)
BOOT_CUDA_FUNCTIONS(BOOT_CUDA_CALL)
#undef BOOT_CALL
#undef BOOT_CUDA_CALL

}  // namespace boot
