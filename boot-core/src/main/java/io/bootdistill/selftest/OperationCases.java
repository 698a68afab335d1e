package io.bootdistill.selftest;

import io.bootdistill.device.Kernels;
import java.util.List;
import java.util.stream.Stream;

/**
 * The table of operation cases: every operation of {@link Kernels} at sizes that break kernels (1, 2, primes, one less and one
 * more than a tile, large, not square), dense and strided, with and without each optional operand.
 */
public final class OperationCases {

    private OperationCases() {}

    /** All cases, operation by operation. */
    static List<OperationCase> all() {
        return Stream.of(
                        TransferCases.all(), ConvolutionCases.all(), LinearCases.all(), NormalisationCases.all(),
                        LayerNormCases.all(), ActivationCases.all(), RowCases.all(), AttentionCases.all(),
                        ResizeCases.all(), EmbeddingCases.all(), TokenCases.all(), SignalCases.all(), OptimiserCases.all())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * The network shapes, which benchmarks measure: every operation as the bundled teacher, in blocks of 8 samples, calls it,
     * the costly ones at 256 and 512 channels, too, and the operations of transformers at the widths of public models.
     */
    public static List<OperationCase> network() {
        return Stream.of(
                        TransferCases.network(), ConvolutionCases.network(), LinearCases.network(),
                        NormalisationCases.network(), LayerNormCases.network(), ActivationCases.network(),
                        RowCases.network(), AttentionCases.network(), ResizeCases.network(), EmbeddingCases.network(),
                        TokenCases.network(), SignalCases.network(), OptimiserCases.network())
                .flatMap(List::stream)
                .toList();
    }
}
