#include "memory.h"

#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <map>
#include <vector>

#include "execution.h"
#include "report.h"

namespace emulator {

constexpr size_t PAGE = 4096, ALIGNMENT = 256, RED_ZONE = 64;
constexpr unsigned char GARBAGE = 0xff;  // fresh memory: NaN as floats

Space device_memory{"global", nullptr, size_t(16) << 30, nullptr, nullptr};
Space shared_memory{"shared", nullptr, VARIABLES + (64 << 10), nullptr, nullptr};
bool checking = false;

static std::map<char*, size_t> blocks;
static size_t device_top = PAGE, in_use = 0;

static void* reserve(size_t bytes, int protection) {
    void* memory = mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        give_up("cannot reserve address space");
    }
    return memory;
}

static void open(Space& space, int protection) {
    space.base = static_cast<char*>(reserve(space.size, protection));
    if (checking) {
        const size_t grains = space.size / GRAIN;
        space.history = static_cast<History*>(reserve(grains * sizeof(History), PROT_READ | PROT_WRITE));
        space.state = static_cast<uint8_t*>(reserve(grains, PROT_READ | PROT_WRITE));
    }
}

void open_memory() {
    if (device_memory.base == nullptr) {
        open(device_memory, PROT_NONE);
        open(shared_memory, PROT_READ | PROT_WRITE);
    }
}

void Space::mark(const void* p, size_t bytes, uint8_t value) {
    if (checking && bytes > 0) {
        const size_t first = offset(p) / GRAIN, count = (offset(p) + bytes - 1) / GRAIN + 1 - first;
        memset(state + first, value, count);
        memset(static_cast<void*>(history + first), 0, count * sizeof(History));
    }
}

// ---- device memory

static size_t rounded(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// A block ends at the end of a page (but for alignment), and a page without access follows.
void* allocate(size_t bytes) {
    open_memory();
    const size_t span = rounded(std::max<size_t>(bytes, 1), ALIGNMENT), pages = rounded(span, PAGE);
    if (bytes > device_memory.size || pages + PAGE > device_memory.size - device_top) {
        return nullptr;
    }
    char* first = device_memory.base + device_top;
    if (mprotect(first, pages, PROT_READ | PROT_WRITE) != 0) {
        return nullptr;
    }
    device_top += pages + PAGE;
    char* block = first + pages - span;
    memset(block, GARBAGE, span);
    blocks[block] = bytes;
    in_use += bytes;
    device_memory.mark(block, bytes, ALLOCATED);
    return block;
}

bool release(void* block) {
    const auto found = blocks.find(static_cast<char*>(block));
    if (found == blocks.end()) {
        return false;
    }
    const size_t bytes = found->second, pages = rounded(rounded(std::max<size_t>(bytes, 1), ALIGNMENT), PAGE);
    char* first = device_memory.base + device_memory.offset(block) / PAGE * PAGE;
    if (checking && bytes > 0) {
        memset(device_memory.state + device_memory.offset(block) / GRAIN, FREED, (bytes + GRAIN - 1) / GRAIN);
        madvise(device_memory.history + device_memory.offset(first) / GRAIN, pages / GRAIN * sizeof(History), MADV_DONTNEED);
    }
    madvise(first, pages, MADV_DONTNEED);
    mprotect(first, pages, PROT_NONE);
    in_use -= bytes;
    blocks.erase(found);
    return true;
}

bool inside_block(const void* p, size_t bytes) {
    const auto next = blocks.upper_bound(static_cast<char*>(const_cast<void*>(p)));
    if (next == blocks.begin()) {
        return false;
    }
    const auto block = std::prev(next);
    return static_cast<size_t>(static_cast<const char*>(p) - block->first) + bytes <= block->second;
}

size_t allocated_bytes() { return in_use; }

// ---- shared memory

struct Variable {
    const void* key;
    size_t offset, bytes;
};
static std::vector<Variable> variables;
static size_t dynamic_bytes = 0;

void reset_shared(size_t bytes) {
    memset(shared_memory.base, GARBAGE, bytes);
    shared_memory.mark(shared_memory.base, std::max(bytes, dynamic_bytes), 0);
    shared_memory.mark(shared_memory.base, bytes, ALLOCATED);
    for (const Variable& variable : variables) {
        shared_memory.mark(shared_memory.base + variable.offset, variable.bytes, 0);
    }
    variables.clear();
    dynamic_bytes = bytes;
}

static void* place(const void* key, size_t offset, size_t bytes) {
    variables.push_back({key, offset, bytes});
    char* memory = shared_memory.base + offset;
    memset(memory, GARBAGE, bytes);
    shared_memory.mark(memory, bytes, ALLOCATED);
    return memory;
}

void* place_shared(size_t offset, size_t bytes) { return place(nullptr, offset, bytes); }

void* shared_variable(const void* key, size_t bytes, const char* name) {
    Pause pause;
    size_t total = bytes, top = VARIABLES;
    for (const Variable& variable : variables) {
        if (variable.key == key) {
            return shared_memory.base + variable.offset;
        }
        total += variable.bytes;
        top = variable.offset + variable.bytes + RED_ZONE;
    }
    if (total > MAX_STATIC_SHARED) {
        fail(cudaErrorLaunchFailure, nullptr, "more than 48 KiB of shared variables with '%s'", name);
    }
    return place(key, rounded(top, 128), bytes);
}

void* dynamic_shared() { return shared_memory.base; }

}  // namespace emulator
