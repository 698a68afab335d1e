package io.bootdistill.matching;

import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.Stream;
import org.jspecify.annotations.Nullable;

/** The samples of its own that the online network learns from. Where its predictions are guided, some without their condition. */
final class OnlineDraws extends NoisedDraws {

    private static final Streams STREAMS = new Streams(Stream.ONLINE_NOISE, Stream.ONLINE_CONDITION, Stream.ONLINE_GUIDANCE,
            Stream.ONLINE_AGAIN, Stream.ONLINE_TIME);

    /** How often it is not told the condition. */
    private static final double FREE = 0.1;

    /**
     * A block of samples.
     *
     * @param seeds of the noise that the student reads
     * @param signal coefficients for the sample
     * @param again seeds of the noise at τ
     * @param learnt coefficients for x_τ, and for the output that is learnt
     */
    record Part(
            int samples, Slice seeds, Slice signal, BlockInputs atEnd, Slice again, Slice learnt, BlockInputs atTau) {}

    private final Prediction output;
    private final Column signal;
    private final Column learnt;
    private final @Nullable FreeCondition told;

    /** @param output what that of the online network means */
    OnlineDraws(Classroom room, Prediction output, Correction correction) {
        super(room, correction.samples(), STREAMS);
        this.output = output;
        signal = coefficients();
        learnt = coefficients();
        told = FreeCondition.isNeeded(room, correction.onlineGuidance()) ? new FreeCondition(room, table) : null;
    }

    /** Makes the blocks. */
    Part[] open() {
        Blocks blocks = openTable();
        Head head = head();
        for (int i = 0; i < table.rows(); i++) {
            at(signal, i).head(head);
            at(learnt, i).head(0, 1).step(1).gradient(gradient());
        }
        Part[] parts = new Part[blocks.count()];
        for (int b = 0; b < parts.length; b++) {
            int from = blocks.first(b);
            int n = blocks.size(b);
            BlockInputs atTau = atTau(from, n);
            parts[b] = new Part(n, samples.seeds(from, n), signal.slice(from, n), atEnd(from, n), again(from, n),
                    learnt.slice(from, n), told == null ? atTau : told.of(atTau, from, n));
        }
        return parts;
    }

    @Override
    void set(int row, long index, double t, double alpha, double sigma) {
        at(learnt, row).state(alpha, sigma).prediction(output.imageShare(sigma), output.noiseShare(alpha));
        if (told != null) {
            told.set(row, samples.conditions(), Stream.ONLINE_NULL.uniform(room.seed(), index) < FREE);
        }
    }
}
