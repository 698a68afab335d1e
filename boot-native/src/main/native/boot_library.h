// How a native library is found at run time.
#pragma once
#include <dlfcn.h>
#include <stdio.h>

#include "boot_dispatch.h"

namespace boot {

// Opens a native library, for as long as the process runs. BOOT_INVALID_ARGUMENT where it cannot be loaded, or is none;
// `detail`, which has room for `length`, then gets what the dynamic linker said, ended by 0.
inline int32_t boot_library_open(const char* path, boot_device* device, char* detail, int32_t length) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void* open = library == nullptr ? nullptr : dlsym(library, "boot_open");
    if (open == nullptr) {
        const char* said = dlerror();
        snprintf(detail, static_cast<size_t>(length), "%s", said == nullptr ? "" : said);
        if (library != nullptr) {
            dlclose(library);
        }
        return BOOT_INVALID_ARGUMENT;
    }
    *device = reinterpret_cast<decltype(&boot_open)>(open)();
    return BOOT_OK;
}

}  // namespace boot
