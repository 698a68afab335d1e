package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.StateListener;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The workers of one sampling run: each takes blocks of samples through the whole trajectory. */
public final class SamplerWorkers implements AutoCloseable {

    private final TeacherModel teacher;
    private final Trajectory trajectory;
    private final @Nullable Guidance guidance;
    private final double clip;
    private final @Nullable DynamicThreshold threshold;
    private final int block;
    private final Scope scope = new Scope();
    private final WorkerPool pool;
    private final Worker[] workers;

    public SamplerWorkers(
            TeacherModel teacher, Trajectory trajectory, @Nullable Guidance guidance, double clip,
            @Nullable DynamicThreshold threshold, int count, int block) {
        this.teacher = teacher;
        this.trajectory = trajectory;
        this.guidance = guidance;
        this.clip = clip;
        this.threshold = threshold;
        this.block = block;
        workers = new Worker[count];
        try {
            for (int i = 0; i < count; i++) {
                workers[i] = scope.own(new Worker(teacher.device()));
            }
            pool = scope.own(new WorkerPool(count));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** @param listener null for none */
    public void run(SampleRequest request, int n, float[] samples, @Nullable StateListener listener) {
        pool.run((n + block - 1) / block, (worker, task) -> {
            int from = task * block;
            workers[worker].run(from, Math.min(block, n - from), request, samples, listener);
        });
    }

    @Override
    public void close() {
        scope.close();
    }

    private final class Worker implements AutoCloseable {

        private final Kernels kernels;
        private final TeacherPlan plan;
        private final @Nullable TrajectoryWalk walk;
        private final @Nullable ConsistencyWalk consistency;
        private final TrajectoryInputs inputs;
        private final Scope own = new Scope();
        private final Tensor noise;
        private final float[] rows;
        private final float[] planes;
        private final float[] scales = new float[block];
        private final float[] conditions = new float[block * teacher.condition().floats()];

        Worker(Device device) {
            ImageShape shape = teacher.shape();
            long size = (long) block * shape.size();
            try {
                kernels = own.own(device.openKernels());
                plan = own.own(TeacherPlans.of(teacher, device, block, guidance, threshold));
                inputs = own.own(new TrajectoryInputs(
                        teacher.schedule(), teacher.condition().floats(), trajectory, plan.prediction(), clip,
                        guidance == null ? GuidanceInterval.ALWAYS : guidance.interval(), device, block));
                noise = Tensor.of(own.own(device.allocate(size)).slice(), shape.channels());
                boolean solved = trajectory.consistency() == null;
                walk = solved
                        ? own.own(new TrajectoryWalk(shape, trajectory, plan, kernels, device, block, noise)) : null;
                consistency = solved
                        ? null : own.own(new ConsistencyWalk(shape, trajectory, plan, kernels, device, block, noise));
            } catch (RuntimeException | Error e) {
                own.closeAfter(e);
                throw e;
            }
            rows = new float[Math.toIntExact(size)];
            planes = new float[rows.length];
            Arrays.fill(scales, guidance == null ? 1 : (float) guidance.scale());
        }

        void run(int from, int n, SampleRequest request, float[] samples, @Nullable StateListener listener) {
            ImageShape shape = teacher.shape();
            int size = shape.size();
            request.writeNoise(shape, from, n, planes);
            request.writeConditions(teacher.condition(), from, n, conditions);
            Layout.toRows(n, shape, planes, rows);
            kernels.upload(rows, 0, noise.data());
            inputs.upload(kernels, n, scales, conditions, 0);
            IntConsumer evaluated = i -> {
                if (listener != null) {
                    listener.state(i, from, n, Arrays.copyOf(state(n), n * size));
                }
            };
            if (walk != null) {
                walk.run(n, inputs, evaluated);
            } else {
                consistency.run(n, inputs, LongStream.range(from, from + n).map(request::seed).toArray(), evaluated);
            }
            System.arraycopy(state(n), 0, samples, from * size, n * size);
        }

        private float[] state(int n) {
            kernels.download(plan.x().data(), rows, 0);
            Layout.toPlanes(n, teacher.shape(), rows, planes);
            return planes;
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
