package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Plan;

/**
 * A BOOT step, y_θ(ε, s) ← SG[step(y_θ(ε, t), t → s)], from noise to a gradient (arXiv 2306.05544, algorithm 1):
 *
 * <pre>
 * ε ─ student at t ─► y ─► x̂ = α y + σ ε ─ teacher ─► f ─► target (some solvers: teacher once more)
 * ε ─ at the boundary t_max: y = 0, x̂ = ε ─ teacher ─► f = target
 * ε ─ student at s ─► ŷ ─► loss against the target ─► gradient
 * </pre>
 */
final class BootstrapLesson implements Lesson {

    private final int pixels;
    private final Solver solver;
    private final BootstrapDraws draws;
    private final StudentForm form;
    final BlockLoss loss;
    private final Classroom room;

    private final BootstrapDesk[] desks;
    final Block[] blocks;
    private final Scope scope = new Scope();
    private long step;

    BootstrapLesson(Classroom room, Assignment assignment, BootstrapDraws draws, Solver solver) {
        this.solver = solver;
        this.draws = scope.own(draws);
        form = draws.form();
        pixels = room.shape().pixels();
        this.room = room;
        desks = new BootstrapDesk[room.workers().size()];
        try {
            blocks = draws.open();
            loss = scope.own(new BlockLoss(room, room.batch(), assignment.weighting()));
            for (Worker worker : room.workers()) {
                Plan student = scope.own(new Plan(room.target(), room.block(), Plan.Mode.INFERENCE));
                desks[worker.index()] = BootstrapDesk.of(worker, student, solver);
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    @Override
    public int blocks() {
        return blocks.length;
    }

    @Override
    public void draw(long step, Kernels kernels) {
        this.step = step;
        draws.draw(step, kernels);
    }

    @Override
    public void learn(Worker worker, int index, Gradients lane, boolean accumulate) {
        Block block = blocks[index];
        Kernels kernels = worker.kernels();
        Tensor noise = worker.noise();
        Tensor target = worker.target();
        kernels.noise(block.samples(), pixels, block.seeds(), 0, noise);
        start(worker, block, noise);
        signals(worker, block, form, desks[worker.index()].student());
        step(worker, block, desks[worker.index()]);
        form.subtract(worker, block, target);
        Plan student = worker.student();
        worker.call(student, form.input(worker, noise), block.atS(), block.samples());
        loss.run(worker, index, block.samples(), form.head(block), form.input(worker, noise), target);
        student.backward(kernels, block.samples(), lane, accumulate);
    }

    /** What the student reads: ε, or for some samples a state of its own on the way. */
    private void start(Worker worker, Block block, Tensor noise) {
        form.begin(worker, block, noise);
        if (block.restarted() > 0) {
            Plan student = desks[worker.index()].student();
            worker.call(student, noise, block.atStart(), block.restarted());
            draws.twoTimes().restart(worker, block, noise, student.y());
        }
    }

    /** y = y_θ(ε, t) and x̂ = α y + σ ε of the samples that bootstrap; y = 0 and x̂ = ε of the boundary's. */
    static void signals(Worker worker, Block block, StudentForm form, Plan student) {
        Tensor noise = worker.noise();
        Tensor y = worker.y();
        Tensor x = worker.teacher().x();
        if (block.bootstrap() < block.samples()) {
            worker.kernels().fill(y.data(), 0);
            worker.copy(block.samples(), noise, x);
        }
        if (block.bootstrap() > 0) {
            worker.call(student, form.input(worker, noise), block.atT(), block.bootstrap());
            form.signal(worker, block, noise, student.y(), y, x);
        }
    }

    /** The target: y + c (f̄ − y), where f̄ is the teacher's prediction, or with Heun's and the midpoint solver made of two. */
    private void step(Worker worker, Block block, BootstrapDesk desk) {
        Kernels kernels = worker.kernels();
        TeacherPlan teacher = worker.teacher();
        boolean twice = solver.callsTwice() && block.bootstrap() > 0;
        teacher.run(kernels, block.samples(), block.atT());
        kernels.signalStep(block.samples(), pixels, block.coefficients(), twice ? desk.predictor() : desk.only());
        if (twice) {
            teacher.run(kernels, block.bootstrap(), block.atSecond());
            kernels.signalStep(block.bootstrap(), pixels, block.coefficients(), desk.corrector());
        }
    }

    @Override
    public boolean staysOnDevice() {
        return room.isTeacherOnDevice();
    }

    @Override
    public Losses losses(Kernels kernels) {
        return draws.losses(loss, kernels, step);
    }

    @Override
    public void close() {
        scope.close();
    }
}
