// cuda_emulation.cpp - fibers, schedules, memory and the checks. Compiled WITHOUT -fsanitize=thread.
// Kernel sources compiled WITH -fsanitize=thread call __tsan_* hooks, which are defined here (libtsan is not linked).
#define BOOT_CUDA_EMULATED 1
#include "cuda_emulation.h"
#include <cstdarg>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <link.h>
#include <map>
#include <random>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define FIBER_START(save, base, size) __sanitizer_start_switch_fiber(save, base, size)
#define FIBER_FINISH(save, base, size) __sanitizer_finish_switch_fiber(save, base, size)
#else
#define FIBER_START(save, base, size) (void)0
#define FIBER_FINISH(save, base, size) (void)0
#endif

uint3 emu_tid asm("threadIdx"), emu_bid asm("blockIdx"); dim3 emu_bdim asm("blockDim"), emu_gdim asm("gridDim");   // writable views of the const declarations
extern "C" void boot_emu_switch(void** save, void* load);
asm(R"(
.text
.globl boot_emu_switch
.hidden boot_emu_switch
.type boot_emu_switch,@function
boot_emu_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size boot_emu_switch,.-boot_emu_switch
)");

namespace boot_emu {
// ---- memory map: one reserved range for device memory, one for shared memory, a shadow cell per 2 bytes ---------------
constexpr size_t GRAIN = BOOT_EMU_GRAIN, DEV = size_t(16) << 30, SMEM = 256 << 10, STACK = 64 << 10, PAGE = 4096; constexpr int MAXT = 1024;
struct Cell { uint64_t w, r0, r1; };                 // last writer, two last distinct readers: interval<<32 | warp interval<<12 | atomic<<11 | thread+1... see key()
enum : uint8_t { ALLOCATED = 1, WRITTEN = 2, FREED = 4, IN_FLIGHT = 8 };
static char *dev, *smem, *stacks; static Cell *dev_cell, *smem_cell; static uint8_t *dev_state, *smem_state; static size_t dev_top = PAGE;
static std::map<char*, size_t> blocks_;
enum Wait : uint8_t { NEW, READY, BARRIER, WARP, DONE };
struct Pending { char* d; const char* s; size_t n, z; int group; };
struct Fiber { void* sp; Wait wait; uint3 tid; uint32_t warp_interval; int line, kind; std::vector<Pending> copies; int groups; void* asan; };
struct Warp { Lane lane[32]; unsigned arrived, exited; int line[32]; };
static Fiber fiber[MAXT]; static Warp warp[MAXT / 32]; static int nthreads, cur = -1, alive, at_barrier, barrier_line, sum, sum_result, order[MAXT];
static void* sched_sp; static Body body; static void* closure; static char *closure_lo, *closure_hi; static uint32_t interval = 1, block_first, launch_first;
static bool in_kernel, failed, user_code;   // user_code: a fiber runs kernel code now, so the hooks are live
// Inline library code may be linked from the instrumented object (one copy per program), so the runtime silences the hooks while it works.
struct Quiet { bool was = user_code; Quiet() { user_code = false; } ~Quiet() { user_code = was; } };
static int last_error; static std::string kernel_name, report; static size_t dyn_bytes, smem_top;
struct Var { const void* key; char* p; }; static std::vector<Var> vars; static std::map<const void*, int> dyn_limit;
static uint64_t n_switch, n_access, n_thread; static std::vector<std::pair<char*, char*>> module_data;
static int env(const char* n, int d) { const char* s = getenv(n); return s ? atoi(s) : d; }
static int schedule_mode = 2, check_init = 1, check_race = 1, late_copy = 1, mma_mode = 0; static bool hooks_seen; static std::mt19937 rng; static int stream_mode;
static void* reserve(size_t n, int prot) { void* p = mmap(nullptr, n, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0); if (p == MAP_FAILED) { perror("boot_emu: mmap"); abort(); } return p; }
static int phdr(dl_phdr_info* i, size_t, void*) {
  for (int k = 0; k < i->dlpi_phnum; k++) if (i->dlpi_phdr[k].p_type == PT_LOAD || i->dlpi_phdr[k].p_type == PT_GNU_RELRO) { char* b = (char*)i->dlpi_addr + i->dlpi_phdr[k].p_vaddr; module_data.push_back({b, b + i->dlpi_phdr[k].p_memsz}); }
  return 0;
}
static void init() {
  static bool done; if (done) return; done = true;
  dev = (char*)reserve(DEV, PROT_NONE); smem = (char*)reserve(SMEM + PAGE, PROT_READ | PROT_WRITE); stacks = (char*)reserve(MAXT * STACK, PROT_READ | PROT_WRITE);
  dev_cell = (Cell*)reserve(DEV / GRAIN * sizeof(Cell), PROT_READ | PROT_WRITE); dev_state = (uint8_t*)reserve(DEV / GRAIN, PROT_READ | PROT_WRITE);
  smem_cell = (Cell*)reserve(SMEM / GRAIN * sizeof(Cell), PROT_READ | PROT_WRITE); smem_state = (uint8_t*)reserve(SMEM / GRAIN, PROT_READ | PROT_WRITE);
  for (int i = 0; i < MAXT; i++) mprotect(stacks + i * STACK, PAGE, PROT_NONE);
  schedule_mode = env("BOOT_EMU_SCHEDULE", 2); check_init = env("BOOT_EMU_INITCHECK", 1); check_race = env("BOOT_EMU_RACECHECK", 1); late_copy = env("BOOT_EMU_LATE_COPY", 1);
  mma_mode = env("BOOT_EMU_MMA", 0); stream_mode = env("BOOT_EMU_STREAMS", 0); rng.seed(env("BOOT_EMU_SEED", 1)); dl_iterate_phdr(phdr, nullptr);
}
static void to_scheduler(); static bool ptx_mode; static void ptx_abort(); static bool ptx_launch(const void*, void* const*, const size_t*, int, dim3);
static void fail(int code, const void* pc, const char* fmt, ...) {
  char b[512]; va_list a; va_start(a, fmt); vsnprintf(b, sizeof b, fmt, a); va_end(a); char where[256] = "";
  if (cur >= 0 && in_kernel) snprintf(where, sizeof where, " by thread (%u,%u,%u) of block (%u,%u,%u)", emu_tid.x, emu_tid.y, emu_tid.z, emu_bid.x, emu_bid.y, emu_bid.z);
  char at[160] = "";
  if (pc) { snprintf(at, sizeof at, " at pc %p", pc); struct Ctx { const void* pc; char* out; } c{pc, at};
    dl_iterate_phdr([](dl_phdr_info* i, size_t, void* v) { auto* c = (Ctx*)v; for (int k = 0; k < i->dlpi_phnum; k++) { auto& h = i->dlpi_phdr[k]; if (h.p_type == PT_LOAD && (char*)c->pc >= (char*)i->dlpi_addr + h.p_vaddr && (char*)c->pc < (char*)i->dlpi_addr + h.p_vaddr + h.p_memsz) {
      char exe[256] = ""; if (readlink("/proc/self/exe", exe, 255) < 0) exe[0] = 0; const char* n = i->dlpi_name && *i->dlpi_name ? i->dlpi_name : exe; char cmd[512], line[300] = ""; snprintf(cmd, sizeof cmd, "addr2line -s -e '%s' %#lx 2>/dev/null", n, (unsigned long)((char*)c->pc - (char*)i->dlpi_addr) - 1);
      if (FILE* f = popen(cmd, "r")) { if (fgets(line, sizeof line, f)) line[strcspn(line, "\n ")] = 0; pclose(f); } snprintf(c->out, 160, " at %s", line); return 1; } } return 0; }, &c); }
  report = "boot_emu: " + kernel_name + ": " + b + where + at; fprintf(stderr, "%s\n", report.c_str());
  last_error = code; failed = true; if (ptx_mode && cur >= 0) ptx_abort(); if (in_kernel && cur >= 0) to_scheduler();
}
// ---- fibers ------------------------------------------------------------------------------------------------------------
[[maybe_unused]] static const void* sched_bottom; [[maybe_unused]] static size_t sched_size;
static void to_scheduler() { Fiber& f = fiber[cur]; FIBER_START(&f.asan, sched_bottom, sched_size); boot_emu_switch(&f.sp, sched_sp); FIBER_FINISH(f.asan, nullptr, nullptr); }
static void fiber_main() {
  FIBER_FINISH(nullptr, &sched_bottom, &sched_size);
  body(closure);
  user_code = false; Fiber& f = fiber[cur]; copy_wait(0); f.wait = DONE; alive--; warp[cur / 32].exited |= 1u << (cur & 31);
  FIBER_START(nullptr, sched_bottom, sched_size); boot_emu_switch(&f.sp, sched_sp); abort();
}
static void resume(int t) {
  Fiber& f = fiber[t]; cur = t; emu_tid = f.tid; n_switch++;
  if (f.wait == NEW) { void** s = (void**)(stacks + (t + 1) * STACK); *--s = nullptr; *--s = (void*)fiber_main; for (int i = 0; i < 6; i++) *--s = nullptr; f.sp = s; }
  f.wait = READY; void* fake = nullptr; (void)fake;
  FIBER_START(&fake, stacks + t * STACK, STACK); user_code = true; boot_emu_switch(&sched_sp, f.sp); user_code = false; FIBER_FINISH(fake, nullptr, nullptr); cur = -1;
}
static void reorder() { if (schedule_mode == 2) std::shuffle(order, order + nthreads, rng); }
static void reset_shared() {
  memset(smem, 0xff, std::max(smem_top, dyn_bytes) + 256); if (hooks_seen) { size_t n = (std::max(smem_top, dyn_bytes) + 512) / GRAIN; memset(smem_state, 0, n); memset((void*)smem_cell, 0, n * sizeof(Cell)); memset(smem_state, ALLOCATED, (dyn_bytes + GRAIN - 1) / GRAIN); }
  smem_top = (dyn_bytes + 255) / 128 * 128; vars.clear();
}
static void run_block() {
  block_first = ++interval; reset_shared(); alive = nthreads; at_barrier = sum = 0;
  for (int t = 0; t < nthreads; t++) { fiber[t].wait = NEW; fiber[t].warp_interval = 0; fiber[t].groups = 0; fiber[t].copies.clear(); } for (int w = 0; w < (nthreads + 31) / 32; w++) warp[w].arrived = warp[w].exited = 0;
  n_thread += nthreads; reorder();
  while (alive && !failed) {
    bool progress = false;
    for (int i = 0; i < nthreads && !failed; i++) { Fiber& f = fiber[order[i]]; if (f.wait == NEW || f.wait == READY) { progress = true; resume(order[i]); } }
    if (failed) return;
    if (at_barrier == nthreads) { interval++; sum_result = sum; sum = at_barrier = 0; for (int t = 0; t < nthreads; t++) fiber[t].wait = READY; reorder(); continue; }
    if (!progress) {
      int w = 0, l = 0; for (int t = 0; t < nthreads; t++) { if (fiber[t].wait == WARP) { w++; l = fiber[t].line; } if (fiber[t].wait == BARRIER) l = fiber[t].line; }
      fail(cudaErrorLaunchFailure, nullptr, "divergence: %d thread(s) wait at __syncthreads, %d at a warp operation (line %d), %d have exited, of %d", at_barrier, w, l, nthreads - alive, nthreads); return;
    }
  }
}
static int run_kernel(const char* name, const void* func, dim3 g, dim3 b, size_t smem_bytes, Body bd, void* c, size_t cs, Unpack unpack) {
  if (last_error >= 700) return last_error; kernel_name = name; nthreads = (int)(b.x * b.y * b.z); size_t limit = dyn_limit.count(func) ? dyn_limit[func] : 48 << 10;
  if (!nthreads || nthreads > MAXT || !g.x || !g.y || !g.z || g.y > 65535 || g.z > 65535 || b.z > 64) { last_error = cudaErrorInvalidConfiguration; return last_error; }
  if (smem_bytes > limit) { last_error = cudaErrorInvalidValue; return last_error; }
  body = bd; closure = c; closure_lo = (char*)c; closure_hi = closure_lo + cs; emu_bdim = b; emu_gdim = g; dyn_bytes = smem_bytes; launch_first = interval + 1; in_kernel = true; failed = false;
  for (int t = 0; t < nthreads; t++) { order[t] = schedule_mode == 1 ? nthreads - 1 - t : t; fiber[t].tid = {t % b.x, t / b.x % b.y, t / (b.x * b.y)}; }
  if (getenv("BOOT_EMU_PTX")) { void* arg[64]; size_t size[64]; int n = unpack(c, arg, size); ptx_launch(func, arg, size, n, g); in_kernel = false; interval++; return last_error; }
  size_t nb = (size_t)g.x * g.y * g.z; for (size_t i = 0; i < nb && !failed; i++) { size_t k = schedule_mode == 1 ? nb - 1 - i : i; emu_bid = {(unsigned)(k % g.x), (unsigned)(k / g.x % g.y), (unsigned)(k / g.x / g.y)}; run_block(); }
  in_kernel = false; interval++; return last_error;
}
// ---- streams: queues of deferred work; events order them --------------------------------------------------------------------------------
struct Op { std::function<void()> run; const void* wait; uint64_t ticket; const void* record; };
static std::map<void*, std::deque<Op>> queues; static std::map<const void*, uint64_t> recorded, completed; static uintptr_t next_stream = 0x100;
static bool step(void* s) { auto& q = queues[s]; if (q.empty()) return false; Op& o = q.front(); if (o.wait && completed[o.wait] < o.ticket) return false; if (o.run) o.run(); if (o.record) completed[o.record] = std::max(completed[o.record], o.ticket); q.pop_front(); return true; }
template <class Done> static void drain(Done done) {
  while (!done()) { std::vector<void*> live; for (auto& q : queues) if (!q.second.empty()) live.push_back(q.first); std::shuffle(live.begin(), live.end(), rng); bool any = false; for (void* s : live) if (step(s)) { any = true; break; } if (!any) { fail(cudaErrorLaunchFailure, nullptr, "streams wait for each other"); return; } }
}
static void drain_all() { drain([] { for (auto& q : queues) if (!q.second.empty()) return false; return true; }); }
static void* capturing; static std::vector<std::function<void()>>* captured;
static void submit(void* s, std::function<void()> f) { if (captured && s == capturing) captured->push_back(f); else if (!stream_mode || !s) { drain_all(); f(); } else queues[s].push_back({f, nullptr, 0, nullptr}); }  // stream 0 synchronises with all, as the legacy default stream does
int launch_impl(const char* name, const void* func, dim3 g, dim3 b, size_t smem_bytes, void* s, Body bd, void* c, size_t cs, Unpack unpack) {
  init(); if (!captured && (!stream_mode || !s)) { drain_all(); return run_kernel(name, func, g, b, smem_bytes, bd, c, cs, unpack); }
  auto copy = std::make_shared<std::vector<char>>((char*)c, (char*)c + cs); submit(s, [=] { run_kernel(name, func, g, b, smem_bytes, bd, copy->data(), cs, unpack); }); return last_error;
}
void barrier(int line, int kind, int p) {
  Quiet q;  copy_wait(1 << 30); Fiber& f = fiber[cur];
  if (!at_barrier) barrier_line = line; else if (line != barrier_line) fail(cudaErrorLaunchFailure, nullptr, "divergent barriers: line %d and line %d", line, barrier_line);
  f.wait = BARRIER; f.line = line; f.kind = kind; at_barrier++; sum += p; to_scheduler();
}
int barrier_result() { return sum_result; }
unsigned lane_id() { return (unsigned)cur & 31; }
Lane& collective(unsigned mask, int line, Combine fn, int arg, uint64_t v, int src, void* const* p) {
  Quiet q;  Warp& w = warp[cur / 32]; unsigned lane = (unsigned)cur & 31; int base = cur & ~31; Fiber& f = fiber[cur]; Lane& l = w.lane[lane];
  if (nthreads - base < 32) mask &= (1u << (nthreads - base)) - 1;            // the last, partial warp
  if (!(mask >> lane & 1)) fail(cudaErrorLaunchFailure, nullptr, "lane %u is not in its own mask %08x (line %d)", lane, mask, line);
  if (w.exited & mask) fail(cudaErrorLaunchFailure, nullptr, "lane %d of mask %08x has exited (line %d)", __builtin_ctz(w.exited & mask), mask, line);
  if (w.arrived & mask) { int o = w.line[__builtin_ctz(w.arrived & mask)]; if (o != line) fail(cudaErrorLaunchFailure, nullptr, "lanes of one warp at different warp operations: line %d and line %d", line, o); }
  l.value = v; l.source = src; if (p) memcpy(l.p, p, sizeof l.p); w.line[lane] = line; w.arrived |= 1u << lane;
  if ((w.arrived & mask) != mask) { f.wait = WARP; f.line = line; to_scheduler(); return l; }
  fn(w.lane, mask, arg); w.arrived &= ~mask;
  for (int i = 0; i < 32; i++) if (mask >> i & 1) { Fiber& o = fiber[base + i]; if (fn == combine_none && arg) o.warp_interval = std::min(o.warp_interval + 1, 0xfffffu); if (o.wait == WARP) o.wait = READY; }
  if (schedule_mode == 2 && (rng() & 3) == 0) { f.wait = READY; to_scheduler(); }
  return l;
}
void combine_none(Lane*, unsigned, int) {}
void combine_shuffle(Lane* l, unsigned m, int) { for (int i = 0; i < 32; i++) if (m >> i & 1) l[i].result = m >> (l[i].source & 31) & 1 ? l[l[i].source & 31].value : 0x7fc0dead7fc0deadull; } // reading an inactive lane: NaN
void combine_ballot(Lane* l, unsigned m, int) { unsigned b = 0; for (int i = 0; i < 32; i++) if (m >> i & 1) b |= (unsigned)(l[i].value & 1) << i; for (int i = 0; i < 32; i++) l[i].result = b; }
// ---- tensor cores: mode 0 = fma order in float, 1 = exact sum rounded once, 2 = sm_80/86/89, 3 = sm_90 and later ----------------
// Modes 2 and 3 follow the published measurements (Fasi 2021, Khattak 2025, Xie 2025): products exact, all terms of a group aligned to
// the largest exponent and truncated to 24 (25) fraction bits, summed exactly, result truncated to float. Groups: half of k (all of k).
static int sig(double v, double& m) { if (v == 0) { m = 0; return -126; } int e; m = std::frexp(v, &e) * 2; return e - 1; }
static float dot(const float* a, const float* b, int sa, int sb, int k, float c, int half) {
  if (mma_mode == 0) { for (int i = 0; i < k; i++) c = fmaf(a[i * sa], b[i * sb], c); return c; }
  if (mma_mode == 1) { double s = c; for (int i = 0; i < k; i++) s += (double)a[i * sa] * b[i * sb]; return (float)s; }
  int group = mma_mode == 2 ? half : k, F = mma_mode == 2 ? 24 : 25;
  for (int i0 = 0; i0 < k; i0 += group) {
    double m[17], x, y, plain = c; int e[17], top; e[0] = sig(c, m[0]); top = e[0];
    for (int i = 0; i < group; i++) { float u = a[(i0 + i) * sa], v = b[(i0 + i) * sb]; plain += (double)u * v; e[i + 1] = sig(u, x) + sig(v, y); m[i + 1] = x * y; if (e[i + 1] > top) top = e[i + 1]; }
    if (!std::isfinite(plain)) { c = (float)plain; continue; }
    double s = 0; for (int i = 0; i <= group; i++) s += std::trunc(std::ldexp(m[i], F + e[i] - top)); s = std::ldexp(s, top - F);
    float r = (float)s; if (std::fabs((double)r) > std::fabs(s)) r = std::nextafterf(r, 0.0f); c = r;
  }
  return c;
}
static float bf(uint32_t u, int hi) { uint32_t i = hi ? u & 0xffff0000u : u << 16; float f; memcpy(&f, &i, 4); return f; }
static float tf(uint32_t u) { u &= ~0x1fffu; float f; memcpy(&f, &u, 4); return f; }                // the unit ignores the low 13 bits
void combine_mma(Lane* l, unsigned m, int shape) {
  if (m != ~0u) { fail(cudaErrorLaunchFailure, nullptr, "mma needs a full warp"); return; } int K = shape ? 8 : 16; float A[16][16], B[16][8];
  for (int t = 0; t < 32; t++) { int g = t >> 2, q = t & 3; const uint32_t *a = (uint32_t*)l[t].p[1], *b = (uint32_t*)l[t].p[2];
    if (!shape) { for (int i = 0; i < 8; i++) A[(i & 2) ? g + 8 : g][q * 2 + (i & 1) + (i >= 4 ? 8 : 0)] = bf(a[i / 2], i & 1); for (int i = 0; i < 4; i++) B[q * 2 + (i & 1) + (i >= 2 ? 8 : 0)][g] = bf(b[i / 2], i & 1); }
    else { for (int i = 0; i < 4; i++) A[(i & 1) ? g + 8 : g][q + (i >= 2 ? 4 : 0)] = tf(a[i]); for (int i = 0; i < 2; i++) B[q + 4 * i][g] = tf(b[i]); } }
  for (int t = 0; t < 32; t++) { int g = t >> 2, q = t & 3; float* d = (float*)l[t].p[0]; for (int i = 0; i < 4; i++) { int r = i < 2 ? g : g + 8, c = q * 2 + (i & 1); d[i] = dot(A[r], &B[0][c], 1, 8, K, d[i], shape ? 4 : 8); } }
}
void combine_ldmatrix(Lane* l, unsigned, int n) {
  bool trans = n == 8; n = 4;
  int me = cur & 31, base = cur & ~31; for (int m = 0; m < n; m++) for (int r = 0; r < 8; r++) { cur = base + m * 8 + r; if ((uintptr_t)l[m * 8 + r].p[1] & 15) fail(716, nullptr, "ldmatrix row address is not 16-byte aligned"); access(l[m * 8 + r].p[1], 16, false, false, nullptr); } cur = base + me;
  for (int t = 0; t < 32; t++) for (int m = 0; m < n; m++) if (!trans) memcpy((uint32_t*)l[t].p[0] + m, (char*)l[m * 8 + t / 4].p[1] + (t & 3) * 4, 4); else for (int h = 0; h < 2; h++) memcpy((uint16_t*)l[t].p[0] + 2 * m + h, (char*)l[m * 8 + (t & 3) * 2 + h].p[1] + t / 4 * 2, 2);
}
void combine_wmma(Lane* l, unsigned m, int kind) {
  int K = kind / 4, type = kind & 3; if (m != ~0u) { fail(cudaErrorLaunchFailure, nullptr, "wmma needs a full warp"); return; } static float A[16 * 16], B[16 * 16], C[16 * 16];
  using nvcuda::wmma::element_of;
  for (unsigned t = 0; t < 32; t++) {
    for (int i = 0; i < 16 * K / 32; i++) { int e = element_of(t, i); const void *a = l[t].p[1], *b = l[t].p[2];
      if (type == 1) { A[e] = tf(((uint32_t*)a)[i]); B[e] = tf(((uint32_t*)b)[i]); } else if (type == 2) { A[e] = __half2float(((__half*)a)[i]); B[e] = __half2float(((__half*)b)[i]); } else { A[e] = __bfloat162float(((__nv_bfloat16*)a)[i]); B[e] = __bfloat162float(((__nv_bfloat16*)b)[i]); } }
    for (int i = 0; i < 8; i++) C[element_of(t, i)] = ((float*)l[t].p[3])[i]; }
  if (mma_mode == 0) { for (int r = 0; r < 16; r++) for (int k = 0; k < K; k++) for (int c = 0; c < 16; c++) C[r * 16 + c] += A[r * K + k] * B[k * 16 + c]; }
  else for (int r = 0; r < 16; r++) for (int c = 0; c < 16; c++) C[r * 16 + c] = dot(A + r * K, B + c, 1, 16, K, C[r * 16 + c], type == 1 ? 4 : 8);
  for (unsigned t = 0; t < 32; t++) for (int i = 0; i < 8; i++) ((float*)l[t].p[0])[i] = C[element_of(t, i)];
}
// ---- shared memory, cp.async -----------------------------------------------------------------------------------------------
void* shared_var(const void* key, size_t size, size_t align, const char* name) {
  Quiet q;  for (auto& v : vars) if (v.key == key) return v.p;
  size_t at = (smem_top + align - 1) / align * align; if (at + size + 64 > SMEM) fail(cudaErrorInvalidValue, nullptr, "shared memory exhausted by %s", name);
  if (at + size - dyn_bytes > (48 << 10) + 256 * (vars.size() + 2)) fail(cudaErrorInvalidValue, nullptr, "more than 48 KiB of static shared memory (%s)", name);
  memset(smem + at, 0xff, size + 64); if (hooks_seen) { size_t a = at / GRAIN, n = (size + GRAIN - 1) / GRAIN, z = (size + 128 + GRAIN - 1) / GRAIN; memset(smem_state + a, 0, z); memset((void*)(smem_cell + a), 0, z * sizeof(Cell)); memset(smem_state + a, ALLOCATED, n); }
  smem_top = at + size + 64; vars.push_back({key, smem + at}); return smem + at;       // 64 bytes of red zone
}
void* shared_dynamic() { return smem; }
static void flight(const Pending& c, bool on) { if (hooks_seen) for (size_t g = (size_t)(c.d - smem) / GRAIN, e = g + c.n / GRAIN; g < e; g++) smem_state[g] = (uint8_t)(on ? (smem_state[g] & ~WRITTEN) | IN_FLIGHT : smem_state[g] & ~IN_FLIGHT); }
static void finish(Pending& c) { flight(c, false); access(c.s, c.n - c.z, false, false, nullptr); access(c.d, c.n, true, false, nullptr); memcpy(c.d, c.s, c.n - c.z); memset(c.d + c.n - c.z, 0, c.z); }
void copy_async(void* d, const void* s, size_t n, size_t z) {
  Quiet q;  if ((n != 4 && n != 8 && n != 16) || (uintptr_t)d % n || (uintptr_t)s % n) fail(716, nullptr, "cp.async of %zu bytes: bad size or alignment", n);
  if ((char*)d < smem || (char*)d >= smem + SMEM) fail(cudaErrorIllegalAddress, nullptr, "cp.async destination is not in shared memory");
  Pending p{(char*)d, (const char*)s, n, z, fiber[cur].groups}; if (!late_copy) { finish(p); return; }
  access(d, n, true, false, __builtin_return_address(0)); memset(d, 0xff, n);                      // from now on in flight: undefined until waited for
  flight(p, true); fiber[cur].copies.push_back(p);
}
void copy_commit() { fiber[cur].groups++; }
void copy_wait(int allowed) { Quiet q; Fiber& f = fiber[cur]; if (f.copies.empty() || allowed >= 1 << 30) return; size_t k = 0; for (auto& c : f.copies) if (c.group < f.groups - allowed) finish(c); else f.copies[k++] = c; f.copies.resize(k); }
// ---- the access check: bounds, initialisation, races ------------------------------------------------------------------------------
static inline __attribute__((always_inline)) void check(const void* ptr, size_t n, bool write, bool atomic, const void* pc, bool aligned = true) {
  const char* p = (const char*)ptr; n_access++;
  size_t so = (size_t)(p - (stacks + (size_t)cur * STACK)); if (so < STACK) return;                 // this thread's own stack
  Cell* cell; uint8_t* st; const char* kind; size_t off = (size_t)(p - dev); bool global = off < DEV;
  if (global) { cell = dev_cell; st = dev_state; kind = "global"; }
  else if ((off = (size_t)(p - smem)) < SMEM) { cell = smem_cell; st = smem_state; kind = "shared"; }
  else {
    if (p >= closure_lo && p < closure_hi) return;
    for (auto& m : module_data) if (p >= m.first && p < m.second) return;
    fail(cudaErrorIllegalAddress, pc, "%s of %zu bytes at %p: neither device, shared nor own local memory%s", write ? "write" : "read", n, ptr, p >= stacks && p < stacks + MAXT * STACK ? " (another thread's stack)" : ""); return;
  }
  if (aligned && !(n & (n - 1)) && (uintptr_t)p % (n > 16 ? 16 : n)) fail(716, pc, "misaligned %s %s of %zu bytes", kind, write ? "write" : "read", n);
  uint64_t key = (uint64_t)interval << 32 | (uint64_t)fiber[cur].warp_interval << 12 | (uint64_t)atomic << 11 | (uint64_t)cur, floor = (uint64_t)(global ? launch_first : block_first) << 32;
  auto races = [&](uint64_t o) {        // is the earlier access o unordered with this one?
    if (o < floor || (o & 2047) == (uint64_t)cur) { if (o < floor) return false; if (o >> 32 >= block_first) return false; }
    if (atomic && (o >> 11 & 1)) return false;
    if (o >> 32 < block_first) return true;                                                          // another block of this launch
    if (o >> 32 != interval) return false;                                                           // a barrier lies between
    return !((o & 2047) >> 5 == (uint64_t)cur >> 5 && (o >> 12 & 0xfffff) != fiber[cur].warp_interval);  // same warp: __syncwarp lies between
  };
  for (size_t g = off / GRAIN, e = (off + n - 1) / GRAIN; g <= e; g++) {
    if (!(st[g] & ALLOCATED)) { fail(cudaErrorIllegalAddress, pc, "%s %s of %zu bytes out of bounds at %p%s", kind, write ? "write" : "read", n, ptr, st[g] & FREED ? " (freed)" : ""); return; }
    if (st[g] & IN_FLIGHT) { fail(cudaErrorLaunchFailure, pc, "shared %s of %zu bytes while a cp.async into them is in flight, offset %zu", write ? "write" : "read", n, off); return; }
    if (check_init && !(st[g] & WRITTEN) && (!write || atomic)) { fail(cudaErrorLaunchFailure, pc, "%s read of %zu bytes never written, offset %zu", kind, n, off); return; }
    if (write) st[g] |= WRITTEN;
    if (!check_race) continue;
    Cell& c = cell[g];
    if (c.w && c.w != key && races(c.w)) { fail(cudaErrorLaunchFailure, pc, "%s race: %s after unordered write by thread %d, offset %zu", kind, write ? "write" : "read", (int)(c.w & 1023), off); return; }
    if (write) {
      if ((c.r0 && races(c.r0)) || (c.r1 && races(c.r1))) { fail(cudaErrorLaunchFailure, pc, "%s race: write after unordered read by thread %d, offset %zu", kind, (int)((c.r0 && races(c.r0) ? c.r0 : c.r1) & 1023), off); return; }
      c.w = key; if (atomic) c.r0 = key;
    } else if (c.r0 != key) { if ((c.r0 & 2047) != (key & 2047) || c.r0 >> 32 != key >> 32) c.r1 = c.r0; c.r0 = key; }
  }
}
void access(const void* p, size_t n, bool w, bool a, const void* pc) { if (n && hooks_seen) check(p, n, w, a, pc); }
bool checked() { return hooks_seen; }
static inline __attribute__((always_inline)) void hook(const void* p, size_t n, bool w, const void* pc, bool aligned = true) {
  if (user_code) check(p, n, w, false, pc, aligned);
  else if (!in_kernel && dev && (const char*)p >= dev && (const char*)p < dev + DEV) { fail(cudaErrorIllegalAddress, pc, "host code touches device memory %p", p); abort(); }
}
}
#include "ptx_interpreter.inc"
using namespace boot_emu;
// ---- runtime API ---------------------------------------------------------------------------------------------------------------
static void mark(const void* p, size_t n, uint8_t s) { size_t off = (size_t)((const char*)p - dev); if (dev && off < DEV && n) { size_t a = off / GRAIN, b = (off + n - 1) / GRAIN; for (; a <= b; a++) dev_state[a] = s; } }
cudaError_t cudaMalloc(void** out, size_t n) {
  init(); size_t span = (n + 255) / 256 * 256, pages = (span + PAGE - 1) / PAGE * PAGE; if (dev_top + pages + PAGE > DEV) return last_error = cudaErrorMemoryAllocation;
  char* base = dev + dev_top; mprotect(base, pages, PROT_READ | PROT_WRITE); dev_top += pages + PAGE; memset(base, 0xff, pages);
  char* p = base + pages - span; *out = p; blocks_[p] = n; mark(p, n, ALLOCATED); return 0;           // ends at a guard page
}
cudaError_t cudaFree(void* v) {
  drain_all(); if (!v) return 0; auto it = blocks_.find((char*)v); if (it == blocks_.end()) return last_error = cudaErrorInvalidValue;
  char* lo = (char*)((uintptr_t)v / PAGE * PAGE); size_t len = (size_t)((char*)v + (it->second + 255) / 256 * 256 - lo); mark(v, it->second, FREED); madvise(lo, len, MADV_DONTNEED); mprotect(lo, len, PROT_NONE); blocks_.erase(it); return 0;
}
static bool inside(const void* p, size_t n) { auto it = blocks_.upper_bound((char*)p); if (it == blocks_.begin()) return false; --it; return (char*)p + n <= it->first + it->second; }
static cudaError_t copy_now(void* d, const void* s, size_t n, cudaMemcpyKind k) {
  if (last_error >= 700) return last_error; bool dd = k == cudaMemcpyHostToDevice || k == cudaMemcpyDeviceToDevice, sd = k == cudaMemcpyDeviceToHost || k == cudaMemcpyDeviceToDevice;
  if (n && ((dd && !inside(d, n)) || (sd && !inside(s, n)))) { kernel_name = "cudaMemcpy"; fail(cudaErrorInvalidValue, nullptr, "%zu bytes do not fit the device allocation", n); return cudaErrorInvalidValue; }
  if (dd && sd && hooks_seen) { for (size_t i = 0; i < n; i += GRAIN) dev_state[((char*)d + i - dev) / GRAIN] = dev_state[((char*)s + i - dev) / GRAIN]; } else if (dd) mark(d, n, ALLOCATED | WRITTEN);
  memcpy(d, s, n); return 0;
}
static cudaError_t set_now(void* p, int v, size_t n) { if (n && !inside(p, n)) return last_error = cudaErrorInvalidValue; memset(p, v, n); mark(p, n, ALLOCATED | WRITTEN); return 0; }
cudaError_t cudaMemcpy(void* d, const void* s, size_t n, cudaMemcpyKind k) { drain_all(); return copy_now(d, s, n, k); }
cudaError_t cudaMemset(void* p, int v, size_t n) { drain_all(); return set_now(p, v, n); }
cudaError_t cudaMemcpyAsync(void* d, const void* s, size_t n, cudaMemcpyKind k, cudaStream_t st) { if (stream_mode && st && k == cudaMemcpyDeviceToHost) memset(d, 0xff, n); submit(st, [=] { copy_now(d, s, n, k); }); return last_error; }
cudaError_t cudaMemsetAsync(void* p, int v, size_t n, cudaStream_t st) { submit(st, [=] { set_now(p, v, n); }); return last_error; }
cudaError_t cudaStreamCreate(cudaStream_t* s) { init(); *s = (cudaStream_t)next_stream++; return 0; }
cudaError_t cudaStreamDestroy(cudaStream_t s) { cudaStreamSynchronize(s); queues.erase(s); return 0; }
cudaError_t cudaStreamSynchronize(cudaStream_t s) { drain([=] { return queues[s].empty(); }); return last_error; }
cudaError_t cudaEventCreate(cudaEvent_t* e) { *e = (cudaEvent_t)malloc(1); return 0; }
cudaError_t cudaEventDestroy(cudaEvent_t e) { recorded.erase(e); completed.erase(e); free(e); return 0; }
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s) { uint64_t t = ++recorded[e]; if (!stream_mode || !s) completed[e] = t; else queues[s].push_back({nullptr, nullptr, t, e}); return 0; }
cudaError_t cudaEventSynchronize(cudaEvent_t e) { uint64_t t = recorded[e]; drain([=] { return completed[e] >= t; }); return last_error; }
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) { if (stream_mode && s && recorded[e]) queues[s].push_back({nullptr, e, recorded[e], nullptr}); return 0; }
struct boot_emu_graph { std::vector<std::function<void()>> work; };
cudaError_t cudaMallocHost(void** p, size_t n) { return (*p = malloc(n)) ? 0 : 2; } cudaError_t cudaFreeHost(void* p) { drain_all(); free(p); return 0; } cudaError_t cudaHostAlloc(void** p, size_t n, unsigned) { return cudaMallocHost(p, n); }
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* s, unsigned) { return cudaStreamCreate(s); } cudaError_t cudaEventCreateWithFlags(cudaEvent_t* e, unsigned) { return cudaEventCreate(e); }
cudaError_t cudaEventQuery(cudaEvent_t e) { return completed[e] >= recorded[e] ? 0 : 600; } cudaError_t cudaStreamQuery(cudaStream_t s) { return queues[s].empty() ? 0 : 600; }
cudaError_t cudaGetDeviceCount(int* n) { *n = 1; return 0; } cudaError_t cudaSetDevice(int d) { return d ? 101 : 0; } cudaError_t cudaGetDevice(int* d) { *d = 0; return 0; } cudaError_t cudaDriverGetVersion(int* v) { *v = 13000; return 0; } cudaError_t cudaRuntimeGetVersion(int* v) { *v = 13000; return 0; }
cudaError_t cudaDeviceGetAttribute(int* v, cudaDeviceAttr a, int) { *v = a == cudaDevAttrMultiProcessorCount ? 4 : a == cudaDevAttrComputeCapabilityMajor ? 8 : a == cudaDevAttrComputeCapabilityMinor ? 0 : 163 << 10; return 0; }
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int) { *p = {}; strcpy(p->name, "emulated"); p->totalGlobalMem = DEV; p->sharedMemPerBlock = 48 << 10; p->sharedMemPerBlockOptin = 163 << 10; p->major = 8; p->multiProcessorCount = 4; return 0; }
cudaError_t cudaMemGetInfo(size_t* f, size_t* t) { *t = DEV; *f = DEV - dev_top; return 0; }
cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode) { if (captured || !s) return last_error = 900; capturing = s; captured = new std::vector<std::function<void()>>; return 0; }
cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t* g) { if (!captured || s != capturing) return last_error = 900; *g = new boot_emu_graph{*captured}; delete captured; captured = nullptr; return 0; }
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* e, cudaGraph_t g, unsigned long long) { *e = new boot_emu_graph(*g); return 0; }
cudaError_t cudaGraphLaunch(cudaGraphExec_t e, cudaStream_t s) { for (auto& f : e->work) submit(s, f); return last_error; }
cudaError_t cudaGraphDestroy(cudaGraph_t g) { delete g; return 0; } cudaError_t cudaGraphExecDestroy(cudaGraphExec_t e) { delete e; return 0; } const char* cudaGetErrorString(cudaError_t e) { return cudaGetErrorName(e); }
cudaError_t cudaGetLastError() { int e = last_error; if (e < 700) last_error = 0; return e; }
cudaError_t cudaPeekAtLastError() { return last_error; }
cudaError_t cudaDeviceSynchronize() { drain_all(); return last_error; }
cudaError_t boot_emu_set_dynamic_shared(const void* f, int bytes) { if (bytes > 227 << 10) return last_error = cudaErrorInvalidValue; dyn_limit[f] = bytes; return 0; }
const char* cudaGetErrorName(cudaError_t e) { return e == 0 ? "cudaSuccess" : e == 700 ? "cudaErrorIllegalAddress" : e == 716 ? "cudaErrorMisalignedAddress" : e == 719 ? "cudaErrorLaunchFailure" : e == 9 ? "cudaErrorInvalidConfiguration" : e == 1 ? "cudaErrorInvalidValue" : e == 2 ? "cudaErrorMemoryAllocation" : "cudaErrorUnknown"; }
extern "C" const char* boot_emu_report() { return report.c_str(); }
extern "C" void boot_emu_reset() { last_error = 0; failed = false; report.clear(); }
extern "C" void boot_emu_configure(const char* k, int v) { init(); std::string s = k; if (s == "schedule") schedule_mode = v; else if (s == "seed") rng.seed(v); else if (s == "init") check_init = v; else if (s == "race") check_race = v; else if (s == "late_copy") late_copy = v; else if (s == "mma") mma_mode = v; }
extern "C" void boot_emu_counters(uint64_t* o) { o[0] = n_thread; o[1] = n_switch; o[2] = n_access; }
// ---- hooks called by code compiled with -fsanitize=thread -----------------------------------------------------------------------------
#define PC __builtin_return_address(0)
extern "C" {
void __tsan_init() { hooks_seen = true; }
void __tsan_func_entry(void*) {} void __tsan_func_exit() {} void __tsan_vptr_update(void*, void*) {} void __tsan_vptr_read(void*) {}
#define H(n) void __tsan_read##n(void* p) { hook(p, n, false, PC); } void __tsan_write##n(void* p) { hook(p, n, true, PC); } \
  void __tsan_unaligned_read##n(void* p) { hook(p, n, false, PC, false); } void __tsan_unaligned_write##n(void* p) { hook(p, n, true, PC, false); }
H(1) H(2) H(4) H(8) H(16)
void __tsan_read_range(void* p, size_t n) { hook(p, n, false, PC, false); } void __tsan_write_range(void* p, size_t n) { hook(p, n, true, PC, false); }
// UBSan handlers of our own, for -fsanitize=alignment,bounds,shift,integer-divide-by-zero,signed-integer-overflow
struct Where { const char* file; uint32_t line, column; };
static void ub(Where* w, const char* what) { if (in_kernel && !user_code) return; boot_emu::fail(w && what[0] == 'm' ? 716 : 719, nullptr, "%s (%s:%u)", what, w->file ? strrchr(w->file, '/') ? strrchr(w->file, '/') + 1 : w->file : "?", w->line); if (!in_kernel) abort(); }
void __ubsan_handle_type_mismatch_v1(Where* w, uintptr_t p) { ub(w, p ? "misaligned access to a wider type" : "null pointer access"); }
void __ubsan_handle_pointer_overflow(Where* w, uintptr_t, uintptr_t) { ub(w, "pointer overflow"); }
#define U2(n, t) void __ubsan_handle_##n(Where* w, uintptr_t, uintptr_t) { ub(w, t); }
U2(add_overflow, "signed overflow in +") U2(sub_overflow, "signed overflow in -") U2(mul_overflow, "signed overflow in *") U2(divrem_overflow, "division by zero or overflow") U2(shift_out_of_bounds, "shift out of range")
void __ubsan_handle_negate_overflow(Where* w, uintptr_t) { ub(w, "signed overflow in negation"); }
void __ubsan_handle_out_of_bounds(Where* w, uintptr_t i) { char b[80]; snprintf(b, sizeof b, "array index %ld out of range", (long)i); ub(w, b); }
}
