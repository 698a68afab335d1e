/* The entry points that the CUDA runtime asks for before anything else: it learns the version, then initialises. */
#include <string.h>

int cuInit(unsigned flags) {
    (void)flags;
    return INIT_RESULT;
}

int cuDriverGetVersion(int* version) {
    *version = VERSION;
    return 0;
}

int cuGetProcAddress_v2(const char* name, void** address, int version, unsigned long long flags, void* found) {
    (void)version, (void)flags, (void)found;
    *address = 0;
    if (strcmp(name, "cuInit") == 0) {
        *address = (void*)cuInit;
    } else if (strcmp(name, "cuDriverGetVersion") == 0) {
        *address = (void*)cuDriverGetVersion;
    } else if (strcmp(name, "cuGetProcAddress") == 0) {
        *address = (void*)cuGetProcAddress_v2;
    }
    return *address ? 0 : 500; /* CUDA_ERROR_NOT_FOUND */
}

int cuGetProcAddress(const char* name, void** address, int version, unsigned long long flags) {
    return cuGetProcAddress_v2(name, address, version, flags, 0);
}
