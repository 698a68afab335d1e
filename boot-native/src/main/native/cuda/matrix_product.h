// The matrix product behind convolutions and linear layers: C = A·B, with what is added to it. The operands are anything
// that gives addresses of elements (see Dense); so the neighbourhoods of a convolution are never written to memory.
#pragma once
#include "divider.h"
#include "elements.h"
#include "pipeline.h"

namespace boot {

// Where a product goes, and what is added: a value per column, a row per sample, a row per row; each may be absent.
struct Destination {
    int64_t rows;
    int32_t columns;
    const float* bias;
    Source shift;
    Divider rows_of_sample;  // used with shift alone
    Source residual;         // may be the target
    Target target;
    int64_t part_stride;  // from the result of one part of the terms to that of the next

    __device__ __forceinline__ void store(int64_t row, int64_t column, int part, float value) const {
        if (row >= rows || column >= columns) {
            return;
        }
        if (bias != nullptr) {
            value += bias[column];
        }
        if (shift.given()) {
            value += shift.row(rows_of_sample.quotient(static_cast<int32_t>(row)))[column];
        }
        if (residual.given()) {
            value += residual.row(row)[column];
        }
        target.row(row)[part * part_stride + column] = value;
    }
};

// Blocks that a multiprocessor shall hold at once. Small ones have to do with 128 registers per thread.
template <class Shape>
constexpr int resident_blocks() {
    return Shape::ROWS > 64 ? 1 : 512 / Shape::THREADS;
}

// One block of C for one part of the terms. A_ALONG and B_ALONG say whether the columns of the operand are the terms; A has
// the shape [m][terms] then, else [terms][m], and B [n][terms] or [terms][n].
template <class P, class Shape, class A, bool A_ALONG, class B, bool B_ALONG>
__global__ void __launch_bounds__(Shape::THREADS, resident_blocks<Shape>())
matrix_product(A a, B b, Destination destination, int32_t column_blocks, int64_t terms, int64_t terms_of_part) {
    typedef Tile<P, Shape::ROWS, P::DEPTH, A_ALONG> TileA;
    typedef Tile<P, Shape::COLUMNS, P::DEPTH, B_ALONG> TileB;
    typedef Pipeline<TileA, TileB> Pipe;
    typedef typename P::Element Element;
    BOOT_SHARED(Element, shared, [Pipe::SIZE]);
    const int64_t row = static_cast<int64_t>(blockIdx.x / column_blocks) * Shape::ROWS;
    const int64_t column = static_cast<int64_t>(blockIdx.x % column_blocks) * Shape::COLUMNS;
    const int part = blockIdx.y;
    const int64_t from = part * terms_of_part, to = min(terms, from + terms_of_part);
    Product<Shape, TileA, TileB> product;
    clear(product);
    Pipe::multiply_add(product, a, row, b, column, from, to, shared);
#pragma unroll
    for (int i = 0; i < product.COUNT; i++) {
        destination.store(row + product.row(i), column + product.column(i), part, product.at(i));
    }
}

typedef BlockShape<64, 64, 2, 2> SmallBlock;
typedef BlockShape<128, 128, 2, 4> LargeBlock;

inline int64_t blocks_of(const Destination& destination, int64_t rows, int64_t columns) {
    return quotient_up(destination.rows, rows) * quotient_up(destination.columns, columns);
}

template <class P, class Shape, bool A_ALONG, bool B_ALONG, class A, class B>
int32_t launch_product(const Context& context, const A& a, const B& b, const Destination& destination, int64_t terms,
    int64_t terms_of_part) {
    const int64_t column_blocks = quotient_up(destination.columns, Shape::COLUMNS);
    const int64_t blocks = blocks_of(destination, Shape::ROWS, Shape::COLUMNS);
    const int64_t parts = quotient_up(terms, terms_of_part);
    if (blocks > INT32_MAX || parts > GRID_LIMIT) {
        return BOOT_UNSUPPORTED;
    }
    BOOT_LAUNCH((matrix_product<P, Shape, A, A_ALONG, B, B_ALONG>),
        dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(parts)), Shape::THREADS, 0, context.stream, a, b,
        destination, static_cast<int32_t>(column_blocks), terms, terms_of_part);
    return launched();
}

// Large blocks where they are enough to keep the device busy. No bit of the result depends on that choice.
template <class P, bool A_ALONG, bool B_ALONG, class A, class B>
int32_t launch_by_size(const Context& context, const A& a, const B& b, const Destination& destination, int64_t terms,
    int64_t terms_of_part) {
    const int64_t parts = quotient_up(terms, terms_of_part);
    const bool large = destination.columns > SmallBlock::COLUMNS &&
        blocks_of(destination, LargeBlock::ROWS, LargeBlock::COLUMNS) * parts >= context.multiprocessors;
    return large
        ? launch_product<P, LargeBlock, A_ALONG, B_ALONG>(context, a, b, destination, terms, terms_of_part)
        : launch_product<P, SmallBlock, A_ALONG, B_ALONG>(context, a, b, destination, terms, terms_of_part);
}

// C = A·B in the precision of the context, with `terms_of_part` terms (a multiple of all depths, or all) in one part.
template <bool A_ALONG, bool B_ALONG, class A, class B>
int32_t multiply(const Context& context, const A& a, const B& b, const Destination& destination, int64_t terms,
    int64_t terms_of_part) {
    if (destination.rows <= 0) {
        return BOOT_OK;
    }
    switch (context.precision) {
        case BOOT_CUDA_BF16:
            return launch_by_size<Bf16, A_ALONG, B_ALONG>(context, a, b, destination, terms, terms_of_part);
        case BOOT_CUDA_TF32:
            return launch_by_size<Tf32, A_ALONG, B_ALONG>(context, a, b, destination, terms, terms_of_part);
        default:
            return launch_product<Float32, SmallBlock, A_ALONG, B_ALONG>(context, a, b, destination, terms, terms_of_part);
    }
}

}  // namespace boot
