package io.bootdistill.lesson;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Plan;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one thread of a training step works with: a context of the device, the network that learns and its teacher, each made
 * ready for a block, and room for the images of a block. Lessons share it: what it holds lasts no longer than a call.
 */
public final class Worker implements AutoCloseable {

    /** Writes the conditions of the first samples into the inputs of a plan. */
    @FunctionalInterface
    public interface Conditions {

        /** @param given of n samples, as the table of the step holds them; null where there are none */
        void write(Kernels kernels, int n, @Nullable Tensor given);
    }

    private final int index;
    private final Kernels kernels;
    private final ImageShape shape;
    private final Plan student;
    private final @Nullable TeacherPlan teacher;
    private final Scope scope = new Scope();
    private final Tensor noise;
    private final Tensor y;
    private final Tensor f;
    private final Tensor target;
    private final Tensor numbers;
    private final Function<Plan, Conditions> conditions;

    /** Of each plan that is called, made when it is first. */
    private final Map<Plan, Conditions> inputs = new IdentityHashMap<>();

    /**
     * Takes over the ownership of its plans and its kernels, unless it fails.
     *
     * @param index of the worker, from 0
     * @param student the network that learns, for training
     * @param teacher null where a lesson has none
     * @param conditions makes what writes them into the inputs of a plan
     */
    public Worker(
            int index, Kernels kernels, Plan student, @Nullable TeacherPlan teacher, Device device, ImageShape shape,
            Function<Plan, Conditions> conditions) {
        int block = student.block();
        long size = (long) block * shape.size();
        DeviceMemory memory = device.allocate(4 * size + block);
        noise = Tensor.of(memory.slice(0, size), shape.channels());
        y = Tensor.of(memory.slice(size, size), shape.channels());
        f = Tensor.of(memory.slice(2 * size, size), shape.channels());
        target = Tensor.of(memory.slice(3 * size, size), shape.channels());
        numbers = Tensor.of(memory.slice(4 * size, block), 1);
        this.index = index;
        this.shape = shape;
        this.conditions = conditions;
        this.kernels = scope.own(kernels);
        this.student = scope.own(student);
        this.teacher = teacher == null ? null : scope.own(teacher);
        scope.own(memory);
    }

    /** Its place among the workers, from 0. */
    public int index() {
        return index;
    }

    public Kernels kernels() {
        return kernels;
    }

    /** The network that learns. */
    public Plan student() {
        return student;
    }

    /** Null where there is none. */
    public @Nullable TeacherPlan teacher() {
        return teacher;
    }

    /** Room for the noise ε of a block. */
    public Tensor noise() {
        return noise;
    }

    /** Room for signals y. */
    public Tensor y() {
        return y;
    }

    /** Room for predictions f. */
    public Tensor f() {
        return f;
    }

    /** Room for targets. */
    public Tensor target() {
        return target;
    }

    /** Room for a number of each sample. */
    public Tensor numbers() {
        return numbers;
    }

    /** Lets a network calculate its outputs for n samples of x. */
    public void call(Plan plan, Tensor x, BlockInputs given, int n) {
        copy(n, x, plan.x());
        if (given.start() == null) {
            kernels.affine(n, given.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
        } else {
            kernels.affine(n, given.start(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
            kernels.affine(n, given.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TARGET_TIME));
        }
        if (given.scale() != null) {
            kernels.affine(n, given.scale(), 1, 0, null, plan.scalar(ScalarInputs.GUIDANCE));
        }
        condition(plan, given, n);
        plan.forward(kernels, n);
    }

    /** Writes the conditions of n samples into the inputs of a network. */
    public void condition(Plan plan, BlockInputs given, int n) {
        Conditions known = inputs.get(plan);
        if (known == null) {
            known = conditions.apply(plan);
            inputs.put(plan, known);
        }
        known.write(kernels, n, given.condition());
    }

    /** Copies n images. */
    public void copy(int n, Tensor from, Tensor to) {
        kernels.affine((long) n * shape.pixels(), from, 1, 0, null, to);
    }

    @Override
    public void close() {
        scope.close();
    }
}
