// cuda_emulation.h - lets one .cu source be compiled by g++ and run on the CPU, thread by thread, with checks.
// Used only with -DBOOT_CUDA_EMULATED (see boot_cuda_compat.h). Runtime part: cuda_emulation.cpp.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <tuple>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) alignas(n)

// ---- vector types -------------------------------------------------------------------------------------------
struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {} };
#define BOOT_EMU_VEC(T, N) \
  struct alignas(sizeof(T) * 2) N##2 { T x, y; }; struct alignas(sizeof(T) * 4 > 16 ? 16 : sizeof(T) * 4) N##4 { T x, y, z, w; }; \
  inline N##2 make_##N##2(T x, T y) { return {x, y}; } inline N##4 make_##N##4(T x, T y, T z, T w) { return {x, y, z, w}; }
BOOT_EMU_VEC(float, float) BOOT_EMU_VEC(int, int) BOOT_EMU_VEC(unsigned, uint)

// ---- half and bfloat16: storage types with explicit conversions (round to nearest even) ------------------------
struct __nv_bfloat16 { uint16_t u; };
struct alignas(4) __nv_bfloat162 { __nv_bfloat16 x, y; };
struct __half { uint16_t u; };
inline float __bfloat162float(__nv_bfloat16 h) { uint32_t i = (uint32_t)h.u << 16; float f; memcpy(&f, &i, 4); return f; }
inline __nv_bfloat16 __float2bfloat16_rn(float f) {
  uint32_t i; memcpy(&i, &f, 4);
  if ((i & 0x7fffffffu) > 0x7f800000u) return {0x7fff};                     // CUDA's canonical NaN
  return {(uint16_t)((i + 0x7fffu + ((i >> 16) & 1)) >> 16)};
}
inline __nv_bfloat16 __float2bfloat16(float f) { return __float2bfloat16_rn(f); }
inline __nv_bfloat162 __floats2bfloat162_rn(float a, float b) { return {__float2bfloat16_rn(a), __float2bfloat16_rn(b)}; }
inline float __half2float(__half h) {
  uint32_t s = (uint32_t)(h.u & 0x8000) << 16, e = (h.u >> 10) & 31, m = h.u & 0x3ff; float f;
  if (e == 31) { uint32_t i = s | 0x7f800000u | (m << 13); memcpy(&f, &i, 4); return f; }
  f = e ? std::ldexp((float)(m | 0x400), (int)e - 25) : std::ldexp((float)m, -24);
  return s ? -f : f;
}
inline __half __float2half_rn(float f) {
  uint32_t i; memcpy(&i, &f, 4); uint16_t s = (uint16_t)((i >> 16) & 0x8000); i &= 0x7fffffffu;
  if (i > 0x7f800000u) return {0x7fff};
  if (i >= 0x477ff000u) return {(uint16_t)(s | 0x7c00)};                    // rounds to infinity
  if (i < 0x38800000u) { float a; memcpy(&a, &i, 4); return {(uint16_t)(s | (uint16_t)std::nearbyint(a * 16777216.0f))}; }
  i += 0xfffu + ((i >> 13) & 1); return {(uint16_t)(s | ((i - 0x38000000u) >> 13))};
}

// ---- the runtime's own interface (cuda_emulation.cpp) ----------------------------------------------------------
// Declared const: one fiber never sees them change, the compiler may keep them in registers, and they are not instrumented.
extern const uint3 threadIdx, blockIdx; extern const dim3 blockDim, gridDim; constexpr int warpSize = 32;
namespace boot_emu {
typedef void (*Body)(void*); typedef int (*Unpack)(void* closure, void** arg, size_t* size);
struct Lane { uint64_t value, result; int source; void* p[4]; };                // a lane's seat in a warp collective
typedef void (*Combine)(Lane* lanes, unsigned mask, int arg);
int launch_impl(const char* name, const void* func, dim3 grid, dim3 block, size_t smem, void* stream, Body, void* closure, size_t closure_size, Unpack);
void barrier(int line, int kind, int predicate = 0); int barrier_result();
Lane& collective(unsigned mask, int line, Combine, int arg, uint64_t value, int source, void* const* p = nullptr);
void* shared_var(const void* key, size_t size, size_t align, const char* name); void* shared_dynamic();
void access(const void* p, size_t n, bool write, bool atomic, const void* pc);  // an explicit check, e.g. for mma loads
void copy_async(void* dst, const void* src, size_t n, size_t zfill); void copy_commit(); void copy_wait(int allowed_pending);
template <class... P> struct Call { void (*kernel)(P...); std::tuple<P...> args; };       // arguments by value, as a real launch takes them
template <class... P, class... A> int launch(const char* name, void (*k)(P...), dim3 g, dim3 b, size_t smem, void* s, A... a) {
  Call<P...> c{k, std::tuple<P...>(static_cast<P>(a)...)};
  return launch_impl(name, (const void*)k, g, b, smem, s, [](void* v) { auto* c = static_cast<Call<P...>*>(v); std::apply(c->kernel, c->args); }, &c, sizeof c,
      [](void* v, void** arg, size_t* size) { int n = 0; std::apply([&](auto&... x) { ((arg[n] = (void*)&x, size[n++] = sizeof x), ...); }, static_cast<Call<P...>*>(v)->args); return n; });
}
template <class T> uint64_t pack(T v) { static_assert(sizeof(T) <= 8, ""); uint64_t u = 0; memcpy(&u, &v, sizeof(T)); return u; }
template <class T> T unpack(uint64_t u) { T v; memcpy(&v, &u, sizeof(T)); return v; }
void combine_shuffle(Lane*, unsigned, int); void combine_ballot(Lane*, unsigned, int); void combine_none(Lane*, unsigned, int);
void combine_mma(Lane*, unsigned, int shape); void combine_wmma(Lane*, unsigned, int kind); void combine_ldmatrix(Lane*, unsigned, int);
unsigned lane_id(); bool checked();
}
#define BOOT_SHARED(type, name, dims) typedef type boot_emu_t_##name dims; static char boot_emu_k_##name; \
  boot_emu_t_##name& name = *static_cast<boot_emu_t_##name*>(boot_emu::shared_var(&boot_emu_k_##name, sizeof(boot_emu_t_##name), 128, #name))
#define BOOT_DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(boot_emu::shared_dynamic())
#define BOOT_LAUNCH(kernel, grid, block, smem, stream, ...) \
  boot_emu::launch(#kernel, kernel, grid, block, smem, (void*)(stream), __VA_ARGS__)

// ---- synchronisation, shuffles, votes, atomics ------------------------------------------------------------------
inline void __syncthreads(int line = __builtin_LINE()) { boot_emu::barrier(line, 0); }
inline int __syncthreads_count(int p, int line = __builtin_LINE()) { boot_emu::barrier(line, 1, p != 0); return boot_emu::barrier_result(); }
inline int __syncthreads_or(int p, int line = __builtin_LINE()) { return __syncthreads_count(p, line) != 0; }
inline int __syncthreads_and(int p, int line = __builtin_LINE()) { return __syncthreads_count(!p, line) == 0; }
inline void __syncwarp(unsigned m = ~0u, int line = __builtin_LINE()) { boot_emu::collective(m, line, boot_emu::combine_none, 1, 0, 0); }
inline void __threadfence() {} inline void __threadfence_block() {}
template <class T> T boot_emu_shfl(unsigned m, T v, int src, int line) {
  return boot_emu::unpack<T>(boot_emu::collective(m, line, boot_emu::combine_shuffle, 0, boot_emu::pack(v), src).result);
}
template <class T> T __shfl_sync(unsigned m, T v, int s, int w = 32, int line = __builtin_LINE()) { int l = (int)boot_emu::lane_id(); return boot_emu_shfl(m, v, (l & ~(w - 1)) | (s & (w - 1)), line); }
template <class T> T __shfl_xor_sync(unsigned m, T v, int x, int w = 32, int line = __builtin_LINE()) { int l = (int)boot_emu::lane_id(), s = l ^ x; return boot_emu_shfl(m, v, s < (l & ~(w - 1)) + w ? s : l, line); }
template <class T> T __shfl_down_sync(unsigned m, T v, unsigned d, int w = 32, int line = __builtin_LINE()) { int l = (int)boot_emu::lane_id(); return boot_emu_shfl(m, v, (l & (w - 1)) + (int)d < w ? l + (int)d : l, line); }
template <class T> T __shfl_up_sync(unsigned m, T v, unsigned d, int w = 32, int line = __builtin_LINE()) { int l = (int)boot_emu::lane_id(); return boot_emu_shfl(m, v, (l & (w - 1)) >= (int)d ? l - (int)d : l, line); }
inline unsigned __ballot_sync(unsigned m, int p, int line = __builtin_LINE()) { return (unsigned)boot_emu::collective(m, line, boot_emu::combine_ballot, 0, p != 0, 0).result; }
inline int __any_sync(unsigned m, int p, int line = __builtin_LINE()) { return __ballot_sync(m, p, line) != 0; }
inline int __all_sync(unsigned m, int p, int line = __builtin_LINE()) { return __ballot_sync(m, p, line) == m; }
#define BOOT_EMU_NOSAN __attribute__((no_sanitize_thread, noinline))
#define BOOT_EMU_ATOMIC(name, expr) template <class T, class U> BOOT_EMU_NOSAN T name(T* p, U u) { boot_emu::access(p, sizeof(T), true, true, __builtin_return_address(0)); T o = *p, v = (T)u; *p = (expr); return o; }
BOOT_EMU_ATOMIC(atomicAdd, o + v) BOOT_EMU_ATOMIC(atomicMax, o > v ? o : v) BOOT_EMU_ATOMIC(atomicMin, o < v ? o : v) BOOT_EMU_ATOMIC(atomicExch, (o, v))
template <class T> BOOT_EMU_NOSAN T atomicCAS(T* p, T c, T v) { boot_emu::access(p, sizeof(T), true, true, __builtin_return_address(0)); T o = *p; if (o == c) *p = v; return o; }

// ---- device maths -------------------------------------------------------------------------------------------------
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __frcp_rn(float a) { return 1.0f / a; }
template <class T> __attribute__((always_inline)) inline T __ldg(const T* p) { return *p; }
inline unsigned __float_as_uint(float f) { unsigned u; memcpy(&u, &f, 4); return u; }
inline float __uint_as_float(unsigned u) { float f; memcpy(&f, &u, 4); return f; }
inline int __popc(unsigned u) { return __builtin_popcount(u); }
using std::min; using std::max;

// ---- the runtime API: synchronous stand-ins ------------------------------------------------------------------------
typedef int cudaError_t; typedef struct boot_emu_stream* cudaStream_t; typedef struct boot_emu_event* cudaEvent_t; typedef struct boot_emu_graph* cudaGraph_t; typedef struct boot_emu_graph* cudaGraphExec_t;
enum { cudaSuccess = 0, cudaErrorInvalidValue = 1, cudaErrorMemoryAllocation = 2, cudaErrorInitializationError = 3, cudaErrorInvalidConfiguration = 9, cudaErrorInsufficientDriver = 35, cudaErrorNoDevice = 100, cudaErrorInvalidDevice = 101, cudaErrorNoKernelImageForDevice = 209, cudaErrorNotReady = 600, cudaErrorIllegalAddress = 700, cudaErrorLaunchFailure = 719, cudaErrorStreamCaptureUnsupported = 900, cudaErrorStreamCaptureInvalidated = 901 };
enum { cudaStreamDefault = 0, cudaStreamNonBlocking = 1, cudaEventDefault = 0, cudaEventBlockingSync = 1, cudaEventDisableTiming = 2, cudaHostAllocDefault = 0 };
enum cudaStreamCaptureMode { cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeRelaxed };
enum cudaDeviceAttr { cudaDevAttrMultiProcessorCount = 16, cudaDevAttrComputeCapabilityMajor = 75, cudaDevAttrComputeCapabilityMinor = 76, cudaDevAttrMaxSharedMemoryPerBlockOptin = 97 };
struct cudaDeviceProp { char name[256]; size_t totalGlobalMem; size_t sharedMemPerBlock; size_t sharedMemPerBlockOptin; int major, minor, multiProcessorCount; };
enum cudaMemcpyKind { cudaMemcpyHostToHost, cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice, cudaMemcpyDefault };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
cudaError_t cudaMalloc(void** p, size_t n); cudaError_t cudaFree(void* p); cudaError_t cudaMemset(void* p, int v, size_t n);
cudaError_t cudaMemcpy(void* d, const void* s, size_t n, cudaMemcpyKind k);
cudaError_t cudaMallocHost(void** p, size_t n); cudaError_t cudaFreeHost(void* p); cudaError_t cudaHostAlloc(void** p, size_t n, unsigned flags);
template <class T> cudaError_t cudaMallocHost(T** p, size_t n) { return cudaMallocHost((void**)p, n); }
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* s, unsigned flags); cudaError_t cudaEventCreateWithFlags(cudaEvent_t* e, unsigned flags); cudaError_t cudaEventQuery(cudaEvent_t e); cudaError_t cudaStreamQuery(cudaStream_t s);
cudaError_t cudaGetDeviceCount(int* n); cudaError_t cudaSetDevice(int d); cudaError_t cudaGetDevice(int* d); cudaError_t cudaDriverGetVersion(int* v); cudaError_t cudaRuntimeGetVersion(int* v);
cudaError_t cudaDeviceGetAttribute(int* v, cudaDeviceAttr a, int d); cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int d); cudaError_t cudaMemGetInfo(size_t* f, size_t* t);
cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode m); cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t* g);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* e, cudaGraph_t g, unsigned long long flags = 0); cudaError_t cudaGraphLaunch(cudaGraphExec_t e, cudaStream_t s);
cudaError_t cudaGraphDestroy(cudaGraph_t g); cudaError_t cudaGraphExecDestroy(cudaGraphExec_t e); const char* cudaGetErrorString(cudaError_t);
cudaError_t cudaGetLastError(); cudaError_t cudaPeekAtLastError(); cudaError_t cudaDeviceSynchronize();
const char* cudaGetErrorName(cudaError_t); cudaError_t boot_emu_set_dynamic_shared(const void* f, int bytes);
template <class T> cudaError_t cudaMalloc(T** p, size_t n) { return cudaMalloc((void**)p, n); }
cudaError_t cudaMemcpyAsync(void* d, const void* s, size_t n, cudaMemcpyKind k, cudaStream_t st = nullptr);
cudaError_t cudaMemsetAsync(void* p, int v, size_t n, cudaStream_t st = nullptr);
template <class F> cudaError_t cudaFuncSetAttribute(F* f, cudaFuncAttribute, int v) { return boot_emu_set_dynamic_shared((const void*)f, v); }
// Streams: BOOT_EMU_STREAMS=0 runs everything at once; =1 runs work as late as the program allows, streams interleaved at random.
cudaError_t cudaStreamCreate(cudaStream_t* s); cudaError_t cudaStreamDestroy(cudaStream_t s); cudaError_t cudaStreamSynchronize(cudaStream_t s);
cudaError_t cudaEventCreate(cudaEvent_t* e); cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s = nullptr); cudaError_t cudaEventSynchronize(cudaEvent_t e);
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned flags = 0); cudaError_t cudaEventDestroy(cudaEvent_t e);

// ---- cp.async (completes as late as the program allows) --------------------------------------------------------------
inline void __pipeline_memcpy_async(void* d, const void* s, size_t n, size_t zfill = 0) { boot_emu::copy_async(d, s, n, zfill); }
inline void __pipeline_commit() { boot_emu::copy_commit(); }
inline void __pipeline_wait_prior(int n) { boot_emu::copy_wait(n); }

// ---- tensor cores --------------------------------------------------------------------------------------------------------
// PTX-level wrappers (documented lane layouts): boot_mma_* and boot_ldmatrix_x4; bound to inline PTX in boot_cuda_compat.h.
inline void boot_mma_m16n8k16_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], int line = __builtin_LINE()) {
  void* p[4] = {d, (void*)a, (void*)b, nullptr}; boot_emu::collective(~0u, line, boot_emu::combine_mma, 0, 0, 0, p);
}
inline void boot_mma_m16n8k8_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], int line = __builtin_LINE()) {
  void* p[4] = {d, (void*)a, (void*)b, nullptr}; boot_emu::collective(~0u, line, boot_emu::combine_mma, 1, 0, 0, p);
}
inline void boot_ldmatrix_x4(uint32_t (&r)[4], const void* row, int line = __builtin_LINE()) {
  void* p[4] = {r, (void*)row, nullptr, nullptr}; boot_emu::collective(~0u, line, boot_emu::combine_ldmatrix, 4, 0, 0, p);
}
inline uint32_t boot_to_tf32(float f) { uint32_t i; memcpy(&i, &f, 4); if ((i & 0x7f800000u) != 0x7f800000u) i = (i + 0x1000u) & ~0x1fffu; return i; } // cvt.rna.tf32
namespace nvcuda { namespace wmma {
struct matrix_a; struct matrix_b; struct accumulator; struct row_major; struct col_major; namespace precision { struct tf32; }
enum layout_t { mem_row_major, mem_col_major };
template <class T> struct storage { typedef T type; }; template <> struct storage<precision::tf32> { typedef float type; };
// A lane owns element e of the tile when (e * 5 + e / 32) % 32 == lane: a layout no real GPU has, so code that relies on one breaks.
template <class Use, int M, int N, int K, class T, class Layout = void> struct fragment {
  typedef typename storage<T>::type element_type; static constexpr bool is_acc = std::is_same<Use, accumulator>::value, is_a = std::is_same<Use, matrix_a>::value;
  static constexpr int rows = is_acc ? M : is_a ? M : K, cols = is_acc ? N : is_a ? K : N, num_elements = rows * cols / 32; element_type x[num_elements];
};
inline int element_of(unsigned lane, int i) { return i * 32 + (int)((lane * 13u + 32u * 13u - (unsigned)i * 13u) % 32u); }
template <class F, class V> void fill_fragment(F& f, V v) { for (auto& e : f.x) e = (typename F::element_type)v; }
template <class F, class P> BOOT_EMU_NOSAN void transfer(F& f, P* base, unsigned ld, bool col, bool store, int line) {
  boot_emu::collective(~0u, line, boot_emu::combine_none, 0, 0, 0);           // must be reached by the whole warp
  for (int i = 0; i < F::num_elements; i++) {
    int e = element_of(boot_emu::lane_id(), i), r = e / F::cols, c = e % F::cols; P* p = base + (col ? (size_t)c * ld + r : (size_t)r * ld + c);
    boot_emu::access(p, sizeof(P), store, false, __builtin_return_address(0));
    if (store) *const_cast<std::remove_const_t<P>*>(p) = (std::remove_const_t<P>&)f.x[i]; else memcpy(&f.x[i], p, sizeof(P));
  }
}
template <class Use, int M, int N, int K, class T, class L, class P> void load_matrix_sync(fragment<Use, M, N, K, T, L>& f, const P* p, unsigned ld, int line = __builtin_LINE()) { transfer(f, p, ld, std::is_same<L, col_major>::value, false, line); }
template <int M, int N, int K, class T> void load_matrix_sync(fragment<accumulator, M, N, K, T>& f, const T* p, unsigned ld, layout_t l, int line = __builtin_LINE()) { transfer(f, p, ld, l == mem_col_major, false, line); }
template <int M, int N, int K, class T> void store_matrix_sync(T* p, const fragment<accumulator, M, N, K, T>& f, unsigned ld, layout_t l, int line = __builtin_LINE()) { transfer(const_cast<fragment<accumulator, M, N, K, T>&>(f), p, ld, l == mem_col_major, true, line); }
inline float __float_to_tf32(float f) { return __uint_as_float(boot_to_tf32(f)); }
template <int M, int N, int K, class T, class LA, class LB> void mma_sync(fragment<accumulator, M, N, K, float>& d, const fragment<matrix_a, M, N, K, T, LA>& a, const fragment<matrix_b, M, N, K, T, LB>& b, const fragment<accumulator, M, N, K, float>& c, int line = __builtin_LINE()) {
  static_assert(M == 16 && N == 16, "only m16n16 tiles"); void* p[4] = {d.x, (void*)a.x, (void*)b.x, (void*)c.x};
  constexpr int type = std::is_same<T, precision::tf32>::value ? 1 : std::is_same<T, __half>::value ? 2 : 0;
  boot_emu::collective(~0u, line, boot_emu::combine_wmma, K * 4 + type, 0, 0, p);
}
}}
