package io.bootdistill.network;

import java.util.List;

/**
 * A low-rank adapter (LoRA, Hu et al., arXiv 2106.09685): a network of the weights W + (scale/rank)·B·A on chosen linear layers
 * of its attention, where A and B alone are trained. At first B is zero, so that the network is that of W to the bit, and A
 * uniform in ±1/√(its inputs), as layers start here: its outputs are then of the same size whatever width and rank are.
 *
 * <p>The parameters of a layer {@code name} are {@code name.lora_A.weight}, [rank][in], and {@code name.lora_B.weight},
 * [out][rank].
 *
 * @param rank columns of B, at least 1; a layer of fewer inputs or outputs has no more of them than these
 * @param scale of B·A, divided by {@code rank}, above 0
 * @param targets the layers, at least one
 * @see Graph#adapted
 */
public record LowRank(int rank, double scale, List<Target> targets) {

    /** A layer of each attention, under the name of the diffusers format. */
    public enum Target {
        TO_Q(".to_q"),
        TO_K(".to_k"),
        TO_V(".to_v"),
        TO_OUT(".to_out.0");

        private final String ending;

        Target(String ending) {
            this.ending = ending;
        }

        boolean isOf(String layer) {
            return layer.endsWith(ending);
        }
    }

    public LowRank {
        targets = List.copyOf(targets);
        require(rank >= 1, "rank", rank, "at least 1");
        require(scale > 0 && scale < Double.POSITIVE_INFINITY, "scale", scale, "above 0 and finite");
        require(!targets.isEmpty(), "targets", targets, "at least one of " + List.of(Target.values()));
    }

    private static void require(boolean valid, String name, Object value, String allowed) {
        if (!valid) {
            throw new IllegalArgumentException(name + " of the adapter is " + value + ", must be " + allowed);
        }
    }

    /** Rank 64 and scale 108 on queries and values, as SwiftBrush has it (arXiv 2312.05239). */
    public static LowRank defaults() {
        return new LowRank(64, 108, List.of(Target.TO_Q, Target.TO_V));
    }

    float factor() {
        return (float) (scale / rank);
    }
}
