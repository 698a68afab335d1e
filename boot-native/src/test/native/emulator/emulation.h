// What compat.h includes when g++ compiles a kernel source: CUDA's words, each as something that the emulator runs.
#pragma once
#include "bfloat16.h"      // bf16 and its conversions
#include "collectives.h"   // barriers, warp operations, atomics, tensor cores, asynchronous copies
#include "device_maths.h"  // intrinsics of one thread
#include "language.h"      // qualifiers, built-in variables, vector types, shared memory, launches
#include "runtime_api.h"   // cudaMalloc and its kin, streams, events, graphs
