package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Worker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The hard boundary: the student is y = k(t) f_φ(ε, t_max) + (1 − k(t)) ŷ_θ with k(t) = ((t − t_min)/(t_max − t_min))². So it is
 * the teacher's prediction at t_max by construction, and sampling at t_min stays one network call. Consistency models fix their
 * boundary in this way (arXiv 2303.01469, §3). Costs one teacher call more per sample.
 */
final class HardForm implements StudentForm {

    private final Classroom room;
    private final RowTable table;
    private final SampleColumns samples;
    private final Column coefficients;
    private final int pixels;

    /** t_max, and the step from the noise to the teacher's prediction there. */
    private final Column networkMax;
    private final Column atMax;
    private final double[] tMax;

    /** The heads of (1 − k) ŷ_θ. */
    private final Column headT;
    private final Column headS;

    /** k(t), α_t k(t) and −k(s). */
    private final Column shareT;
    private final Column stateShareT;
    private final Column shareS;

    private final SignalRow row = new SignalRow();
    private @Nullable DeviceMemory @Nullable [] memory;

    /** f_φ(ε, t_max) of each worker's block. */
    private Tensor @Nullable [] f;
    private SignalStep @Nullable [] steps;
    private BlockInputs @Nullable [] maxInputs;

    /** Of each block: the columns above, for the samples that bootstrap, and those of s and of t_max for all. */
    private @Nullable Slice @Nullable [] headsT;

    private @Nullable Slice @Nullable [] sharesT;
    private @Nullable Slice @Nullable [] stateSharesT;
    private @Nullable Slice @Nullable [] headsS;
    private @Nullable Slice @Nullable [] sharesS;
    private @Nullable Slice @Nullable [] stepsAtMax;

    /** @param coefficients of the batch, with the plain head */
    HardForm(Classroom room, RowTable table, SampleColumns samples, Column coefficients) {
        this.room = room;
        this.table = table;
        this.samples = samples;
        this.coefficients = coefficients;
        pixels = room.shape().pixels();
        networkMax = table.column(1);
        atMax = table.column(SignalCoefficients.COUNT);
        headT = table.column(SignalCoefficients.COUNT);
        headS = table.column(SignalCoefficients.COUNT);
        shareT = table.column(1);
        stateShareT = table.column(1);
        shareS = table.column(1);
        tMax = new double[table.rows()];
        Arrays.fill(tMax, room.schedule().tMax());
    }

    /** k(t). */
    static double share(NoiseSchedule schedule, double t) {
        double place = (t - schedule.tMin()) / (schedule.tMax() - schedule.tMin());
        return place * place;
    }

    @Override
    public @Nullable Column start() {
        return null;
    }

    @Override
    public void open(Block[] blocks) {
        NoiseSchedule schedule = room.schedule();
        networkMax.fill(schedule.networkTime(schedule.tMax()));
        maxInputs = new BlockInputs[blocks.length];
        for (Block block : blocks) {
            maxInputs[block.index()] = samples.inputs(networkMax, null, tMax, block.from(), block.samples());
        }
        headsT = Block.slices(blocks, headT, Block::bootstrap);
        sharesT = Block.slices(blocks, shareT, Block::bootstrap);
        stateSharesT = Block.slices(blocks, stateShareT, Block::bootstrap);
        headsS = Block.slices(blocks, headS, Block::samples);
        sharesS = Block.slices(blocks, shareS, Block::samples);
        stepsAtMax = Block.slices(blocks, atMax, Block::samples);
        memory = new @Nullable DeviceMemory[room.workers().size()];
        f = new Tensor[memory.length];
        steps = new SignalStep[memory.length];
        long size = (long) room.block() * room.shape().size();
        for (Worker worker : room.workers()) {
            int i = worker.index();
            memory[i] = room.student().device().allocate(size);
            f[i] = Tensor.of(memory[i].slice(), room.shape().channels());
            TeacherPlan teacher = worker.teacher();
            steps[i] = new SignalStep(0, worker.noise(), teacher.x(), teacher.output(), teacher.nullOutput(), null, worker.y(),
                    null, f[i], null);
        }
    }

    @Override
    public void set(int index, double t, double s) {
        NoiseSchedule schedule = room.schedule();
        copy(index, atMax);
        row.at(table.values(), atMax.at(index)).step(1)
                .prediction(room.teacherOutput(), schedule.alpha(schedule.tMax()), schedule.sigma(schedule.tMax()));
        setHead(index, headT, t);
        setHead(index, headS, s);
        shareT.set(index, share(schedule, t));
        stateShareT.set(index, schedule.alpha(t) * share(schedule, t));
        shareS.set(index, -share(schedule, s));
    }

    private void setHead(int index, Column target, double t) {
        copy(index, target);
        float rest = (float) (1 - share(room.schedule(), t));
        float[] values = table.values();
        int at = target.at(index);
        row.at(values, at).head(values[at + SignalCoefficients.HEAD_NOISE] * rest,
                values[at + SignalCoefficients.HEAD_OUTPUT] * rest);
    }

    private void copy(int index, Column target) {
        System.arraycopy(table.values(), coefficients.at(index), table.values(), target.at(index), SignalCoefficients.COUNT);
    }

    @Override
    public Tensor input(Worker worker, Tensor noise) {
        return noise;
    }

    /** Evaluates f_φ(ε, t_max). */
    @Override
    public void begin(Worker worker, Block block, Tensor noise) {
        Kernels kernels = worker.kernels();
        int n = block.samples();
        kernels.fill(worker.y().data(), 0);
        worker.copy(n, noise, worker.teacher().x());
        worker.teacher().run(kernels, n, maxInputs[block.index()]);
        kernels.signalStep(n, pixels, stepsAtMax[block.index()], steps[worker.index()]);
    }

    @Override
    public void signal(Worker worker, Block block, Tensor noise, Tensor output, Tensor y, Tensor x) {
        int n = block.bootstrap();
        worker.kernels().signalState(n, pixels, headsT[block.index()], noise, output, y, x);
        add(worker, n, sharesT[block.index()], y);
        add(worker, n, stateSharesT[block.index()], x);
    }

    @Override
    public Slice head(Block block) {
        return headsS[block.index()];
    }

    @Override
    public void subtract(Worker worker, Block block, Tensor target) {
        add(worker, block.samples(), sharesS[block.index()], target);
    }

    private void add(Worker worker, int n, Slice shares, Tensor sum) {
        worker.kernels().addScaled(n, pixels, f[worker.index()], shares, sum, sum);
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
