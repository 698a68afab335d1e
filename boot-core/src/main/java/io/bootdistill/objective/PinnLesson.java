package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
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
 * A step on the squared residual ρ = (1 − c)(y₊ − y₋)/(t₊ − t₋) + c (f(x) − y) of {@link DerivativeLesson}, differentiated
 * through everything: the student after, before and at t, and the teacher. The boundary is that of {@link BootstrapLesson}.
 */
final class PinnLesson implements Lesson {

    private final int pixels;
    private final DerivativeDraws draws;
    private final StudentForm form;
    final BlockLoss loss;
    private final PinnGradient gradient;

    /** The student that makes targets, of each worker. */
    private final Plan[] ahead;

    private final SignalStep[] steps;

    final Block[] blocks;
    private final BlockInputs[] after;
    private final BlockInputs[] before;
    private final Tensor[] difference;
    private final Scope scope = new Scope();
    private long step;

    PinnLesson(Classroom room, Assignment assignment, DerivativeDraws draws) {
        this.draws = scope.own(draws);
        form = draws.form();
        pixels = room.shape().pixels();
        ahead = new Plan[room.workers().size()];
        steps = room.workers().stream().map(BootstrapDesk::step).toArray(SignalStep[]::new);
        try {
            blocks = draws.open();
            loss = scope.own(new BlockLoss(room, room.batch(), assignment.weighting()));
            gradient = scope.own(new PinnGradient(room, draws, blocks));
            for (int i = 0; i < ahead.length; i++) {
                ahead[i] = scope.own(new Plan(room.target(), room.block(), Plan.Mode.INFERENCE));
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        after = new BlockInputs[blocks.length];
        before = new BlockInputs[blocks.length];
        difference = new Tensor[blocks.length];
        for (Block block : blocks) {
            after[block.index()] = draws.after(block);
            before[block.index()] = draws.before(block);
            difference[block.index()] = draws.difference(block);
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
        int n = block.samples();
        int bootstrap = block.bootstrap();
        Tensor noise = worker.noise();
        TeacherPlan teacher = worker.teacher();
        kernels.noise(n, pixels, block.seeds(), 0, noise);
        form.begin(worker, block, noise);
        Tensor input = form.input(worker, noise);
        BootstrapLesson.signals(worker, block, form, ahead[worker.index()]);
        teacher.run(kernels, n, block.atT());
        kernels.signalStep(n, pixels, block.coefficients(), steps[worker.index()]);
        for (int sign = 1; sign >= -1 && bootstrap > 0; sign -= 2) {
            addSignal(worker, block, sign);
        }
        Plan student = worker.student();
        worker.call(student, input, block.atS(), n);
        loss.run(worker, index, n, form.head(block), input, worker.target());
        gradient.atT(worker, block, student.dy());
        student.backward(kernels, n, lane, accumulate);
        for (int sign = 1; sign >= -1 && bootstrap > 0; sign -= 2) {
            worker.call(student, input, sign > 0 ? after[index] : before[index], bootstrap);
            gradient.beside(worker, block, difference[index], sign, student.dy());
            student.backward(kernels, bootstrap, lane, true);
        }
    }

    /** Adds the part of (1 − c) dy/dt that the signal after t has, or before it. */
    private void addSignal(Worker worker, Block block, int sign) {
        Kernels kernels = worker.kernels();
        int n = block.bootstrap();
        Plan plan = ahead[worker.index()];
        worker.call(plan, form.input(worker, worker.noise()), sign > 0 ? after[block.index()] : before[block.index()], n);
        kernels.signalState(n, pixels, block.coefficients(), worker.noise(), plan.y(), worker.f(), null);
        kernels.affine(n, difference[block.index()], sign, 0, null, worker.numbers());
        kernels.addScaled(n, pixels, worker.f(), worker.numbers().data(), worker.target(), worker.target());
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
