package io.bootdistill.matching;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.LowRank.Target;
import io.bootdistill.network.LowRank;
import java.util.List;

/** What the online network of a {@link Corrector} is made of; at first it is the teacher. */
public sealed interface OnlineWeights {

    /** Weights of its own. */
    record Own() implements OnlineWeights {}

    /**
     * Those of the teacher, which stay as they are, and a low-rank adapter that learns (SwiftBrush, arXiv 2312.05239): one network
     * lies in memory. For teachers that are networks with attention, and students that are told no more than these.
     *
     * @param rank of the adapter, at least 1
     * @param scale of its product, divided by {@code rank}, above 0
     * @param layers that have one
     */
    record Adapter(int rank, double scale, Layers layers) implements OnlineWeights {

        /** Checks the ranges. */
        public Adapter {
            Checks.notNull("layers of the adapter", layers);
            new LowRank(rank, scale, layers.targets);
        }

        /** Rank 64 and scale 108 on queries and values, as SwiftBrush has it. */
        public static Adapter defaults() {
            LowRank usual = LowRank.defaults();
            return new Adapter(usual.rank(), usual.scale(), Layers.QUERIES_AND_VALUES);
        }

        /** As networks know it. */
        public LowRank lowRank() {
            return new LowRank(rank, scale, layers.targets);
        }
    }

    /** Layers of each attention. */
    enum Layers {
        QUERIES_AND_VALUES(List.of(Target.TO_Q, Target.TO_V)),
        /** Of those that read keys and values from elsewhere, too; all must be there. */
        ALL(List.of(Target.values()));

        private final List<Target> targets;

        Layers(List<Target> targets) {
            this.targets = targets;
        }
    }
}
