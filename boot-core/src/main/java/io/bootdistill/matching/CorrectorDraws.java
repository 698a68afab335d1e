package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.Stream;
import org.jspecify.annotations.Nullable;

/** The samples that the corrector moves in a step, beside the others. */
final class CorrectorDraws extends NoisedDraws {

    private static final Streams STREAMS = new Streams(Stream.CORRECTOR_NOISE, Stream.CORRECTOR_CONDITION,
            Stream.CORRECTOR_GUIDANCE, Stream.CORRECTOR_AGAIN, Stream.CORRECTOR_TIME);

    /**
     * A block of samples.
     *
     * @param seeds of the noise that the student reads
     * @param coefficients for the student's signal and the step of its gradient
     * @param again seeds of the noise at τ
     * @param teacher coefficients for x_τ and for the teacher's prediction from it
     * @param online coefficients for the online network's
     * @param learnt coefficients for the output that the online network learns, where it does from these samples
     * @param taughtAtTau for the teacher, whose scales are less
     * @param onlineFree for the online network without conditions; null where it is not guided
     * @param factor λ w of the difference of the predictions, but for the weighting by errors
     * @param opposite its negative
     * @param through null where the gradient does not go through the networks
     */
    record Part(
            int samples, Slice seeds, Slice coefficients, BlockInputs atEnd, Slice again, Slice teacher, Slice online,
            Slice learnt, BlockInputs atTau, BlockInputs taughtAtTau, @Nullable BlockInputs onlineFree, Slice factor,
            Slice opposite, ThroughColumns.@Nullable Part through) {}

    /** Below, the weight by the noise's variance grows no more. */
    private static final double LEAST_SIGMA = 0.1;

    private final Prediction onlineOutput;
    private final Correction correction;
    private final boolean isOnlineGuided;
    private final Column coefficients;
    private final Column teacher;
    private final Column online;
    private final Column learnt;
    private final @Nullable FreeCondition free;
    private final Column factor;
    private final Column opposite;
    private final @Nullable ThroughColumns through;
    private final float[] taughtScales;
    private boolean alone;

    /**
     * @param onlineOutput what the outputs of the online network mean
     */
    CorrectorDraws(Classroom room, Prediction onlineOutput, Correction correction) {
        super(room, correction.samples(), STREAMS);
        this.onlineOutput = onlineOutput;
        this.correction = correction;
        isOnlineGuided = FreeCondition.isNeeded(room, correction.onlineGuidance());
        coefficients = coefficients();
        teacher = coefficients();
        online = coefficients();
        learnt = coefficients();
        factor = table.column(1);
        opposite = table.column(1);
        taughtScales = new float[table.rows()];
        boolean isTeacherGuided = room.workers().get(0).teacher().nullOutput() != null;
        free = isOnlineGuided || isTeacherGuided && correction.isThrough() ? new FreeCondition(room, table) : null;
        through = correction.isThrough() ? new ThroughColumns(room, table, onlineOutput, isTeacherGuided) : null;
    }

    /** Makes the blocks. */
    Part[] open() {
        Blocks blocks = openTable();
        fillConstants();
        Part[] parts = new Part[blocks.count()];
        for (int b = 0; b < parts.length; b++) {
            int from = blocks.first(b);
            int n = blocks.size(b);
            BlockInputs atTau = atTau(from, n);
            BlockInputs atTauFree = free == null ? null : free.of(atTau, from, n);
            parts[b] = new Part(
                    n, samples.seeds(from, n), coefficients.slice(from, n), atEnd(from, n), again(from, n),
                    teacher.slice(from, n), online.slice(from, n), learnt.slice(from, n), atTau,
                    atTau.withScales(taughtScales), isOnlineGuided ? atTauFree : null, factor.slice(from, n),
                    opposite.slice(from, n), through == null ? null : through.part(atTau, atTauFree, from, n));
        }
        return parts;
    }

    /** What does not depend on what is drawn. */
    private void fillConstants() {
        Head head = head();
        for (int i = 0; i < table.rows(); i++) {
            at(coefficients, i).head(head).gradient(gradient());
            at(teacher, i).head(0, 1).step(1).clip(room.clip()); // of a signal, not of an output
            at(online, i).step(1).clip(room.clip());
            at(learnt, i).head(0, 1).step(1).gradient(gradient());
        }
    }

    @Override
    void draw(long step, Kernels kernels) {
        alone = step < correction.firstMove();
        super.draw(step, kernels);
    }

    @Override
    void set(int row, long index, double t, double alpha, double sigma) {
        taughtScales[row] = share(correction.guidance(), row);
        double taught = room.guidanceInterval().scale(taughtScales[row], t);
        double modelled = room.guidanceInterval().scale(share(correction.onlineGuidance(), row), t);
        at(teacher, row).state(alpha, sigma).prediction(room.teacherOutput(), alpha, sigma).guidance(taught);
        at(online, row).prediction(onlineOutput, alpha, sigma).guidance(modelled);
        at(learnt, row).prediction(onlineOutput.imageShare(sigma), onlineOutput.noiseShare(alpha));
        double moved = alone ? 0 : weight(alpha, sigma); // 0: the target is the sample itself
        factor.set(row, moved);
        opposite.set(row, -factor.get(row));
        if (free != null) {
            free.set(row, samples.conditions(), true);
        }
        if (through != null) {
            through.set(row, moved, alpha, sigma, taught, modelled);
        }
    }

    /** 1 + share·(w − 1). */
    private float share(double share, int row) {
        return (float) (1 + share * (samples.scales()[row] - 1));
    }

    /** λ w, but for a w that is a sample's. */
    private double weight(double alpha, double sigma) {
        return switch (correction.weighting()) {
            case VARIANCE -> correction.weight() / Math.pow(Math.max(sigma, LEAST_SIGMA), 2);
            case OUTPUT -> correction.weight() / Math.abs(onlineOutput.outputFactor(alpha, sigma));
            case FLAT, ERROR -> correction.weight();
            case NOISE -> correction.weight() * alpha * sigma;
        };
    }
}
