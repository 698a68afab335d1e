package io.bootdistill.internal.sampling;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.LendingPool;
import io.bootdistill.internal.work.Users.Action;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a student, each a thread with a {@link StudentPlan}, which calls share: a call has its own thread work with
 * one, and as many others as are free, which it gives up after a block where another call waits. Thread-safe.
 */
public final class StudentWorkers implements AutoCloseable {

    private static final long IDLE_SECONDS = 30;

    private final StudentModel student;
    private final int block;
    private final LendingPool<StudentPlan> plans;

    /** Threads beside those of the callers; they end when idle. */
    private final ThreadPoolExecutor helpers;

    /** @param most workers, as long as the device can use them */
    public StudentWorkers(StudentModel student, int most) {
        this.student = student;
        block = SampleBlock.of(student.shape());
        plans = new LendingPool<>(
                "the student", student.model().device().workers(most), () -> new StudentPlan(student, block));
        int threads = Math.max(1, plans.most() - 1);
        AtomicInteger count = new AtomicInteger();
        helpers = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "boot-student-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        helpers.allowCoreThreadTimeOut(true);
    }

    /**
     * Samples n images into a buffer, from its index {@code at} on, whatever its position.
     *
     * @param request of n images
     * @throws IllegalArgumentException if its scale, its steps or their sampler do not fit the student
     * @throws IllegalStateException if the student is closed
     */
    public void run(SampleRequest request, int n, FloatBuffer samples, int at) {
        double scale = request.hasGuidance() ? request.guidance() : student.guidance().middle();
        student.guidance().require(scale);
        int steps = request.steps();
        FewSteps sampler = sampler(request);
        int most = sampler == null ? student.mostSteps() : sampler.most(student.schedule());
        Checks.that(steps <= most, "steps", steps, most > 1 ? "1 … " + most
                : "1 for this student, which reads pure noise alone; one that denoises, or is distilled with a restartShare, can"
                        + " take more");
        double[] times = new double[sampler == null ? steps + 1 : steps];
        Arrays.setAll(times, i -> sampler == null ? SignalOde.Solver.DDIM.time(student.schedule(), i, steps)
                : sampler.time(student.schedule(), i, steps));
        new Call(request, n, (float) scale, sampler, times, samples, at).run();
    }

    /** Null for students that read pure noise. */
    private @Nullable FewSteps sampler(SampleRequest request) {
        Checks.that(request.sampler() == null || student.isDenoiser(), "sampler", request.sampler(),
                "left out for this student, which reads pure noise; those that denoise have " + Arrays.toString(FewSteps.values()));
        return request.sampler() == null ? student.fewSteps() : request.sampler();
    }

    /** Runs an action while no call does. */
    public void alone(Runnable action) {
        holding(plans.most(), () -> {
            action.run();
            return null;
        });
    }

    /** Runs an action while the student is open, which it stays until the end. */
    public <R extends @Nullable Object, E extends Exception> R whileOpen(Action<R, E> action) throws E {
        return holding(1, action);
    }

    private <R extends @Nullable Object, E extends Exception> R holding(int count, Action<R, E> action) throws E {
        plans.hold(count);
        try {
            return action.run();
        } finally {
            plans.release(count);
        }
    }

    /** Refuses further calls at once and waits for those at work. */
    @Override
    public void close() {
        try (Scope scope = new Scope()) {
            scope.own(helpers::shutdown);
            scope.own(plans);
        }
    }

    /** One call: blocks of its images, which the workers take one by one. */
    private final class Call {

        private final SampleRequest request;
        private final int n;
        private final float scale;
        private final @Nullable FewSteps sampler;
        private final double[] times;
        private final FloatBuffer samples;
        private final int at;
        private final int blocks;
        private final int mostHelpers;
        private final AtomicInteger next = new AtomicInteger();
        private int helping;
        private @Nullable Throwable failure;

        Call(SampleRequest request, int n, float scale, @Nullable FewSteps sampler, double[] times, FloatBuffer samples, int at) {
            this.request = request;
            this.n = n;
            this.scale = scale;
            this.sampler = sampler;
            this.times = times;
            this.samples = samples;
            this.at = at;
            blocks = (n + block - 1) / block;
            mostHelpers = request.workers(plans.most()) - 1;
        }

        void run() {
            StudentPlan plan = plans.take();
            try {
                for (int number = next.getAndIncrement(); number < blocks; number = next.getAndIncrement()) {
                    recruit(blocks - number - 1);
                    run(plan, number);
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                plans.giveBack(plan);
            }
            awaitHelpers();
        }

        private void run(StudentPlan plan, int number) {
            int from = number * block;
            plan.run(request, from, Math.min(block, n - from), scale, sampler, times, samples,
                    at + from * student.shape().size());
        }

        /** Takes what workers are free, as long as there is work for them. */
        private void recruit(int left) {
            while (isShort(left)) {
                StudentPlan plan = plans.takeFree();
                if (plan == null) {
                    return;
                }
                synchronized (this) {
                    helping++;
                }
                try {
                    helpers.execute(() -> help(plan));
                } catch (RuntimeException | Error e) { // no thread
                    leave(plan);
                    throw e;
                }
            }
        }

        private synchronized boolean isShort(int left) {
            return helping < Math.min(mostHelpers, left);
        }

        private void help(StudentPlan plan) {
            try {
                for (int number = next.getAndIncrement(); number < blocks; number = next.getAndIncrement()) {
                    run(plan, number);
                    if (plans.isAwaited()) {
                        break;
                    }
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                leave(plan);
            }
        }

        private void leave(StudentPlan plan) {
            plans.giveBack(plan);
            synchronized (this) {
                helping--;
                notifyAll();
            }
        }

        /** No worker begins another block. */
        private synchronized void fail(Throwable e) {
            next.set(blocks);
            if (failure == null) {
                failure = e;
            } else if (failure != e) {
                failure.addSuppressed(e);
            }
        }

        private synchronized void awaitHelpers() {
            boolean interrupted = false;
            while (helping > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true; // the target is in use: finish first
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
        }
    }
}
