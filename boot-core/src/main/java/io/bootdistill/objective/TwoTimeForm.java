package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Worker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A student of two times, that of its input and that of the signal: the first samples of a block start not from pure noise but
 * from a state x_u = α_u y_u + σ_u ε on the way. ŷ(x_u, u → t) = y_u + c(u → t)(F̂ − y_u), where F̂ is what the network's output
 * means at u, a mean of f over [t, u], so that a student with the teacher's weights takes a DDIM step of the teacher; at t = u the
 * signal is y_u by construction. A flow map learnt in this way takes one step or several (as in arXiv 2406.07507, here without
 * data, and 2411.08378).
 *
 * <p>Rows that start from pure noise have u = t_max and the plain {@link Head}, which is the same with c = 1.
 */
final class TwoTimeForm implements StudentForm {

    /** y_u is there already. */
    static final Head SIGNAL = new Head(0, 1);

    private final Classroom room;
    private final NoiseSchedule schedule;
    private final RowTable table;
    private final Column coefficients;
    private final int pixels;

    /** u of each row, as the network is given it, and t_max. */
    private final Column networkStart;

    private final Column networkMax;

    /** Of restarted rows: from the noise to u by the head and the state at t; then the step u → t, and its state. */
    private final Column way;

    /** Of restarted rows: −(1 − c(u → s)): so much of y_u leaves of a target at s what F̂ has to learn. */
    private final Column rest;

    private final double[] start;
    private final SignalRow row = new SignalRow();

    /** What y_u is made of. */
    private final Head head;
    private @Nullable DeviceMemory @Nullable [] memory;
    private Tensor @Nullable [] y;
    private Tensor @Nullable [] x;
    private @Nullable SignalStep @Nullable [] steps;

    /** {@link #way} and {@link #rest} of each block's restarted rows. */
    private @Nullable Slice @Nullable [] ways;

    private @Nullable Slice @Nullable [] rests;

    /**
     * @param coefficients of the batch, with the plain head
     * @param head of what {@link #restart} is given: the student's, or {@link #SIGNAL}
     */
    TwoTimeForm(Classroom room, RowTable table, Column coefficients, Head head) {
        this.room = room;
        this.table = table;
        this.coefficients = coefficients;
        this.head = head;
        schedule = room.schedule();
        pixels = room.shape().pixels();
        networkStart = table.column(1);
        networkMax = table.column(1);
        way = table.column(SignalCoefficients.COUNT);
        rest = table.column(1);
        start = new double[table.rows()];
        Arrays.fill(start, schedule.tMax());
    }

    @Override
    public Column start() {
        return networkStart;
    }

    @Override
    public void open(Block[] blocks) {
        networkStart.fill(schedule.networkTime(schedule.tMax()));
        networkMax.fill(schedule.networkTime(schedule.tMax()));
        memory = new @Nullable DeviceMemory[room.workers().size()];
        y = new Tensor[memory.length];
        x = new Tensor[memory.length];
        steps = new @Nullable SignalStep[memory.length];
        ways = Block.slices(blocks, way, Block::restarted);
        rests = Block.slices(blocks, rest, Block::restarted);
        long size = (long) room.block() * room.shape().size();
        for (int i = 0; i < memory.length; i++) {
            memory[i] = room.student().device().allocate(2 * size);
            y[i] = Tensor.of(memory[i].slice(0, size), room.shape().channels());
            x[i] = Tensor.of(memory[i].slice(size, size), room.shape().channels());
        }
    }

    /** Where the student is called from the noise to u. */
    BlockInputs atStart(SampleColumns samples, int from, int n) {
        return samples.inputs(networkStart, networkMax, null, from, n);
    }

    /** Sets u of a row that restarts; t_max for one that starts from pure noise after all. */
    void setStart(int index, double u) {
        start[index] = u;
        networkStart.set(index, schedule.networkTime(u));
    }

    /** c(u → s), of a row whose start is set. */
    double step(int index, double s) {
        return start[index] < schedule.tMax() ? schedule.step(start[index], s) : 1;
    }

    /** Of a row that restarts, whose start is set: its head is that of the step u → s. */
    @Override
    public void set(int index, double t, double s) {
        double u = start[index];
        if (u >= schedule.tMax()) {
            row.at(table.values(), way.at(index)).clear().state(0, 1);
            rest.set(index, 0);
            return;
        }
        double c = schedule.step(u, s);
        double alpha = schedule.alpha(u);
        double sigma = schedule.sigma(u);
        row.at(table.values(), coefficients.at(index))
                .head(c * room.studentOutput().stateFactor(alpha, sigma), c * room.studentOutput().outputFactor(alpha, sigma));
        rest.set(index, c - 1);
        row.at(table.values(), way.at(index)).solve(schedule, Solver.DDIM, room.studentOutput(), u, t).head(head);
    }

    @Override
    public Tensor input(Worker worker, Tensor noise) {
        return x[worker.index()];
    }

    /** Lets all samples start from the noise. */
    @Override
    public void begin(Worker worker, Block block, Tensor noise) {
        worker.copy(block.samples(), noise, x[worker.index()]);
    }

    /** Lets the restarted samples start from the states that signals, or the student's output at (ε, t_max → u), lead to. */
    void restart(Worker worker, Block block, Tensor noise, Tensor source) {
        if (block.restarted() > 0) {
            worker.kernels().signalState(
                    block.restarted(), pixels, ways[block.index()], noise, source, y[worker.index()], x[worker.index()]);
        }
    }

    @Override
    public void signal(Worker worker, Block block, Tensor noise, Tensor output, Tensor signal, Tensor state) {
        Kernels kernels = worker.kernels();
        kernels.signalState(block.bootstrap(), pixels, block.coefficients(), noise, output, signal, state);
        if (block.restarted() > 0) {
            kernels.signalStep(
                    block.restarted(), pixels, ways[block.index()], step(worker.index(), noise, output, signal, state));
        }
    }

    /** The step u → t of a worker, made when first needed: its tensors are always the same. */
    private SignalStep step(int worker, Tensor noise, Tensor output, Tensor signal, Tensor state) {
        if (steps[worker] == null) {
            steps[worker] = new SignalStep(0, noise, x[worker], output, null, null, y[worker], null, signal, state);
        }
        return steps[worker];
    }

    @Override
    public Slice head(Block block) {
        return block.coefficients();
    }

    /** Subtracts (1 − c(u → s)) y_u. */
    @Override
    public void subtract(Worker worker, Block block, Tensor target) {
        if (block.restarted() > 0) {
            worker.kernels().addScaled(block.restarted(), pixels, y[worker.index()],
                    rests[block.index()], target, target);
        }
    }

    @Override
    public void close() {
        for (int i = 0; memory != null && i < memory.length; i++) {
            if (memory[i] != null) {
                memory[i].close();
            }
        }
    }
}
