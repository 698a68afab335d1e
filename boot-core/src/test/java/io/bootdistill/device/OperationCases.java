package io.bootdistill.device;

import java.util.List;
import java.util.stream.Stream;

/**
 * The table of operation cases: every operation of {@link Kernels} at sizes that break kernels (1, 2, primes, one less and one
 * more than a tile, large, not square), dense and strided, with and without each optional operand.
 */
public final class OperationCases {

    private static final List<OperationCase> ALL = Stream.of(
                    TransferCases.all(), ConvolutionCases.all(), LinearCases.all(), NormalisationCases.all(),
                    AttentionCases.all(), ResizeCases.all(), EmbeddingCases.all(), SignalCases.all(), OptimiserCases.all())
            .flatMap(List::stream)
            .toList();

    private OperationCases() {}

    /** All cases, operation by operation. */
    public static List<OperationCase> all() {
        return ALL;
    }
}
