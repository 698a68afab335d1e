// Sums over the rows of a matrix in a fixed order, and products whose terms are summed in parts.
#pragma once
#include "matrix_product.h"

namespace boot {

// The rows of a matrix fall into groups of `rows`; each is summed in chunks of `chunk` rows (the last may be shorter), and
// the sums, times `factor`, become rows of y: first all chunks of group 0. With `accumulate`, they are added to y.
int32_t sum_rows(const Context& context, int64_t groups, int64_t rows, int64_t chunk, int64_t columns, Source x, Target y,
    bool accumulate, float factor = 1);

constexpr int64_t SUM_CHUNK = 512;  // rows of dy that one thread block sums

// Scratch memory for sum_columns.
inline int64_t column_sums(int64_t groups, int64_t rows, int64_t columns) {
    return groups * quotient_up(rows, SUM_CHUNK) * columns;
}

// Sums of the columns of dy: `total` over everything and, where given, `by_group` over each group of rows.
inline int32_t sum_columns(const Context& context, float* scratch, int64_t groups, int64_t rows, int32_t columns, Source dy,
    float* total, Target by_group, bool accumulate) {
    const int64_t chunks = quotient_up(rows, SUM_CHUNK);
    const Source partial = {scratch, columns};
    int32_t result = sum_rows(context, groups, rows, SUM_CHUNK, columns, dy, {scratch, columns}, false);
    if (result == BOOT_OK && by_group.given()) {
        result = sum_rows(context, groups, chunks, chunks, columns, partial, by_group, false);
    }
    if (result == BOOT_OK && total != nullptr) {
        const int64_t all = groups * chunks;
        result = sum_rows(context, 1, all, all, columns, partial, {total, columns}, accumulate);
    }
    return result;
}

// In how many parts the `terms` of a product of rows×columns are summed: enough to fill a large device, of at least
// PART_TERMS each. The shape alone decides, so that every device sums in the same order.
constexpr int64_t PART_TERMS = 256;
constexpr int64_t PART_BLOCKS = 512;

inline int64_t terms_of_part(int64_t rows, int64_t columns, int64_t terms) {
    const int64_t blocks = quotient_up(rows, SmallBlock::ROWS) * quotient_up(columns, SmallBlock::COLUMNS);
    const int64_t parts = quotient_up(PART_BLOCKS, blocks);
    return quotient_up(quotient_up(terms, parts), PART_TERMS) * PART_TERMS;
}

// Scratch memory for multiply_in_parts.
inline int64_t part_sums(int64_t rows, int64_t columns, int64_t terms) {
    return quotient_up(terms, terms_of_part(rows, columns, terms)) * rows * columns;
}

// c = Aᵀ·B, or c + Aᵀ·B, for A [terms][rows] and B [terms][columns]; c is dense.
template <class A>
int32_t multiply_in_parts(const Context& context, float* scratch, const A& a, const Dense& b, int64_t rows, int64_t terms,
    float* c, bool accumulate) {
    const int64_t length = terms_of_part(rows, b.columns, terms), values = rows * b.columns;
    const Destination destination = {rows, b.columns, nullptr, {}, {}, {}, {scratch, b.columns}, values};
    const int32_t result = multiply<false, false>(context, a, b, destination, terms, length);
    const int64_t parts = quotient_up(terms, length);
    return result != BOOT_OK ? result
                             : sum_rows(context, 1, parts, parts, values, {scratch, values}, {c, values}, accumulate);
}

}  // namespace boot
