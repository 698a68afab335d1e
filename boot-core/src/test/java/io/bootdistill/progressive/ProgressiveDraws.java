package io.bootdistill.progressive;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Stream;
import java.util.Arrays;

/** Where on the grid each sample of {@link ProgressiveLesson} learns, and its numbers: a pure function of (seed, step). */
final class ProgressiveDraws implements AutoCloseable {

    /** A call of the teacher and the step behind it. */
    private record Call(Column coefficients, Column networkTime, double[] times) {}

    /**
     * What a block is given.
     *
     * @param inputs of each call of the teacher; the last but one is at t_i, where the student learns
     * @param coefficients likewise
     * @param goal the step from y_i to F*, the head of f̂ and the factor of its loss
     */
    record Part(int from, int samples, Slice seeds, BlockInputs[] inputs, Slice[] coefficients, Slice goal) {}

    private final Classroom room;
    private final NoiseSchedule schedule;
    private final Call[] calls;
    private final SampleColumns samples;
    private final Column goal;
    private final double[] factor;
    private final SignalRow row = new SignalRow();
    final RowTable table;

    /** @param grid the teacher's steps */
    ProgressiveDraws(Classroom room, int grid) {
        this.room = room;
        schedule = room.schedule();
        table = new RowTable(room.batch());
        samples = new SampleColumns(room, table, Stream.NOISE, Stream.CONDITION, Stream.GUIDANCE);
        goal = table.column(SignalCoefficients.COUNT);
        calls = new Call[grid];
        Arrays.setAll(calls,
                i -> new Call(table.column(SignalCoefficients.COUNT), table.column(1), new double[room.batch()]));
        factor = new double[room.batch()];
        table.open(room.student().device());
    }

    void draw(long step, Kernels kernels) {
        for (int i = 0; i < room.batch(); i++) {
            long index = step * room.batch() + i;
            samples.draw(i, index);
            set(i, 2 * (int) (Stream.OTHER.uniform(room.seed(), index) * calls.length / 2));
        }
        table.upload(kernels);
    }

    /** Lets a sample walk i steps, wait at x_i for the last two calls, and learn from their steps i → i + 2. */
    void set(int index, int i) {
        for (int call = 0; call < calls.length; call++) {
            int from = call == calls.length - 1 ? i + 1 : Math.min(call, i);
            int to = call < i || call >= calls.length - 2 ? from + 1 : from;
            double t = time(from);
            calls[call].times[index] = t;
            calls[call].networkTime.set(index, schedule.networkTime(t));
            row.at(table.values(), calls[call].coefficients.at(index))
                    .prediction(room.teacherOutput(), schedule.alpha(t), schedule.sigma(t))
                    .guidance(samples.scale(index, t)).clip(room.clip()).step(from == to ? 0 : step(from, to))
                    .nextState(to == 0 ? 0 : schedule.alpha(time(to)), to == 0 ? 1 : schedule.sigma(time(to)));
        }
        double alpha = schedule.alpha(time(i));
        double sigma = schedule.sigma(time(i));
        factor[index] = Progressive.weight(alpha, sigma) / room.batch();
        row.at(table.values(), goal.at(index)).prediction(0, 1).step(1 / step(i, i + 2))
                .head(room.studentOutput().stateFactor(alpha, sigma), room.studentOutput().outputFactor(alpha, sigma))
                .gradient(2 * factor[index] / room.shape().size());
    }

    private double time(int i) {
        return schedule.tMax() + i * (schedule.tMin() - schedule.tMax()) / calls.length;
    }

    /** c; from pure noise, and to the clean end, f takes the signal's place. */
    private double step(int from, int to) {
        return from == 0 || to == calls.length ? 1 : schedule.step(time(from), time(to));
    }

    Part part(int from, int n) {
        BlockInputs[] inputs = new BlockInputs[calls.length];
        Slice[] coefficients = new Slice[calls.length];
        Arrays.setAll(inputs, i -> samples.inputs(calls[i].networkTime, null, calls[i].times, from, n));
        Arrays.setAll(coefficients, i -> calls[i].coefficients.slice(from, n));
        return new Part(from, n, samples.seeds(from, n), inputs, coefficients, goal.slice(from, n));
    }

    double factor(int index) {
        return factor[index];
    }

    @Override
    public void close() {
        table.close();
    }
}
