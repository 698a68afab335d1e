package io.bootdistill.matching;

import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;
import org.jspecify.annotations.Nullable;

/**
 * Factors of a step whose gradient goes through both networks, see {@link Matching.Through}: −λ dL/dy is the sum of d, times
 * λ w (1 − α A), and of Jᵀ v of each call of a network, times −λ w α B and the call's share of a guided prediction, s or 1 − s.
 */
final class ThroughColumns {

    /**
     * Those of a block.
     *
     * @param taught what the teacher reads
     * @param taughtFree the same without conditions; null where it is not guided
     * @param moved factor of d
     * @param taughtShare of each call
     */
    record Part(
            BlockInputs taught, @Nullable BlockInputs taughtFree, Slice moved, Slice taughtShare, Slice taughtFreeShare,
            Slice onlineShare, Slice onlineFreeShare) {}

    private final Prediction prediction;
    private final boolean isTeacherGuided;
    private final boolean isTeacherTold;
    private final Column moved;
    private final Column taughtShare;
    private final Column taughtFreeShare;
    private final Column onlineShare;
    private final Column onlineFreeShare;

    /**
     * Adds its columns.
     *
     * @param prediction what the outputs of both networks mean
     * @param isTeacherGuided whether its prediction is made of two
     */
    ThroughColumns(Classroom room, RowTable table, Prediction prediction, boolean isTeacherGuided) {
        this.prediction = prediction;
        this.isTeacherGuided = isTeacherGuided;
        isTeacherTold = room.teacher().graph().network().scalars().contains(ScalarInputs.GUIDANCE);
        moved = table.column(1);
        taughtShare = table.column(1);
        taughtFreeShare = table.column(1);
        onlineShare = table.column(1);
        onlineFreeShare = table.column(1);
    }

    Part part(BlockInputs atTau, @Nullable BlockInputs free, int from, int n) {
        return new Part(ofTeacher(atTau), isTeacherGuided ? ofTeacher(free) : null, moved.slice(from, n),
                taughtShare.slice(from, n), taughtFreeShare.slice(from, n), onlineShare.slice(from, n),
                onlineFreeShare.slice(from, n));
    }

    /** It has one time, and no scale that it does not know. */
    private BlockInputs ofTeacher(BlockInputs given) {
        return new BlockInputs(given.networkTime(), null, isTeacherTold ? given.scale() : null, given.condition(), given.times(),
                null, null, given.from());
    }

    /**
     * Sets a row.
     *
     * @param factor λ w
     * @param taught scale of the teacher's guidance
     * @param modelled of the online network's
     */
    void set(int row, double factor, double alpha, double sigma, double taught, double modelled) {
        double back = -factor * alpha * prediction.outputFactor(alpha, sigma);
        double told = isTeacherGuided ? taught : 1;
        moved.set(row, factor * (1 - alpha * prediction.stateFactor(alpha, sigma)));
        taughtShare.set(row, back * told);
        taughtFreeShare.set(row, back * (1 - told));
        onlineShare.set(row, back * modelled);
        onlineFreeShare.set(row, back * (1 - modelled));
    }
}
