package io.bootdistill.internal.training;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The workers of a training, their threads, and how a step's blocks are shared among gradient lanes. */
public final class Crew implements AutoCloseable {

    private final Scope scope = new Scope();
    private final List<Worker> workers = new ArrayList<>();
    private final List<Worker> view = Collections.unmodifiableList(workers);
    private final Kernels[] contexts;
    private final WorkerPool pool;
    private final int batch;
    private final int block;
    private final int lanes;

    /**
     * Opens the workers, as many as the device and the lanes allow.
     *
     * @param student the network that learns
     * @param lanes at most; as many as a batch has blocks where these are less
     * @param teachers makes one for each worker; null for none
     * @param conditions whose rows stand for the conditions of samples; null where these are given whole
     */
    public Crew(
            Model student, ImageShape shape, int batch, int block, int lanes, int most, Supplier<TeacherPlan> teachers,
            @Nullable ConditionTable conditions) {
        this.batch = batch;
        this.block = block;
        this.lanes = Division.filled(batch, block, lanes);
        Device device = student.device();
        contexts = new Kernels[device.workers(Math.min(most, this.lanes))];
        try {
            for (int i = 0; i < contexts.length; i++) {
                workers.add(open(i, student, shape, teachers, conditions));
                contexts[i] = workers.get(i).kernels();
            }
            pool = scope.own(new WorkerPool(contexts.length));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Worker open(
            int index, Model student, ImageShape shape, Supplier<TeacherPlan> teachers, @Nullable ConditionTable conditions) {
        Scope parts = new Scope(); // the worker's, once it is there
        try {
            Kernels kernels = parts.own(student.device().openKernels());
            Plan plan = parts.own(new Plan(student, block, Plan.Mode.TRAINING));
            TeacherPlan teacher = teachers == null ? null : parts.own(teachers.get());
            return scope.own(new Worker(
                    index, kernels, plan, teacher, student.device(), shape, called -> inputs(called, conditions)));
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    private static Worker.Conditions inputs(Plan called, @Nullable ConditionTable table) {
        ConditionInputs inputs = new ConditionInputs(called, called.network().condition(), table);
        return (kernels, n, given) -> inputs.write(kernels, 0, n, given);
    }

    public List<Worker> workers() {
        return view;
    }

    /** The workers' contexts. */
    Kernels[] contexts() {
        return contexts;
    }

    WorkerPool pool() {
        return pool;
    }

    /** Samples of a step. */
    public int batch() {
        return batch;
    }

    /** Samples that a worker takes through the networks at once. */
    public int block() {
        return block;
    }

    /** Gradient sums that are filled independently: block b is of lane b mod lanes. */
    public int lanes() {
        return lanes;
    }

    @Override
    public void close() {
        scope.close();
    }
}
