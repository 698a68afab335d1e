package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Stream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The samples that the corrector sees in a step, beside the others: a pure function of (seed, step). They lie in as many blocks
 * as the batch where they are enough, so that each worker has its share of both.
 */
final class CorrectorDraws implements AutoCloseable {

    /** τ lies in this part of [t_min, t_max]: below, x_τ says nothing new; above, nothing of the sample is left in it. */
    private static final double LOWEST = 0.02;

    private static final double HIGHEST = 0.95;

    /** Share of the corrector's steps at their start that the online network has to itself. */
    private static final double ALONE = 0.1;

    /**
     * A block of samples.
     *
     * @param seeds of the noise that the student reads
     * @param coefficients for the student's signal and the step of its gradient
     * @param again seeds of the noise at τ
     * @param teacher coefficients for x_τ and for the teacher's prediction from it
     * @param online coefficients for the online network's
     * @param learnt coefficients for the output that the online network learns
     * @param taughtAtTau the same for the teacher, whose scales are less
     * @param factor of f_φ in the target, λ/|b|
     * @param opposite of f_ψ
     */
    record Part(
            int samples, Slice seeds, Slice coefficients, BlockInputs atEnd, Slice again, Slice teacher, Slice online,
            Slice learnt, BlockInputs atTau, BlockInputs taughtAtTau, Slice factor, Slice opposite) {}

    private final Classroom room;
    private final NoiseSchedule schedule;
    private final Prediction onlineOutput;
    private final double weight;
    private final double guidance;
    private final long first;
    private final long steps;
    private final RowTable table;
    private final Column coefficients;
    private final Column teacher;
    private final Column online;
    private final Column learnt;
    private final Column again;
    private final SampleColumns samples;
    private final Column networkEnd;
    private final @Nullable Column networkStart;
    private final Column networkTau;
    private final Column factor;
    private final Column opposite;
    private final float[] taughtScales;
    private final double[] end;
    private final double[] tau;
    private final SignalRow row = new SignalRow();

    /**
     * @param onlineOutput what the outputs of the online network mean
     * @param first the corrector's first step
     * @param steps of the run
     */
    CorrectorDraws(
            Classroom room, Prediction onlineOutput, int rows, double weight, double guidance, long first, long steps) {
        this.room = room;
        this.onlineOutput = onlineOutput;
        this.weight = weight;
        this.guidance = guidance;
        this.first = first;
        this.steps = steps;
        schedule = room.schedule();
        table = new RowTable(rows);
        coefficients = table.column(SignalCoefficients.COUNT);
        teacher = table.column(SignalCoefficients.COUNT);
        online = table.column(SignalCoefficients.COUNT);
        learnt = table.column(SignalCoefficients.COUNT);
        again = table.column(Philox.SEED_FLOATS);
        samples = new SampleColumns(
                room, table, Stream.CORRECTOR_NOISE, Stream.CORRECTOR_CONDITION, Stream.CORRECTOR_GUIDANCE);
        networkEnd = table.column(1);
        networkStart = room.hasTwoTimes() ? table.column(1) : null;
        networkTau = table.column(1);
        factor = table.column(1);
        opposite = table.column(1);
        taughtScales = new float[rows];
        end = new double[rows];
        tau = new double[rows];
        Arrays.fill(end, schedule.tMin());
    }

    /** Samples of a step. */
    int samples() {
        return table.rows();
    }

    /** Their number. */
    int blocks() {
        return Math.min(table.rows(), Blocks.of(room.batch(), room.block()).count());
    }

    /** Makes the blocks. */
    Part[] open() {
        table.open(room.student().device());
        Blocks blocks = new Blocks(table.rows(), blocks());
        fillConstants();
        Part[] parts = new Part[blocks.count()];
        for (int b = 0; b < parts.length; b++) {
            int from = blocks.first(b);
            int n = blocks.size(b);
            BlockInputs atTau =
                    samples.inputs(networkTau, networkStart == null ? null : networkTau, tau, from, n);
            parts[b] = new Part(
                    n, samples.seeds(from, n), coefficients.slice(from, n),
                    samples.inputs(networkEnd, networkStart, end, from, n), again.slice(from, n), teacher.slice(from, n),
                    online.slice(from, n), learnt.slice(from, n),
                    atTau, atTau.withScales(taughtScales), factor.slice(from, n), opposite.slice(from, n));
        }
        return parts;
    }

    /** What does not depend on what is drawn. */
    private void fillConstants() {
        Head head = room.isDenoiser() ? denoiserHead() : Head.of(room.studentOutput(), schedule);
        float gradient = (float) (2.0 / room.shape().size() / table.rows());
        networkEnd.fill(schedule.networkTime(room.isDenoiser() ? schedule.tMax() : schedule.tMin()));
        if (networkStart != null) {
            networkStart.fill(schedule.networkTime(schedule.tMax()));
        }
        for (int i = 0; i < table.rows(); i++) {
            at(coefficients, i).head(head).gradient(gradient);
            at(teacher, i).head(0, 1).step(1).clip(room.clip()); // of a signal, not of an output
            at(online, i).step(1).clip(room.clip());
            at(learnt, i).head(0, 1).step(1).gradient(gradient);
        }
    }

    /** One that denoises reads pure noise as a state at t_max. */
    private Head denoiserHead() {
        double alpha = schedule.alpha(schedule.tMax());
        double sigma = schedule.sigma(schedule.tMax());
        return new Head(room.studentOutput().stateFactor(alpha, sigma), room.studentOutput().outputFactor(alpha, sigma));
    }

    private SignalRow at(Column column, int index) {
        return row.at(table.values(), column.at(index));
    }

    /** Draws the samples of a step and brings them to the device. */
    void draw(long step, Kernels kernels) {
        boolean alone = step - first < ALONE * (steps - first);
        int rows = table.rows();
        for (int i = 0; i < rows; i++) {
            long index = step * rows + i;
            samples.draw(i, index);
            taughtScales[i] = (float) (1 + guidance * (samples.scales()[i] - 1));
            Philox.writeSeed(Stream.CORRECTOR_AGAIN.seed(room.seed(), index), table.values(), again.at(i));
            double u = LOWEST + (HIGHEST - LOWEST) * (i + Stream.CORRECTOR_TIME.uniform(room.seed(), index)) / rows;
            set(i, schedule.tMin() + u * (schedule.tMax() - schedule.tMin()), alone);
        }
        table.upload(kernels);
    }

    private void set(int index, double t, boolean alone) {
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        tau[index] = t;
        networkTau.set(index, schedule.networkTime(t));
        at(teacher, index).state(alpha, sigma).prediction(room.teacherOutput(), alpha, sigma)
                .guidance(room.guidanceInterval().scale(taughtScales[index], t));
        at(online, index).prediction(onlineOutput, alpha, sigma);
        at(learnt, index).prediction(onlineOutput.imageShare(sigma), onlineOutput.noiseShare(alpha));
        double unit = Math.abs(onlineOutput.outputFactor(alpha, sigma)); // what a difference of 1 of the outputs is in f
        factor.set(index, alone ? 0 : weight / unit); // 0: the target is the sample itself
        opposite.set(index, -factor.get(index));
    }

    @Override
    public void close() {
        table.close();
    }
}
