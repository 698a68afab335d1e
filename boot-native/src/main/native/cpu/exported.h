// The C ABI with its functions visible outside the library: for the files that define them.
#pragma once
#pragma GCC visibility push(default)
#include "../boot_kernels.h"
#pragma GCC visibility pop
