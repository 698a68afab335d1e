package io.bootdistill.outside;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Stream;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import java.util.Arrays;

/** ε ─ teacher at t_max ─► f ─► target; ε ─ student at t_min ─► ŷ ─► loss ─► gradient. */
final class FirstGuessLesson implements Lesson {

    private final Classroom room;
    private final Blocks blocks;
    private final int pixels;
    private final double factor;
    private final RowTable table;
    private final SampleColumns samples;
    private final Column coefficients;
    private final BlockLoss loss;
    private final BlockInputs[] taught;
    private final BlockInputs[] learnt;

    FirstGuessLesson(Classroom room, Assignment assignment, double weight) {
        this.room = room;
        blocks = Blocks.of(room.batch(), room.block());
        pixels = room.shape().pixels();
        factor = weight / room.batch();
        table = new RowTable(room.batch());
        coefficients = table.column(SignalCoefficients.COUNT);
        samples = new SampleColumns(room, table, Stream.NOISE, Stream.CONDITION, Stream.GUIDANCE);
        NoiseSchedule schedule = room.schedule();
        Column first = table.column(1);
        Column last = table.column(1);
        double[] times = new double[room.batch()];
        Arrays.fill(times, schedule.tMax());
        table.open(room.student().device());
        first.fill(schedule.networkTime(schedule.tMax()));
        last.fill(schedule.networkTime(schedule.tMin()));
        taught = new BlockInputs[blocks.count()];
        learnt = new BlockInputs[blocks.count()];
        Arrays.setAll(taught, b -> samples.inputs(first, null, times, blocks.first(b), blocks.size(b)));
        Arrays.setAll(learnt, b -> samples.inputs(last, null, null, blocks.first(b), blocks.size(b)));
        try {
            loss = new BlockLoss(room, room.batch(), assignment.weighting());
        } catch (RuntimeException | Error e) {
            table.close();
            throw e;
        }
    }

    @Override
    public int blocks() {
        return blocks.count();
    }

    @Override
    public void draw(long step, Kernels kernels) {
        NoiseSchedule schedule = room.schedule();
        double t = schedule.tMax();
        SignalRow row = new SignalRow();
        for (int i = 0; i < room.batch(); i++) {
            samples.draw(i, step * room.batch() + i);
            row.at(table.values(), coefficients.at(i)).head(Head.of(room.studentOutput(), schedule))
                    .prediction(room.teacherOutput(), schedule.alpha(t), schedule.sigma(t)).step(1)
                    .guidance(samples.scale(i, t)).clip(room.clip()).gradient(2 * factor / room.shape().size());
        }
        table.upload(kernels);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        int from = blocks.first(block);
        int n = blocks.size(block);
        Kernels kernels = worker.kernels();
        TeacherPlan teacher = worker.teacher();
        kernels.noise(n, pixels, samples.seeds(from, n), 0, worker.noise());
        kernels.fill(worker.y().data(), 0);
        worker.copy(n, worker.noise(), teacher.x());
        teacher.run(kernels, n, taught[block]);
        kernels.signalStep(n, pixels, coefficients.slice(from, n), new SignalStep(0, worker.noise(), teacher.x(), teacher.output(),
                teacher.nullOutput(), null, worker.y(), null, worker.target(), null));
        worker.call(worker.student(), worker.noise(), learnt[block], n);
        loss.run(worker, block, n, coefficients.slice(from, n), worker.noise(), worker.target());
        worker.student().backward(kernels, n, lane, accumulate);
    }

    @Override
    public boolean staysOnDevice() {
        return room.isTeacherOnDevice();
    }

    @Override
    public Losses losses(Kernels kernels) {
        loss.download(kernels);
        double total = 0;
        for (int i = 0; i < room.batch(); i++) {
            total += loss.loss(i, factor);
        }
        return Losses.of(total);
    }

    @Override
    public void close() {
        loss.close();
        table.close();
    }
}
