// What threads do together: barriers, warp operations, atomics, tensor cores, asynchronous copies. Each passes its line, by
// which divergence is seen and reported.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace emulator {

// A lane's seat in a warp operation: what it brings, and what it takes away.
struct Lane {
    uint64_t value = 0, result = 0;  // shuffles and votes
    int source = 0;                  // the lane to read, of a shuffle
    const void* a = nullptr;         // operands of tensor cores: registers, or the row of a matrix
    const void* b = nullptr;
    void* d = nullptr;
};
typedef void (*Combine)(Lane (&lanes)[32], unsigned mask);

// Waits until all lanes of `mask` are here; the last to come runs `combine` for all of them. The result of this lane.
uint64_t collective(unsigned mask, int line, Combine combine, const Lane& mine);
void combine_nothing(Lane (&lanes)[32], unsigned mask);  // __syncwarp: orders the memory accesses of the lanes
void combine_shuffle(Lane (&lanes)[32], unsigned mask);
void combine_ballot(Lane (&lanes)[32], unsigned mask);
void combine_mma_bf16(Lane (&lanes)[32], unsigned mask);
void combine_mma_tf32(Lane (&lanes)[32], unsigned mask);
void combine_ldmatrix_x4(Lane (&lanes)[32], unsigned mask);
void combine_ldmatrix_x4_trans(Lane (&lanes)[32], unsigned mask);
int lane_index();

// Waits for all threads of the block; the number of those that gave `predicate`.
int barrier(int line, bool predicate);

void atomic_access(void* p, size_t bytes, const void* pc);
void copy_async(void* shared, const void* global, int bytes, int source_bytes, const void* pc);
void copy_commit();
void copy_wait(int pending_groups);
[[noreturn]] void trap();

template <class T>
T shuffle(unsigned mask, T value, int source, int line) {
    static_assert(sizeof(T) <= sizeof(uint64_t), "a register or two");
    Lane mine;
    memcpy(&mine.value, &value, sizeof(T));
    mine.source = source;
    const uint64_t result = collective(mask, line, combine_shuffle, mine);
    memcpy(&value, &result, sizeof(T));
    return value;
}

}  // namespace emulator

inline void __syncthreads(int line = __builtin_LINE()) { emulator::barrier(line, false); }
inline int __syncthreads_count(int p, int line = __builtin_LINE()) { return emulator::barrier(line, p != 0); }
inline int __syncthreads_or(int p, int line = __builtin_LINE()) { return emulator::barrier(line, p != 0) != 0; }
inline int __syncthreads_and(int p, int line = __builtin_LINE()) { return emulator::barrier(line, p == 0) == 0; }
inline void __syncwarp(unsigned mask = ~0u, int line = __builtin_LINE()) {
    emulator::collective(mask, line, emulator::combine_nothing, {});
}
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __trap() { emulator::trap(); }

// A shuffle beyond its segment of `width` lanes returns the lane's own value.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, int line = __builtin_LINE()) {
    const int lane = emulator::lane_index();
    return emulator::shuffle(mask, value, (lane & ~(width - 1)) | (source & (width - 1)), line);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int flip, int width = 32, int line = __builtin_LINE()) {
    const int lane = emulator::lane_index(), source = lane ^ flip;
    return emulator::shuffle(mask, value, source < (lane & ~(width - 1)) + width ? source : lane, line);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, int line = __builtin_LINE()) {
    const int lane = emulator::lane_index(), by = static_cast<int>(delta);
    return emulator::shuffle(mask, value, (lane & (width - 1)) + by < width ? lane + by : lane, line);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, int line = __builtin_LINE()) {
    const int lane = emulator::lane_index(), by = static_cast<int>(delta);
    return emulator::shuffle(mask, value, (lane & (width - 1)) >= by ? lane - by : lane, line);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
    emulator::Lane mine;
    mine.value = predicate != 0;
    return static_cast<unsigned>(emulator::collective(mask, line, emulator::combine_ballot, mine));
}
inline int __any_sync(unsigned mask, int p, int line = __builtin_LINE()) { return __ballot_sync(mask, p, line) != 0; }
inline int __all_sync(unsigned mask, int p, int line = __builtin_LINE()) { return __ballot_sync(mask, p, line) == mask; }

#define BOOT_ATOMIC(name, updated)                                                          \
    template <class T, class U>                                                             \
    __attribute__((no_sanitize_thread, noinline)) T name(T* p, U operand) {                 \
        emulator::atomic_access(p, sizeof(T), __builtin_return_address(0));                 \
        const T old = *p, value = static_cast<T>(operand);                                  \
        *p = (updated);                                                                     \
        return old;                                                                         \
    }
BOOT_ATOMIC(atomicAdd, old + value)
BOOT_ATOMIC(atomicMax, old > value ? old : value)
BOOT_ATOMIC(atomicMin, old < value ? old : value)
#undef BOOT_ATOMIC

namespace boot {

inline void mma_m16n8k16_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], int line = __builtin_LINE()) {
    emulator::collective(~0u, line, emulator::combine_mma_bf16, {0, 0, 0, a, b, d});
}
inline void mma_m16n8k8_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], int line = __builtin_LINE()) {
    emulator::collective(~0u, line, emulator::combine_mma_tf32, {0, 0, 0, a, b, d});
}
inline void ldmatrix_x4(uint32_t (&r)[4], const void* row, int line = __builtin_LINE()) {
    emulator::collective(~0u, line, emulator::combine_ldmatrix_x4, {0, 0, 0, row, nullptr, r});
}
inline void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row, int line = __builtin_LINE()) {
    emulator::collective(~0u, line, emulator::combine_ldmatrix_x4_trans, {0, 0, 0, row, nullptr, r});
}

template <int SIZE>
__attribute__((always_inline)) inline void copy_async(void* shared, const void* global, int source_bytes = SIZE) {
    static_assert(SIZE == 4 || SIZE == 8 || SIZE == 16, "bytes of one asynchronous copy");
    emulator::copy_async(shared, global, SIZE, source_bytes, nullptr);
}
inline void copy_commit() { emulator::copy_commit(); }
template <int PENDING>
void copy_wait() {
    emulator::copy_wait(PENDING);
}

}  // namespace boot
