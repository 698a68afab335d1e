// A stand-in for every library that the JavaCPP presets of cuDNN want, so that the real presets run where there is no GPU: the
// functions of cuDNN that we call, for device memory that is the host's. It is strict: a call that cuDNN's documentation does
// not allow, or that we never mean to make, is refused with a name that says why. What a pass computes goes into the stream of
// its handle, which the emulator of the kernels carries out or records in a graph.
//
// Of the four algorithms that it proposes, only the last may be taken: the others are not deterministic, do not work, or have
// no workspace. It overwrites all of its workspace, so that one which overlaps an operand shows.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OK, NO_HANDLE, BAD_DESCRIPTOR, BAD_SHAPE, BAD_ALGORITHM, BAD_WORKSPACE, BAD_SCALE, MISALIGNED, NO_STREAM, FAILS };
static const char* const NAMES[] = {
    "OK", "NO_HANDLE", "BAD_DESCRIPTOR", "BAD_SHAPE", "BAD_ALGORITHM", "BAD_WORKSPACE", "BAD_SCALE", "MISALIGNED",
    "NO_STREAM", "FAILS"};
enum { NHWC = 1, FLOAT = 0, CROSS_CORRELATION = 1, DEFAULT_MATH = 0, FMA_MATH = 3, DETERMINISTIC = 1 };
enum { UNSTABLE, BROKEN, WITHOUT_WORKSPACE, GOOD, PROPOSALS };
enum { WORKSPACE = 1000 };  // bytes, no multiple of anything

typedef struct { void* stream; } Handle;
typedef struct { int n, channels, height, width; } Images;
typedef struct { int out, in, height, width; } Filters;
typedef struct { int padding, stride, math; } Description;
typedef struct {
    int algorithm, status;
    float time;
    size_t memory;
    int determinism, math, reserved[3];
} Proposal;

int boot_emulator_submit(void* stream, void (*run)(void*), const void* argument, size_t bytes);

const char* cudnnGetErrorString(int status) { return NAMES[status]; }

// ---- objects

static int create(void** object, size_t size) {
    *object = calloc(1, size);
    return *object == NULL ? FAILS : OK;
}

static int destroy(void* object) {
    free(object);
    return object == NULL ? BAD_DESCRIPTOR : OK;
}

int cudnnCreate(Handle** handle) { return create((void**)handle, sizeof(Handle)); }
int cudnnDestroy(Handle* handle) { return destroy(handle); }
int cudnnCreateTensorDescriptor(Images** images) { return create((void**)images, sizeof(Images)); }
int cudnnDestroyTensorDescriptor(Images* images) { return destroy(images); }
int cudnnCreateFilterDescriptor(Filters** filters) { return create((void**)filters, sizeof(Filters)); }
int cudnnDestroyFilterDescriptor(Filters* filters) { return destroy(filters); }
int cudnnCreateConvolutionDescriptor(Description** conv) { return create((void**)conv, sizeof(Description)); }
int cudnnDestroyConvolutionDescriptor(Description* conv) { return destroy(conv); }

int cudnnSetStream(Handle* handle, void* stream) {
    handle->stream = stream;
    return OK;
}

int cudnnSetTensor4dDescriptor(Images* images, int format, int type, int n, int channels, int height, int width) {
    *images = (Images){n, channels, height, width};
    return format == NHWC && type == FLOAT ? OK : BAD_DESCRIPTOR;
}

int cudnnSetFilter4dDescriptor(Filters* filters, int type, int format, int out, int in, int height, int width) {
    *filters = (Filters){out, in, height, width};
    return format == NHWC && type == FLOAT && height == 3 && width == 3 ? OK : BAD_DESCRIPTOR;
}

int cudnnSetConvolution2dDescriptor(Description* conv, int pad_height, int pad_width, int stride_height, int stride_width,
    int dilation_height, int dilation_width, int mode, int type) {
    *conv = (Description){pad_height, stride_height, -1};
    return pad_width == pad_height && stride_width == stride_height && dilation_height == 1 && dilation_width == 1 &&
        mode == CROSS_CORRELATION && type == FLOAT ? OK : BAD_DESCRIPTOR;
}

int cudnnSetConvolutionMathType(Description* conv, int math) {
    conv->math = math;
    return math == DEFAULT_MATH || math == FMA_MATH ? OK : BAD_DESCRIPTOR;
}

// ---- algorithms

static int check(const Handle* handle, const Images* x, const Filters* w, const Description* conv, const Images* y) {
    if (handle == NULL || handle->stream == NULL) {
        return NO_HANDLE;
    }
    if (conv->math < 0) {
        return BAD_DESCRIPTOR;
    }
    const int height = (x->height + 2 * conv->padding - 3) / conv->stride + 1;
    const int width = (x->width + 2 * conv->padding - 3) / conv->stride + 1;
    const int fits = x->n == y->n && x->channels == w->in && y->channels == w->out && y->height == height && y->width == width;
    return fits ? OK : BAD_SHAPE;
}

static int propose(int checked, int requested, int* returned, Proposal* proposals) {
    for (*returned = 0; *returned < requested && *returned < PROPOSALS; ++*returned) {
        const int i = *returned;
        proposals[i] = (Proposal){i, i == BROKEN ? FAILS : OK, 1, WORKSPACE, i != UNSTABLE, FMA_MATH, {0, 0, 0}};
    }
    return checked;
}

static int workspace(int checked, int algorithm, size_t* bytes) {
    *bytes = WORKSPACE;
    return checked != OK ? checked : algorithm == WITHOUT_WORKSPACE ? FAILS : OK;
}

int cudnnGetConvolutionForwardAlgorithm_v7(Handle* handle, Images* x, Filters* w, Description* conv, Images* y,
    int requested, int* returned, Proposal* proposals) {
    return propose(check(handle, x, w, conv, y), requested, returned, proposals);
}

int cudnnGetConvolutionForwardWorkspaceSize(Handle* handle, Images* x, Filters* w, Description* conv, Images* y,
    int algorithm, size_t* bytes) {
    return workspace(check(handle, x, w, conv, y), algorithm, bytes);
}

int cudnnGetConvolutionBackwardDataAlgorithm_v7(Handle* handle, Filters* w, Images* dy, Description* conv, Images* dx,
    int requested, int* returned, Proposal* proposals) {
    return propose(check(handle, dx, w, conv, dy), requested, returned, proposals);
}

int cudnnGetConvolutionBackwardDataWorkspaceSize(Handle* handle, Filters* w, Images* dy, Description* conv, Images* dx,
    int algorithm, size_t* bytes) {
    return workspace(check(handle, dx, w, conv, dy), algorithm, bytes);
}

int cudnnGetConvolutionBackwardFilterAlgorithm_v7(Handle* handle, Images* x, Images* dy, Description* conv, Filters* dw,
    int requested, int* returned, Proposal* proposals) {
    return propose(check(handle, x, dw, conv, dy), requested, returned, proposals);
}

int cudnnGetConvolutionBackwardFilterWorkspaceSize(Handle* handle, Images* x, Images* dy, Description* conv, Filters* dw,
    int algorithm, size_t* bytes) {
    return workspace(check(handle, x, dw, conv, dy), algorithm, bytes);
}

// ---- passes

// A pass sums, for each value of its result, all taps and channels under it.
typedef struct Pass Pass;
typedef void Term(const Pass* pass, double* sums, long x, long w, long y);
struct Pass {
    Images xs, ys;
    Filters ws;
    Description conv;
    const float *x, *w, *y;  // null: the one that results
    Term* term;
    float* result;
    long length;
    void* space;
};

static void over_terms(const Pass* p, double* sums) {
    const Images *x = &p->xs, *y = &p->ys;
    for (int n = 0; n < y->n; n++) {
        for (long pixel = 0; pixel < (long)y->height * y->width; pixel++) {
            for (int tap = 0; tap < 9; tap++) {
                const long row = pixel / y->width * p->conv.stride + tap / 3 - p->conv.padding;
                const long column = pixel % y->width * p->conv.stride + tap % 3 - p->conv.padding;
                if (row < 0 || row >= x->height || column < 0 || column >= x->width) {
                    continue;
                }
                const long from = ((n * (long)x->height + row) * x->width + column) * x->channels;
                const long to = (n * (long)y->height * y->width + pixel) * y->channels;
                for (int out = 0; out < p->ws.out; out++) {
                    for (int in = 0; in < p->ws.in; in++) {
                        p->term(p, sums, from + in, ((long)out * 9 + tap) * p->ws.in + in, to + out);
                    }
                }
            }
        }
    }
}

static void add_forward(const Pass* p, double* sums, long x, long w, long y) { sums[y] += (double)p->x[x] * p->w[w]; }

static void add_input_gradient(const Pass* p, double* sums, long x, long w, long y) {
    sums[x] += (double)p->y[y] * p->w[w];
}

static void add_filters_gradient(const Pass* p, double* sums, long x, long w, long y) {
    sums[w] += (double)p->x[x] * p->y[y];
}

// In its turn in the stream.
static void carry_out(void* argument) {
    const Pass* p = argument;
    memset(p->space, 0xff, WORKSPACE);  // not a number
    double* sums = calloc(p->length, sizeof(double));
    if (sums == NULL) {
        abort();
    }
    over_terms(p, sums);
    for (long i = 0; i < p->length; i++) {
        p->result[i] = (float)sums[i];
    }
    free(sums);
}

static int aligned(const void* a, const void* b, const void* c) {
    return (((uintptr_t)a | (uintptr_t)b | (uintptr_t)c) & 15) == 0;
}

static int run(const Handle* handle, const float* alpha, const float* beta, int algorithm, size_t bytes, const Pass* pass) {
    const int checked = check(handle, &pass->xs, &pass->ws, &pass->conv, &pass->ys);
    if (checked != OK) {
        return checked;
    }
    if (algorithm != GOOD) {
        return BAD_ALGORITHM;
    }
    if (pass->space == NULL || bytes != WORKSPACE) {
        return BAD_WORKSPACE;
    }
    if (*alpha != 1 || *beta != 0) {
        return BAD_SCALE;
    }
    if (!aligned(pass->x, pass->w, pass->y) || !aligned(pass->space, pass->result, NULL)) {
        return MISALIGNED;
    }
    return boot_emulator_submit(handle->stream, carry_out, pass, sizeof(Pass)) == 0 ? OK : NO_STREAM;
}

static long values(const Images* images) { return (long)images->n * images->height * images->width * images->channels; }

int cudnnConvolutionForward(Handle* handle, const float* alpha, Images* xs, const float* x, Filters* ws, const float* w,
    Description* conv, int algorithm, void* space, size_t bytes, const float* beta, Images* ys, float* y) {
    const Pass pass = {*xs, *ys, *ws, *conv, x, w, NULL, add_forward, y, values(ys), space};
    return run(handle, alpha, beta, algorithm, bytes, &pass);
}

int cudnnConvolutionBackwardData(Handle* handle, const float* alpha, Filters* ws, const float* w, Images* ys,
    const float* dy, Description* conv, int algorithm, void* space, size_t bytes, const float* beta, Images* xs, float* dx) {
    const Pass pass = {*xs, *ys, *ws, *conv, NULL, w, dy, add_input_gradient, dx, values(xs), space};
    return run(handle, alpha, beta, algorithm, bytes, &pass);
}

int cudnnConvolutionBackwardFilter(Handle* handle, const float* alpha, Images* xs, const float* x, Images* ys,
    const float* dy, Description* conv, int algorithm, void* space, size_t bytes, const float* beta, Filters* ws, float* dw) {
    const Pass pass = {*xs, *ys, *ws, *conv, x, NULL, dy, add_filters_gradient, dw, 9L * ws->in * ws->out, space};
    return run(handle, alpha, beta, algorithm, bytes, &pass);
}
