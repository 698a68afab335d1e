package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which trajectory and which of its times each sample of a step regresses on, and its numbers, a pure function of (seed, step).
 * A block solves trajectories for a part of its samples, the first; the others use those of earlier steps again, at intervals
 * that keep the samples of neighbouring steps different.
 */
final class TrajectoryDraws implements AutoCloseable {

    private final Classroom room;
    private final Assignment assignment;
    private final NoiseSchedule schedule;
    private final int size;
    private final int uses;
    private final int interval;
    private final double end;
    private final double ownStates;
    private final Trajectory trajectory;
    private final int steps;
    private final double most;
    private final double least;
    private final RowTable table;
    private final Column coefficients;
    private final Column networkTime;
    private final @Nullable TwoTimeForm twoTimes;
    private final StudentForm form;
    private final Head head;

    /** The plain head, of rows that start from a state of the student's own; null where none does. */
    private final @Nullable Column ownHead;

    private @Nullable Slice @Nullable [] ownHeads;
    private final double[] factor;
    private final SignalRow row = new SignalRow();

    final BatchRows rows;
    final SampleColumns samples;

    TrajectoryDraws(
            Classroom room, Assignment assignment, int steps, int uses, int interval, double end, double restartShare,
            double ownStates) {
        this.room = room;
        this.assignment = assignment;
        this.interval = interval;
        this.end = end;
        this.ownStates = ownStates;
        this.uses = Math.min(uses, room.block());
        schedule = room.schedule();
        size = room.shape().size();
        trajectory = Trajectory.reference(schedule, SignalOde.Solver.MULTISTEP, steps);
        this.steps = trajectory.evaluations() - 1;
        most = trajectory.times()[0];
        least = trajectory.times()[this.steps];
        head = Head.of(room.studentOutput(), schedule);
        rows = new BatchRows(room.batch(), room.block(), 0, restartShare);
        table = new RowTable(room.batch());
        coefficients = table.column(SignalCoefficients.COUNT);
        samples = new SampleColumns(room, table, Stream.NOISE, Stream.CONDITION, Stream.GUIDANCE);
        networkTime = table.column(1);
        twoTimes = room.hasTwoTimes() ? new TwoTimeForm(room, table, coefficients, TwoTimeForm.SIGNAL) : null;
        form = twoTimes != null ? twoTimes : new PlainForm(room.shape().pixels());
        ownHead = ownStates > 0 ? table.column(SignalCoefficients.COUNT) : null;
        factor = new double[room.batch()];
    }

    /** Makes the blocks. */
    Block[] open() {
        table.open(room.student().device());
        Block[] blocks = new Block[rows.blocks.count()];
        for (int b = 0; b < blocks.length; b++) {
            int from = rows.blocks.first(b);
            int n = rows.blocks.size(b);
            blocks[b] = new Block(b, from, n, n, rows.restarted(b), samples.seeds(from, n), coefficients.slice(from, n), null,
                    samples.inputs(networkTime, form.start(), null, from, n), null,
                    own(b) == 0 ? null : twoTimes.atStart(samples, from, own(b)));
        }
        form.open(blocks);
        if (ownHead != null) {
            for (int i = 0; i < table.rows(); i++) {
                row.at(table.values(), ownHead.at(i)).clear().head(head);
            }
            ownHeads = Block.slices(blocks, ownHead, block -> own(block.index()));
        }
        return blocks;
    }

    /** Samples of a block, its first, that start from a state of the student's own. */
    int own(int block) {
        return rows.own(block, ownStates);
    }

    /** Their plain head. */
    Slice ownHead(int block) {
        return ownHeads[block];
    }

    StudentForm form() {
        return form;
    }

    /** The form of a student of two times; null for others. */
    @Nullable TwoTimeForm twoTimes() {
        return twoTimes;
    }

    Trajectory trajectory() {
        return trajectory;
    }

    /** Samples that a trajectory serves. */
    int uses() {
        return uses;
    }

    /** Noises whose trajectories a block of so many samples solves in a step; its first samples. */
    int fresh(int samples) {
        return (samples + uses - 1) / uses;
    }

    /** Steps before one whose trajectories it may use. */
    long history() {
        return Math.min((uses - 1L) * interval, assignment.steps() - 1);
    }

    private boolean restarts() {
        return rows.restartSamples > 0;
    }

    /** Whether all uses are of the trajectory's end alone: then they share one signal. */
    boolean isAtEnd() {
        return end == 1 && !restarts();
    }

    /** Signals that are kept of a trajectory: the target of each use and, where samples restart, what each would start from. */
    int signals() {
        return isAtEnd() ? 1 : restarts() ? 2 * uses : uses;
    }

    /** Which of the signals is a use's target. */
    int target(int use) {
        return isAtEnd() ? 0 : use;
    }

    /** Which of them a sample starts from that restarts. */
    int start(int use) {
        return uses + use;
    }

    /** The time of a signal that is kept. */
    double timeOfSignal(long noise, int signal) {
        return signal < uses ? time(noise, signal) : startTime(noise, signal - uses);
    }

    /** The step whose trajectories a use is of; the first steps of an assignment spread over those that there are. */
    long origin(long step, int use) {
        return step - use * Math.min(interval, (step - assignment.first()) / uses);
    }

    /** The index of a noise that is new in a step, at its row. */
    long noise(long step, int index) {
        return step * room.batch() + index;
    }

    /** The time that a use regresses on: t_min with probability {@code end}, else uniform from there to t_max. */
    double time(long noise, int use) {
        double u = Stream.TRAJECTORY_TIME.uniform(room.seed(), noise * uses + use);
        return u < end ? least : least + (u - end) / (1 - end) * (most - least);
    }

    /**
     * The time that a use starts from if it restarts: uniform between its target and the end of the first step, but for a mean
     * step's length above the target, so that there is something to learn; t_max where this leaves nothing.
     */
    double startTime(long noise, int use) {
        double lowest = time(noise, use) + (most - least) / steps;
        double highest = trajectory.times()[trajectory.times()[1] < most ? 1 : 2];
        double u = Stream.TRAJECTORY_START.uniform(room.seed(), noise * uses + use);
        return lowest < highest ? lowest + u * (highest - lowest) : most;
    }

    /** The step of a trajectory that leads past a time; t_min is that of the last evaluation, whose signal is the sample. */
    int step(double t) {
        int step = 0;
        while (step < steps && t <= trajectory.times()[step + 1]) {
            step++;
        }
        return step;
    }

    /**
     * The share of a step, not the first or the last, that leads from its start to a time: with f̄ held constant, the signal
     * there is y + c (f̄ − y), too, and so lies between those of its ends.
     */
    double share(int step, double t) {
        return schedule.step(trajectory.times()[step], t) / trajectory.steps()[step];
    }

    /** The first rows of a block are new noises; the others those of earlier steps, at other times of their trajectories. */
    void draw(long step, Kernels kernels) {
        for (int b = 0; b < rows.blocks.count(); b++) {
            int from = rows.blocks.first(b);
            int fresh = fresh(rows.blocks.size(b));
            for (int i = 0; i < rows.blocks.size(b); i++) {
                int use = i / fresh;
                long noise = noise(origin(step, use), from + i % fresh);
                samples.draw(from + i, noise);
                set(from + i, time(noise, use), i < rows.restarted(b) ? startTime(noise, use) : most);
            }
        }
        table.upload(kernels);
    }

    /** Rows that restart have weights 1/c², as for F̂ itself. */
    private void set(int index, double time, double start) {
        networkTime.set(index, schedule.networkTime(time));
        double c = 1;
        if (twoTimes != null) {
            twoTimes.setStart(index, start);
            c = twoTimes.step(index, time);
        }
        factor[index] = 1 / (c * c * room.batch());
        row.at(table.values(), coefficients.at(index)).head(head).gradient(2 * factor[index] / size);
        form.set(index, time, time);
    }

    /** The loss of the step that is drawn. */
    Losses losses(BlockLoss squares, Kernels kernels) {
        squares.download(kernels);
        double total = 0;
        for (int i : rows.bootstrapRow) {
            total += squares.loss(i, factor[i]);
        }
        return Losses.of(total);
    }

    /** Share of a row in the sum of the loss. */
    double factor(int index) {
        return factor[index];
    }

    @Override
    public void close() {
        table.close();
        form.close();
    }
}
