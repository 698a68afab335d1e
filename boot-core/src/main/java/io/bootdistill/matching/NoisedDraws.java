package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
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
 * Samples of the student in a step, which are given noise again: a pure function of (seed, step). They lie in as many blocks as
 * the batch where they are enough, so that each worker has its share of both.
 */
abstract class NoisedDraws implements AutoCloseable {

    /** τ lies in this part of [t_min, t_max]: below, x_τ says nothing new; above, nothing of the sample is left in it. */
    private static final double LOWEST = 0.02;

    private static final double HIGHEST = 0.95;

    /** The streams of what is drawn. */
    record Streams(Stream noise, Stream condition, Stream guidance, Stream again, Stream time) {}

    final Classroom room;
    final NoiseSchedule schedule;
    final RowTable table;
    final SampleColumns samples;
    private final Streams streams;
    private final Column again;
    private final Column networkEnd;
    private final @Nullable Column networkStart;
    private final Column networkTau;
    private final double[] end;
    private final double[] tau;
    private final SignalRow row = new SignalRow();

    NoisedDraws(Classroom room, int rows, Streams streams) {
        this.room = room;
        this.streams = streams;
        schedule = room.schedule();
        table = new RowTable(rows);
        again = table.column(Philox.SEED_FLOATS);
        samples = new SampleColumns(room, table, streams.noise, streams.condition, streams.guidance);
        networkEnd = table.column(1);
        networkStart = room.hasTwoTimes() ? table.column(1) : null;
        networkTau = table.column(1);
        end = new double[rows];
        tau = new double[rows];
        Arrays.fill(end, room.isDenoiser() ? schedule.tMax() : schedule.tMin());
    }

    /** A column of coefficients. */
    final Column coefficients() {
        return table.column(SignalCoefficients.COUNT);
    }

    /** Samples of a step. */
    final int samples() {
        return table.rows();
    }

    /** Their number. */
    final int blocks() {
        return Math.min(table.rows(), Blocks.of(room.batch(), room.block()).count());
    }

    /** Makes the memory of the table, and what does not depend on what is drawn. */
    final Blocks openTable() {
        table.open(room.student().device());
        networkEnd.fill(schedule.networkTime(end[0]));
        if (networkStart != null) {
            networkStart.fill(schedule.networkTime(schedule.tMax()));
        }
        return new Blocks(table.rows(), blocks());
    }

    final SignalRow at(Column column, int index) {
        return row.at(table.values(), column.at(index));
    }

    /** Factor of a residual in the gradient of the mean of its square over all samples. */
    final double gradient() {
        return 2.0 / room.shape().size() / table.rows();
    }

    /** How the student's output becomes a sample: where it denoises, as any prediction at t_max. */
    final Head head() {
        double alpha = schedule.alpha(schedule.tMax());
        double sigma = schedule.sigma(schedule.tMax());
        return room.isDenoiser()
                ? new Head(room.studentOutput().stateFactor(alpha, sigma), room.studentOutput().outputFactor(alpha, sigma))
                : Head.of(room.studentOutput(), schedule);
    }

    /** Draws the samples of a step and brings them to the device. */
    void draw(long step, Kernels kernels) {
        int rows = table.rows();
        for (int i = 0; i < rows; i++) {
            long index = step * rows + i;
            samples.draw(i, index);
            Philox.writeSeed(streams.again.seed(room.seed(), index), table.values(), again.at(i));
            double u = LOWEST + (HIGHEST - LOWEST) * (i + streams.time.uniform(room.seed(), index)) / rows;
            tau[i] = schedule.tMin() + u * (schedule.tMax() - schedule.tMin());
            networkTau.set(i, schedule.networkTime(tau[i]));
            set(i, index, tau[i], schedule.alpha(tau[i]), schedule.sigma(tau[i]));
        }
        table.upload(kernels);
    }

    /** Sets a row besides. */
    abstract void set(int row, long index, double t, double alpha, double sigma);

    /** Seeds of the noise at τ. */
    final Slice again(int from, int n) {
        return again.slice(from, n);
    }

    /** What the student reads that makes the samples. */
    final BlockInputs atEnd(int from, int n) {
        return samples.inputs(networkEnd, networkStart, end, from, n);
    }

    /** What networks read of the noisy samples. */
    final BlockInputs atTau(int from, int n) {
        return samples.inputs(networkTau, networkStart == null ? null : networkTau, tau, from, n);
    }

    @Override
    public void close() {
        table.close();
    }
}
