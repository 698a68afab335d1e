package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Stream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a step that bootstraps draws: times t and s = t − δ, conditions, seeds and the numbers of each sample, a pure function of
 * (seed, step). Samples of the boundary have t = s = t_max and a step with c = 1 from the pure noise.
 */
class BootstrapDraws implements AutoCloseable {

    /** Spreads the starts of a step evenly and unlike its times. */
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    final Classroom room;
    final NoiseSchedule schedule;
    private final int size;
    final RowTable table;
    final Column coefficients;
    final BatchRows rows;
    final SampleColumns samples;
    private final Assignment assignment;
    private final Solver solver;
    private final Delta delta;
    private final TimeSampling times;
    private final BootstrapLoss loss;
    private final @Nullable TwoTimeForm twoTimes;
    private final StudentForm form;
    private final Column networkT;
    private final Column networkS;
    private final @Nullable Column networkSecond;
    private final double[] t;
    private final double[] s;
    private final double[] second;

    /** w(t) of each sample, and its share of the loss. */
    final double[] weight;

    final double[] factor;
    private final SignalRow row = new SignalRow();
    final Head head;

    BootstrapDraws(
            Classroom room, Assignment assignment, Solver solver, Delta delta, TimeSampling times, BootstrapLoss loss,
            double restartShare) {
        this.room = room;
        this.assignment = assignment;
        this.solver = solver;
        this.delta = delta;
        this.times = times;
        this.loss = loss;
        schedule = room.schedule();
        size = room.shape().size();
        head = Head.of(room.studentOutput(), schedule);
        rows = new BatchRows(room.batch(), room.block(), loss.boundary().samples(room.batch()), restartShare);
        table = new RowTable(room.batch());
        coefficients = table.column(SignalCoefficients.COUNT);
        samples = new SampleColumns(room, table, Stream.NOISE, Stream.CONDITION, Stream.GUIDANCE);
        networkT = table.column(1);
        networkS = table.column(1);
        networkSecond = solver.callsTwice() ? table.column(1) : null;
        twoTimes = room.hasTwoTimes() ? new TwoTimeForm(room, table, coefficients, head) : null;
        form = twoTimes != null ? twoTimes
                : loss.boundary() instanceof Boundary.Hard ? new HardForm(room, table, samples, coefficients)
                : new PlainForm(room.shape().pixels());
        t = new double[room.batch()];
        s = new double[t.length];
        second = new double[t.length];
        weight = new double[t.length];
        factor = new double[t.length];
        Arrays.fill(second, schedule.tMax());
    }

    /** Makes the blocks, once all columns are there. */
    Block[] open() {
        table.open(room.student().device());
        Block[] blocks = new Block[rows.blocks.count()];
        for (int b = 0; b < blocks.length; b++) {
            int from = rows.blocks.first(b);
            int n = rows.blocks.size(b);
            int restarted = rows.restarted(b);
            blocks[b] = new Block(
                    b, from, n, rows.bootstrap(b), restarted, samples.seeds(from, n), coefficients.slice(from, n),
                    inputs(networkT, t, from, n), inputs(networkS, s, from, n),
                    networkSecond == null ? null : inputs(networkSecond, second, from, n),
                    restarted == 0 ? null : twoTimes.atStart(samples, from, restarted));
        }
        form.open(blocks);
        return blocks;
    }

    StudentForm form() {
        return form;
    }

    /** The form of a student of two times; null for others. */
    @Nullable TwoTimeForm twoTimes() {
        return twoTimes;
    }

    final BlockInputs inputs(Column networkTime, double @Nullable [] at, int from, int n) {
        return samples.inputs(networkTime, form.start(), at, from, n);
    }

    /** δ of a step, from the first of the assignment to the last; with a relative schedule, that of t = 1. */
    double delta(long step) {
        return delta.over((double) (step - assignment.first()) / Math.max(1, assignment.steps() - 1));
    }

    /** t over [t_min + δ, t_max], s = t − δ. */
    void draw(long step, Kernels kernels) {
        double widest = Math.min(delta(step), (schedule.tMax() - schedule.tMin()) / 2);
        double lowest = schedule.tMin() + shortest(widest);
        long first = step * room.batch();
        long since = step - assignment.first();
        int plain = rows.bootstrapSamples - rows.restartSamples;
        for (int i = 0; i < rows.bootstrapSamples; i++) {
            int index = rows.bootstrapRow[i];
            boolean restarted = i >= plain;
            double most = restarted ? start(index, step, i - plain, lowest) : schedule.tMax();
            double random = Stream.TIME.uniform(room.seed(), first + i);
            double u = restarted
                    ? times.place(i - plain, rows.restartSamples, random, since, assignment.steps())
                    : times.place(i, plain, random, since, assignment.steps());
            samples.draw(index, first + i);
            setTime(index, lowest + u * (most - lowest), widest);
            if (restarted || twoTimes == null) {
                form.set(index, t[index], s[index]);
            }
        }
        for (int i = 0; i < rows.boundarySamples; i++) {
            samples.draw(rows.boundaryRow[i], first + rows.bootstrapSamples + i);
            setBoundary(rows.boundaryRow[i], boundaryDelta(widest));
        }
        table.upload(kernels);
    }

    /** Draws u of a row that restarts, uniform in [lowest, t_max). */
    private double start(int index, long step, int i, double lowest) {
        double place = (Stream.START.uniform(room.seed(), step) + (i + 1) * GOLDEN) % 1;
        double u = lowest + place * (schedule.tMax() - lowest);
        twoTimes.setStart(index, u);
        return u;
    }

    /** The shortest way from a time to t_min. */
    double shortest(double widest) {
        return delta.schedule().at(widest, schedule.tMin());
    }

    double boundaryDelta(double widest) {
        return widest;
    }

    /** A sample that bootstraps from a time. */
    void setTime(int index, double time, double widest) {
        double own = delta.schedule().at(widest, time);
        setBootstrap(index, time, Math.max(time - own, schedule.tMin()), own);
    }

    /** A sample that bootstraps from time to next. */
    final void setBootstrap(int index, double time, double next, double own) {
        double c = solver.factor(schedule, time, next);
        set(index, time, next, loss.weight(own, c),
                loss.bootstrapFactor(own, c, rows.bootstrapSamples, rows.boundarySamples));
    }

    /** A sample at t_max whose target is the teacher's prediction: a step with c = 1 from the pure noise. */
    void setBoundary(int index, double own) {
        double time = schedule.tMax();
        set(index, time, time, loss.weight(own, 1), loss.boundaryFactor(own, rows.bootstrapSamples, rows.boundarySamples));
        row.step(1);
    }

    final SignalRow set(int index, double time, double next, double w, double share) {
        t[index] = time;
        s[index] = next;
        second[index] = solver.second(schedule, time, next);
        weight[index] = w;
        factor[index] = share;
        networkT.set(index, schedule.networkTime(time));
        networkS.set(index, schedule.networkTime(next));
        if (networkSecond != null) {
            networkSecond.set(index, schedule.networkTime(second[index]));
        }
        return row.at(table.values(), coefficients.at(index)).solve(schedule, solver, room.teacherOutput(), time, next)
                .head(head).guidance(samples.scale(index, time)).clip(room.clip()).gradient(2 * share / size);
    }

    final BootstrapLoss loss() {
        return loss;
    }

    /** The losses of the step that is drawn. */
    final Losses losses(BlockLoss squares, Kernels kernels, long step) {
        float[] residual = squares.download(kernels);
        double total = 0;
        double bootstrap = 0;
        double boundary = 0;
        for (int index : rows.bootstrapRow) {
            bootstrap += weight[index] * residual[index] / rows.bootstrapSamples;
            total += squares.loss(index, factor[index]);
        }
        for (int index : rows.boundaryRow) {
            boundary += (double) residual[index] / rows.boundarySamples;
            total += squares.loss(index, factor[index]);
        }
        return new Losses(total, bootstrap, boundary, delta(step));
    }

    @Override
    public void close() {
        table.close();
        form.close();
    }
}
