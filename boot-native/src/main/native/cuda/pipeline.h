// The main loop of a matrix product.
#pragma once
#include "product.h"
#include "tile_copy.h"

namespace boot {

// Two tiles of each operand in shared memory: one pair is multiplied while the next is on its way.
template <class TileA, class TileB>
struct Pipeline {
    typedef typename TileA::Element Element;
    static constexpr int SIZE = 2 * (TileA::SIZE + TileB::SIZE);  // in elements

    // Adds Σ a·b over the terms [from, to) to a product whose first element is (row, column) of C. To be followed by a
    // barrier before the shared memory is used again.
    template <class Shape, class A, class B>
    static __device__ __forceinline__ void multiply_add(Product<Shape, TileA, TileB>& product, const A& a, int64_t row,
        const B& b, int64_t column, int64_t from, int64_t to, Element* shared) {
        TileCopy<TileA, Shape::THREADS> copy_a;
        TileCopy<TileB, Shape::THREADS> copy_b;
        Element* tiles_b = shared + 2 * TileA::SIZE;
        fetch<TileA>(copy_a, a, row, from, shared);
        fetch<TileB>(copy_b, b, column, from, tiles_b);
        copy_a.deposit(shared);
        copy_b.deposit(tiles_b);
        int current = 0;
        for (int64_t term = from; term < to; term += TileA::DEPTH) {
            const int next = 1 - current;
            copy_a.arrive();
            copy_b.arrive();
            __syncthreads();  // the current pair is there, and all threads have done with the other one
            const bool more = term + TileA::DEPTH < to;
            if (more) {
                fetch<TileA>(copy_a, a, row, term + TileA::DEPTH, shared + next * TileA::SIZE);
                fetch<TileB>(copy_b, b, column, term + TileA::DEPTH, tiles_b + next * TileB::SIZE);
            }
            product.add(shared + current * TileA::SIZE, tiles_b + current * TileB::SIZE);
            if (more) {
                copy_a.deposit(shared + next * TileA::SIZE);
                copy_b.deposit(tiles_b + next * TileB::SIZE);
            }
            current = next;
        }
    }

private:
    template <class T, class Copy, class Operand>
    static __device__ __forceinline__ void fetch(
        Copy& copy, const Operand& operand, int64_t span, int64_t term, Element* tile) {
        copy.fetch(operand, T::ALONG ? span : term, static_cast<int32_t>(T::ALONG ? term : span), tile);
    }
};

}  // namespace boot
