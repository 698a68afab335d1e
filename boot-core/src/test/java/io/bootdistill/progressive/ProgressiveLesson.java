package io.bootdistill.progressive;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import java.util.Arrays;

/**
 * A step of {@link Progressive} along the teacher's grid, for a denoiser f̂ = A x + B F; i is even, e = i + 2:
 *
 * <pre>
 * ε ─ teacher, i steps ─► y_i, x_i ─ two more ─► y_e ─► F* = y_i + (y_e − y_i)/c(i → e)
 * x_i ─ student at t_i ─► f̂ ─► loss against F* ─► gradient
 * </pre>
 */
final class ProgressiveLesson implements Lesson {

    private final int grid;
    private final int pixels;
    private final Classroom room;
    private final ProgressiveDraws draws;
    private final BlockLoss loss;
    private final ProgressiveDraws.Part[] parts;

    ProgressiveLesson(Classroom room, Assignment assignment, ProgressiveDraws draws, int grid) {
        this.grid = grid;
        this.draws = draws;
        pixels = room.shape().pixels();
        this.room = room;
        Blocks blocks = Blocks.of(room.batch(), room.block());
        parts = new ProgressiveDraws.Part[blocks.count()];
        Arrays.setAll(parts, b -> draws.part(blocks.first(b), blocks.size(b)));
        try {
            loss = new BlockLoss(room, room.batch(), assignment.weighting());
        } catch (RuntimeException | Error e) {
            draws.close();
            throw e;
        }
    }

    @Override
    public int blocks() {
        return parts.length;
    }

    @Override
    public void draw(long step, Kernels kernels) {
        draws.draw(step, kernels);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        ProgressiveDraws.Part part = parts[block];
        worker.kernels().noise(part.samples(), pixels, part.seeds(), 0, worker.noise());
        worker.kernels().fill(worker.y().data(), 0);
        worker.copy(part.samples(), worker.noise(), worker.teacher().x());
        aim(worker, block, 0);
        worker.call(worker.student(), worker.f(), part.inputs()[grid - 2], part.samples());
        loss.run(worker, block, part.samples(), part.goal(), worker.f(), worker.y());
        worker.student().backward(worker.kernels(), part.samples(), lane, accumulate);
    }

    /** Calls the teacher from the signals in {@code y} and its states on; leaves x_i in {@code f} and F* in {@code y}. */
    void aim(Worker worker, int block, int first) {
        ProgressiveDraws.Part part = parts[block];
        Kernels kernels = worker.kernels();
        TeacherPlan teacher = worker.teacher();
        for (int call = first; call < grid; call++) {
            if (call == grid - 2) {
                worker.copy(part.samples(), teacher.x(), worker.f());
            }
            Tensor y = call < grid - 1 ? worker.y() : worker.target();
            Tensor next = call < grid - 2 ? worker.y() : worker.target();
            teacher.run(kernels, part.samples(), part.inputs()[call]);
            kernels.signalStep(part.samples(), pixels, part.coefficients()[call], new SignalStep(0, worker.noise(), teacher.x(),
                    teacher.output(), teacher.nullOutput(), null, y, null, next, teacher.x()));
        }
        kernels.signalStep(part.samples(), pixels, part.goal(), new SignalStep(
                0, worker.noise(), worker.f(), worker.target(), null, null, worker.y(), null, worker.y(), null));
    }

    @Override
    public boolean staysOnDevice() {
        return room.isTeacherOnDevice();
    }

    @Override
    public Losses losses(Kernels kernels) {
        loss.download(kernels);
        double total = 0;
        for (int i = 0; i < draws.table.rows(); i++) {
            total += loss.loss(i, draws.factor(i));
        }
        return Losses.of(total);
    }

    @Override
    public void close() {
        loss.close();
        draws.close();
    }
}
