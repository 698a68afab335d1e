package io.bootdistill.objective;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.LowRank;

/** What the online network of a {@link Corrector} is made of; at first it is the teacher. */
public sealed interface OnlineWeights {

    /** Weights of its own. */
    record Own() implements OnlineWeights {}

    /**
     * Those of the teacher, which stay as they are, and a low-rank adapter that learns (SwiftBrush, arXiv 2312.05239): one network
     * lies in memory. For teachers that are networks with attention, and students that are told no more than these.
     *
     * @param adapter on the teacher's network
     */
    record Adapter(LowRank adapter) implements OnlineWeights {

        /** Checks that it is there. */
        public Adapter {
            Checks.notNull("adapter of the online network", adapter);
        }
    }
}
