package io.bootdistill.objective;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** A classroom in the plane, of an analytic teacher with labels and a small perceptron, its values on the host. */
public final class PlaneRoom implements AutoCloseable {

    public static final int BATCH = 12;
    public static final int PIXEL = 2;

    public final MixtureTeacher teacher;
    public final Model student;
    public final LessonRoom room;
    public final Kernels kernels;

    /**
     * @param student taken over
     * @param guidance null for none
     */
    public PlaneRoom(MixtureTeacher teacher, Model student, int batch, int block, Guidance guidance) {
        this.teacher = teacher;
        this.student = student;
        room = new LessonRoom(TeacherModel.of(teacher), student, batch, block, guidance);
        room.conditions = ConditionSource.labels(4, 3, 0.2);
        kernels = room.kernels();
    }

    /** Three components and the whole mixture. */
    public static MixtureTeacher ring(NoiseSchedule schedule) {
        return new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);
    }

    /** A perceptron; the weight of a second time is not zero, as after training. */
    public static Model network(Device device, long seed, String... scalars) {
        Mlp network = new Mlp(PIXEL, 8, 1, 4);
        for (String scalar : scalars) {
            network = network.withScalar(scalar);
        }
        Model model = new Model(Graph.of(network), device, true);
        model.initialize(seed);
        Map<String, float[]> values = new HashMap<>();
        model.save((parameter, flat) -> values.put(parameter.name(), flat));
        float[] weight = values.getOrDefault(ScalarInputs.TARGET_TIME + ".weight", new float[0]);
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) Math.cos(i + seed) / 4;
        }
        model.load(parameter -> values.get(parameter.name()));
        return model;
    }

    /** So many steps from the first on, whose residuals count alike. */
    public static Assignment steps(long steps) {
        return new Assignment(0, steps, ResidualWeighting.NONE);
    }

    /** Draws and runs a step. */
    public void run(Lesson lesson, long step) {
        room.run(lesson, step);
    }

    /** The teacher's prediction for a label, as a function of the state. */
    public SignalOde.Predictor predictor(float label) {
        return (x, t) -> {
            float[] f = new float[PIXEL];
            teacher.predict(1, new float[] {(float) x[0], (float) x[1]}, new double[] {t}, new float[] {label}, f);
            return new double[] {f[0], f[1]};
        };
    }

    public float[] values(Tensor tensor) {
        return room.values(tensor);
    }

    public double[] row(Tensor tensor, int row) {
        return row(values(tensor), row);
    }

    public static double[] row(float[] values, int row) {
        return new double[] {values[row * PIXEL], values[row * PIXEL + 1]};
    }

    /** The noise of n samples. */
    public float[] noise(Slice seeds, int n) {
        try (var memory = student.device().allocate((long) n * PIXEL)) {
            Tensor tensor = Tensor.of(memory.slice(), PIXEL);
            kernels.noise(n, 1, seeds, 0, tensor);
            return values(tensor);
        }
    }

    /** Outputs of a network by a plan of its own, for as many samples as there are labels. */
    public float[] output(Model model, float[] x, float[] labels, Map<String, float[]> scalars) {
        float[] output = new float[labels.length * PIXEL];
        try (Plan plan = new Plan(model, labels.length, Plan.Mode.INFERENCE)) {
            kernels.upload(x, 0, plan.x().data());
            kernels.upload(labels, 0, plan.condition().data());
            scalars.forEach((name, values) -> kernels.upload(values, 0, plan.scalar(name).data()));
            plan.forward(kernels, labels.length);
            kernels.download(plan.y().data(), output, 0);
        }
        return output;
    }

    /** The slope of a loss along a direction, by a central difference of a width 2 h. */
    public double slope(float[] direction, double h, DoubleSupplier loss) {
        float[] weights = room.values(student.parameters());
        double norm = Golden.norm(direction);
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
            float[] moved = weights.clone();
            for (int i = 0; i < moved.length; i++) {
                moved[i] += (float) ((2 * side - 1) * h * direction[i] / norm);
            }
            kernels.upload(moved, 0, student.parameters());
            student.prepare(kernels, 0, 1);
            losses[side] = loss.getAsDouble();
        }
        return (losses[1] - losses[0]) / (2 * h);
    }

    @Override
    public void close() {
        room.close();
        student.close();
    }
}
