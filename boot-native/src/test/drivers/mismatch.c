/* A driver whose library and kernel module are of two versions. */
#define VERSION 99000
#define INIT_RESULT 803 /* CUDA_ERROR_SYSTEM_DRIVER_MISMATCH */
#include "driver.h"
