/* A driver that supports CUDA 11.4 alone. */
#define VERSION 11040
#define INIT_RESULT 0
#include "driver.h"
