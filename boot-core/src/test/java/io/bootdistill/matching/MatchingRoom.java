package io.bootdistill.matching;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.objective.LessonRoom;
import io.bootdistill.objective.PlaneRoom;
import java.util.Arrays;
import java.util.List;

/** A classroom in the plane whose teacher is a perceptron with labels, guided by 2.5, and the lessons of a corrector in it. */
final class MatchingRoom implements AutoCloseable {

    static final int BATCH = 12;
    static final int PIXEL = 2;
    static final int NULL = 3;
    static final double SCALE = 2.5;
    static final long STEPS = 100;

    final NoiseSchedule schedule = new FlowSchedule();
    final Model teacher;
    final Model student;
    final Model online;
    final LessonRoom room;
    final List<Corrector.Part> parts;

    /** How the teacher is guided. */
    enum Guided { NO, YES, TOLD }

    MatchingRoom(Device device, Corrector options, Guided guided, int block) {
        teacher = guided == Guided.TOLD ? network(device, 5, ScalarInputs.GUIDANCE) : network(device, 5);
        student = network(device, 6);
        online = network(device, 7);
        TeacherModel model = new TeacherModel(
                new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1), 0.4, true), teacher, Prediction.FLOW, null, null);
        Guidance guidance = guided == Guided.NO ? null : new Guidance(SCALE, NULL, GuidanceInterval.ALWAYS, 0);
        room = new LessonRoom(model, student, BATCH, block, guidance);
        room.guidanceLabel = NULL;
        room.conditions = ConditionSource.labels(4, NULL, 0.2);
        parts = options.lessons(room, online, Prediction.FLOW, OptimiserConfig.ofStudents(), STEPS);
        fill(teacher, 8); // lessons follow a teacher that has moved
    }

    /** Its weights, of which some would begin at zero, are all at random. */
    private static Model network(Device device, long seed, String... scalars) {
        Model model = PlaneRoom.network(device, seed, scalars);
        fill(model, seed);
        return model;
    }

    private static void fill(Model model, long seed) {
        model.load(parameter -> {
            float[] values = new float[parameter.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = 0.4f * Philox.normal(seed, parameter.name().hashCode(), i);
            }
            return values;
        });
    }

    /** f of a network at states, guided by a scale of each sample. */
    double[] predict(Model model, float[] x, double[] t, float[] labels, double scale) {
        double[] told = predict(model, x, t, labels);
        float[] nulls = new float[labels.length];
        Arrays.fill(nulls, NULL);
        double[] free = predict(model, x, t, nulls);
        for (int i = 0; i < told.length; i++) {
            told[i] = free[i] + scale * (told[i] - free[i]);
        }
        return told;
    }

    /** f unguided, but for networks that are told the scale. */
    double[] predict(Model model, float[] x, double[] t, float[] labels) {
        float[] output = new float[x.length];
        float[] times = new float[t.length];
        for (int i = 0; i < t.length; i++) {
            times[i] = (float) schedule.networkTime(t[i]);
        }
        try (Plan plan = new Plan(model, t.length, Plan.Mode.INFERENCE)) {
            room.kernels().upload(x, 0, plan.x().data());
            room.kernels().upload(labels, 0, plan.condition().data());
            room.kernels().upload(times, 0, plan.scalar(ScalarInputs.TIME).data());
            if (plan.scalar(ScalarInputs.GUIDANCE) != null) {
                room.kernels().fill(plan.scalar(ScalarInputs.GUIDANCE).data(), (float) SCALE);
            }
            plan.forward(room.kernels(), t.length);
            room.kernels().download(plan.y().data(), output, 0);
        }
        double[] f = new double[x.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = x[i] - t[i / PIXEL] * output[i];
        }
        return f;
    }

    @Override
    public void close() {
        for (int i = parts.size() - 1; i >= 0; i--) {
            parts.get(i).lesson().close();
        }
        room.close();
        student.close();
        teacher.close();
    }
}
