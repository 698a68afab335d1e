// The CUDA language for g++: qualifiers, vector types, built-in variables, shared memory and launches.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <memory>
#include <tuple>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(bytes) alignas(bytes)

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

#define BOOT_VECTOR_TYPES(type, name)                                                    \
    struct alignas(2 * sizeof(type)) name##2 {                                           \
        type x, y;                                                                       \
    };                                                                                   \
    struct alignas(4 * sizeof(type)) name##4 {                                           \
        type x, y, z, w;                                                                 \
    };                                                                                   \
    inline name##2 make_##name##2(type x, type y) { return {x, y}; }                     \
    inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
BOOT_VECTOR_TYPES(float, float)
BOOT_VECTOR_TYPES(int, int)
BOOT_VECTOR_TYPES(unsigned, uint)
#undef BOOT_VECTOR_TYPES

// Declared const: no thread sees them change, so the compiler keeps them in registers and no hook sees them.
extern const uint3 threadIdx, blockIdx;
extern const dim3 blockDim, gridDim;
constexpr int warpSize = 32;

typedef struct boot_emulator_stream* cudaStream_t;

namespace emulator {

// A kernel with its arguments, as a real launch takes them: by value, before it returns.
struct Call {
    const char* name;
    const void* function;
    dim3 grid, block;
    size_t shared_bytes;
    std::shared_ptr<void> arguments;
    size_t arguments_size;
    void (*run)(void* arguments);           // one thread, from g++'s code
    std::vector<unsigned char> parameters;  // the same arguments as PTX lays them out
};

void launch(Call call, cudaStream_t stream);
void* shared_variable(const void* key, size_t size, const char* name);
void* dynamic_shared();

template <class T>
void append(std::vector<unsigned char>& block, const T& value) {
    block.resize((block.size() + alignof(T) - 1) / alignof(T) * alignof(T) + sizeof(T));
    memcpy(block.data() + block.size() - sizeof(T), &value, sizeof(T));
}

template <class... Parameters, class... Arguments>
void launch(const char* name, void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes,
    cudaStream_t stream, Arguments... arguments) {
    struct Bound {
        void (*kernel)(Parameters...);
        std::tuple<Parameters...> values;
    };
    auto bound = std::make_shared<Bound>(Bound{kernel, {static_cast<Parameters>(arguments)...}});
    std::vector<unsigned char> parameters;
    std::apply([&](const auto&... value) { (append(parameters, value), ...); }, bound->values);
    auto run = [](void* call) { std::apply(static_cast<Bound*>(call)->kernel, static_cast<Bound*>(call)->values); };
    launch({name, reinterpret_cast<const void*>(kernel), grid, block, shared_bytes, bound, sizeof(Bound), run, parameters},
        stream);
}

}  // namespace emulator

// Every thread of a block asks for the variable by its key and gets the same memory.
#define BOOT_SHARED(type, name, dimensions)  \
    typedef type name##_type dimensions;     \
    static const char name##_key = 0;        \
    name##_type& name = *static_cast<name##_type*>(emulator::shared_variable(&name##_key, sizeof(name##_type), #name))
#define BOOT_DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(emulator::dynamic_shared())
#define BOOT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) \
    emulator::launch(#kernel, kernel, grid, block, shared_bytes, stream, __VA_ARGS__)
