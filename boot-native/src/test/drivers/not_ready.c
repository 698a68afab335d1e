/* A driver as new as the runtime whose GPU waits for a service. */
#define VERSION 99000
#define INIT_RESULT 802 /* CUDA_ERROR_SYSTEM_NOT_READY */
#include "driver.h"
