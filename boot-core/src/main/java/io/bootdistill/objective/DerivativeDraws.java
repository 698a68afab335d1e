package io.bootdistill.objective;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;

/**
 * What a step draws that learns the derivative: a sample at t is a step with c = λ'/(1 + λ') from y, and the derivative times
 * 1 − c. Samples of the boundary are as those of {@link BootstrapDraws}.
 */
final class DerivativeDraws extends BootstrapDraws {

    /** Half of the central difference, in units of t. */
    static final double DIFFERENCE = 0.005;

    /** For forward mode: the tangent of the network's time that makes the network's tangent (1 − c) dy/dt. */
    private final Column timeTangent;

    /** Just before and after t, and the factor of the difference of the signals there. */
    private final Column networkBefore;

    private final Column networkAfter;
    private final Column difference;

    /** Factors of −∂L/∂ρ that make its part by y, and of the teacher's gradient by x that make its part by x = α y + σ ε. */
    private final Column signalPart;

    private final Column statePart;

    DerivativeDraws(Classroom room, Assignment assignment, TimeSampling times, BootstrapLoss loss) {
        super(room, assignment, Solver.DDIM, Delta.fixed(0.5), times, loss, 0);
        timeTangent = table.column(1);
        networkBefore = table.column(1);
        networkAfter = table.column(1);
        difference = table.column(1);
        signalPart = table.column(1);
        statePart = table.column(1);
    }

    @Override
    double delta(long step) {
        return 1;
    }

    @Override
    double shortest(double widest) {
        return 0;
    }

    @Override
    double boundaryDelta(double widest) {
        return 1;
    }

    @Override
    void setTime(int index, double time, double widest) {
        setDerivative(index, time);
    }

    void setDerivative(int index, double time) {
        double rest = 1 / (1 + schedule.lambdaDerivative(time));
        double before = Math.max(time - DIFFERENCE, schedule.tMin());
        double after = Math.min(time + DIFFERENCE, schedule.tMax());
        double c = 1 - rest;
        set(index, time, time, loss().weight(1, c),
                loss().bootstrapFactor(1, c, rows.bootstrapSamples, rows.boundarySamples)).step(c);
        timeTangent.set(index, rest * head.outputFactor() * schedule.networkTimeDerivative(time));
        networkBefore.set(index, schedule.networkTime(before));
        networkAfter.set(index, schedule.networkTime(after));
        difference.set(index, rest / (after - before));
        double alpha = schedule.alpha(time);
        double a = room.teacherOutput().stateFactor(alpha, schedule.sigma(time));
        double b = room.teacherOutput().outputFactor(alpha, schedule.sigma(time));
        signalPart.set(index, single(c) * (1 - single(alpha) * single(a)));
        statePart.set(index, -single(c) * single(alpha) * single(b));
    }

    /** As the kernels have it. */
    private static double single(double value) {
        return (float) value;
    }

    @Override
    void setBoundary(int index, double own) {
        super.setBoundary(index, own);
        signalPart.set(index, 1);
    }

    Tensor timeTangent(Block block) {
        return timeTangent.rows(block.from(), Math.max(1, block.bootstrap()));
    }

    BlockInputs before(Block block) {
        return inputs(networkBefore, null, block.from(), Math.max(1, block.bootstrap()));
    }

    BlockInputs after(Block block) {
        return inputs(networkAfter, null, block.from(), Math.max(1, block.bootstrap()));
    }

    Tensor difference(Block block) {
        return difference.rows(block.from(), Math.max(1, block.bootstrap()));
    }

    Slice signalPart(Block block) {
        return signalPart.slice(block.from(), block.samples());
    }

    Slice statePart(Block block) {
        return statePart.slice(block.from(), Math.max(1, block.bootstrap()));
    }
}
