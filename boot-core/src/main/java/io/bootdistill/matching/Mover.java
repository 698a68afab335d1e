package io.bootdistill.matching;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import org.jspecify.annotations.Nullable;

/**
 * Moves the student's samples y by the difference of two predictions of x_τ = α_τ y + σ_τ ε': {@link #teach} makes x_τ and the
 * teacher's, f; its user the online network's, g; then {@link #move} takes to a gradient the distance to the target
 *
 * <pre>
 * y + λ w (f − g)
 * </pre>
 */
class Mover {

    /** Below, a sample and its prediction are one. */
    private static final float LEAST_ERROR = 1e-5f;

    /**
     * What a worker needs besides.
     *
     * @param again ε', the noise that the sample is given
     * @param g the online network's prediction
     * @param factor λ w of each sample, where w is the sample's own
     * @param opposite its negative
     * @param residual ‖r‖² of each sample
     * @param taught the step to f
     * @param loss that of the student
     */
    record Desk(
            Tensor again, Tensor g, Tensor factor, Tensor opposite, Slice residual, SignalStep taught, SignalLoss loss) {

        private static Desk of(Classroom room, Worker worker, Scope scope) {
            int channels = room.shape().channels();
            int block = room.block();
            long size = (long) block * room.shape().size();
            DeviceMemory memory = scope.own(room.student().device().allocate(2 * size + 3L * block));
            Tensor again = Tensor.of(memory.slice(0, size), channels);
            return new Desk(again, Tensor.of(memory.slice(size, size), channels),
                    Tensor.of(memory.slice(2 * size, block), 1), Tensor.of(memory.slice(2 * size + block, block), 1),
                    memory.slice(2 * size + 2L * block, block),
                    new SignalStep(0, again, worker.teacher().x(), worker.teacher().output(), worker.teacher().nullOutput(), null,
                            worker.y(), null, worker.f(), null),
                    new SignalLoss(worker.noise(), worker.student().y(), worker.target(), null, worker.student().dy()));
        }
    }

    final int pixels;
    private final boolean isByError;
    private final Desk[] desks;

    /** @param scope owns what is made */
    Mover(Classroom room, Matching.Weighting weighting, Scope scope) {
        pixels = room.shape().pixels();
        isByError = weighting == Matching.Weighting.ERROR;
        desks = new Desk[room.workers().size()];
        for (Worker worker : room.workers()) {
            desks[worker.index()] = Desk.of(room, worker, scope);
        }
    }

    final Desk desk(Worker worker) {
        return desks[worker.index()];
    }

    /** The step from outputs of the online network to its prediction. */
    final SignalStep toPrediction(Worker worker, Tensor output, @Nullable Tensor freeOutput) {
        Desk desk = desk(worker);
        return new SignalStep(0, desk.again, worker.teacher().x(), output, freeOutput, null, worker.y(), null, desk.g, null);
    }

    /** Writes y, x_τ, which is the input of the worker's teacher, and f. */
    final void teach(Worker worker, CorrectorDraws.Part part) {
        Kernels kernels = worker.kernels();
        int n = part.samples();
        Tensor again = desk(worker).again;
        kernels.noise(n, pixels, part.seeds(), 0, worker.noise());
        worker.call(worker.student(), worker.noise(), part.atEnd(), n);
        kernels.signalState(n, pixels, part.coefficients(), worker.noise(), worker.student().y(), worker.y(), null);
        kernels.noise(n, pixels, part.again(), 0, again);
        kernels.signalState(n, pixels, part.teacher(), again, worker.y(), null, worker.teacher().x());
        predict(worker, part, n);
    }

    void predict(Worker worker, CorrectorDraws.Part part, int n) {
        worker.teacher().run(worker.kernels(), n, part.taughtAtTau());
        worker.kernels().signalStep(n, pixels, part.teacher(), desk(worker).taught);
    }

    /** Takes the samples to the gradient of the student. */
    final void move(Worker worker, CorrectorDraws.Part part, Gradients lane, boolean accumulate) {
        target(worker, part, part.samples());
        Desk desk = desk(worker);
        worker.kernels().bootstrapLoss(part.samples(), pixels, part.coefficients(), desk.loss, desk.residual);
        worker.student().backward(worker.kernels(), part.samples(), lane, accumulate);
    }

    void target(Worker worker, CorrectorDraws.Part part, int n) {
        Kernels kernels = worker.kernels();
        Desk desk = desk(worker);
        Slice factor = part.factor();
        Slice opposite = part.opposite();
        if (isByError) {
            factor = desk.factor.data();
            opposite = desk.opposite.data();
            weigh(worker, n);
            kernels.addScaled(n, 1, desk.factor, part.opposite(), null, desk.opposite);
            kernels.addScaled(n, 1, desk.factor, part.factor(), null, desk.factor);
        }
        kernels.addScaled(n, pixels, worker.f(), factor, worker.y(), worker.target());
        kernels.addScaled(n, pixels, desk.g, opposite, worker.target(), worker.target());
    }

    /** Writes w of each sample as its factor, from y and f, where it is the sample's own. */
    final void weigh(Worker worker, int n) {
        if (isByError) {
            worker.kernels().distanceWeights(n, pixels, worker.y(), worker.f(), LEAST_ERROR, desk(worker).factor.data());
        }
    }

    /** Multiplies with this w. */
    final void weight(Worker worker, int n, Tensor value) {
        if (isByError) {
            worker.kernels().addScaled(n, pixels, value, desk(worker).factor.data(), null, value);
        }
    }
}
