package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
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
 * A step towards the derivative, y_θ(ε, t) ← SG[y + c (f − y) + (1 − c) dy/dt] with c = λ'/(1 + λ'), whose residual is
 * (dy/dt + λ' (f − y))/(1 + λ'): dy/dt comes with y from forward mode. The boundary is that of {@link BootstrapLesson}.
 */
final class DerivativeLesson implements Lesson {

    private final int pixels;
    private final DerivativeDraws draws;
    private final StudentForm form;
    final BlockLoss loss;
    private final Classroom room;

    /** The student that makes targets, of each worker, with its tangent. */
    private final Plan[] moving;

    private final SignalStep[] steps;

    final Block[] blocks;
    private final Tensor[] timeTangent;
    private final Scope scope = new Scope();
    private long step;

    DerivativeLesson(Classroom room, Assignment assignment, DerivativeDraws draws) {
        this.draws = scope.own(draws);
        form = draws.form();
        pixels = room.shape().pixels();
        this.room = room;
        moving = new Plan[room.workers().size()];
        steps = room.workers().stream().map(BootstrapDesk::step).toArray(SignalStep[]::new);
        try {
            blocks = draws.open();
            loss = scope.own(new BlockLoss(room, room.batch(), assignment.weighting()));
            for (int i = 0; i < moving.length; i++) {
                moving[i] = scope.own(new Plan(room.target(), room.block(), Plan.Mode.TANGENT));
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        timeTangent = new Tensor[blocks.length];
        for (Block block : blocks) {
            timeTangent[block.index()] = draws.timeTangent(block);
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
        Tensor target = worker.target();
        TeacherPlan teacher = worker.teacher();
        Plan ahead = moving[worker.index()];
        kernels.noise(n, pixels, block.seeds(), 0, noise);
        form.begin(worker, block, noise);
        if (bootstrap > 0) {
            kernels.affine(bootstrap, timeTangent[index], 1, 0, null, ahead.timeTangent());
        }
        BootstrapLesson.signals(worker, block, form, ahead);
        teacher.run(kernels, n, block.atT());
        kernels.signalStep(n, pixels, block.coefficients(), steps[worker.index()]);
        if (bootstrap > 0) {
            kernels.affine((long) bootstrap * pixels, ahead.yTangent(), 1, 0, target, target); // (1 − c) dy/dt
        }
        Plan student = worker.student();
        worker.call(student, form.input(worker, noise), block.atS(), n);
        loss.run(worker, index, n, form.head(block), form.input(worker, noise), target);
        student.backward(kernels, n, lane, accumulate);
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
