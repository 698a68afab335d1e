/* A driver as new as the runtime that finds no GPU. */
#define VERSION 99000
#define INIT_RESULT 100 /* CUDA_ERROR_NO_DEVICE */
#include "driver.h"
