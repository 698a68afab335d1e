// Device memory and shared memory, with what the checks know of each two bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace emulator {

constexpr size_t GRAIN = 2;  // bytes that share a shadow: the smallest element of the kernels

// Who touched a grain last: keys of checks.cpp, 0 for nobody.
struct History {
    uint64_t writer, reader, earlier_reader;
};

constexpr uint8_t ALLOCATED = 1, WRITTEN = 2, FREED = 4, IN_FLIGHT = 8;

struct Space {
    const char* name;
    char* base;
    size_t size;
    History* history;  // null without checks
    uint8_t* state;

    size_t offset(const void* p) const { return static_cast<size_t>(static_cast<const char*>(p) - base); }
    bool contains(const void* p) const { return offset(p) < size; }
    // Sets the state of all grains of a range and forgets who touched them.
    void mark(const void* p, size_t bytes, uint8_t state);
};

extern Space device_memory, shared_memory;

// True if kernels were compiled with hooks: only then there are shadows.
extern bool checking;

// Reserves the address ranges; the first call alone does something.
void open_memory();

// ---- device memory: blocks begin at multiples of 256 bytes and are never given out twice
void* allocate(size_t bytes);  // null where there is no more
bool release(void* block);
bool inside_block(const void* p, size_t bytes);
size_t allocated_bytes();

// ---- shared memory: what a launch asks for at offset 0, variables from VARIABLES on
constexpr size_t VARIABLES = 256 << 10;
constexpr size_t MAX_STATIC_SHARED = 48 << 10, MAX_DYNAMIC_SHARED = 163 << 10;  // of the device that stands in: sm_80

void reset_shared(size_t dynamic_bytes);                        // at the beginning of a block
void* place_shared(size_t offset, size_t bytes);                // a variable at an offset of its own (PTX)

}  // namespace emulator
