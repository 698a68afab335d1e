package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Model;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One training step on the bundled teacher against another implementation: every intermediate value and all gradients. */
public class BootStepGoldenTest {

    private static final Assignment ONE_STEP = new Assignment(0, 1, ResidualWeighting.NONE);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim-flat", "heun-delta-guided"})
    void step(String name) throws IOException {
        try (SafetensorsFile golden = SafetensorsFile.open(Fixtures.file("boot-step/" + name + ".safetensors"));
                Teacher teacher = Teacher.load(BundledTeacher.folder(), device())) {
            Device device = new GivenNoise(device(), twice(golden, teacher));
            Model model = Resolved.of(teacher).model();
            try (Model student = new Model(model.graph(), device, true)) {
                Map<String, float[]> weights = new HashMap<>();
                model.save((parameter, values) -> weights.put(parameter.name(), perturbed(values, parameter.shape())));
                student.load(parameter -> weights.get(parameter.name()));
                new Check(golden, teacher, student).run();
            }
        }
    }

    /** The noise of the samples that bootstrap; that of the boundary is the same. */
    private static float[] twice(SafetensorsFile golden, Teacher teacher) {
        float[] planes = golden.floats("noise");
        float[] rows = new float[2 * planes.length];
        Layout.toRows(golden.shape("noise")[0], teacher.shape(), planes, rows);
        System.arraycopy(rows, 0, rows, planes.length, planes.length);
        return rows;
    }

    /** How the golden step derives its student from the teacher. */
    private static float[] perturbed(float[] values, int[] shape) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = shape.length > 1 ? values[i] * 0.97f : values[i] + 0.01f;
        }
        return result;
    }

    private static final class Check {

        private final SafetensorsFile golden;
        private final Map<String, String> metadata;
        private final Teacher teacher;
        private final Model student;
        private final int n;
        private final BootstrapLoss loss;
        private final Guidance guidance;
        private final Map<String, Double> used = new TreeMap<>();

        Check(SafetensorsFile golden, Teacher teacher, Model student) {
            this.golden = golden;
            this.teacher = teacher;
            this.student = student;
            metadata = golden.metadata();
            n = golden.shape("noise")[0];
            loss = new BootstrapLoss(
                    metadata.get("weight").equals("delta") ? Weighting.INVERSE_DELTA_SQUARED : Weighting.FLAT,
                    new Boundary.Term(0.5, Double.parseDouble(metadata.get("beta"))));
            guidance = metadata.get("guidance").equals("None") ? null
                    : new Guidance(Double.parseDouble(metadata.get("guidance")), teacher.nullLabel());
        }

        void run() {
            step(metadata.get("solver").equals("heun") ? Solver.HEUN : Solver.DDIM, this::compare);
            // x̂_t, which only a DDIM step leaves: Heun's second evaluation takes its place
            step(Solver.DDIM, (room, draws, lesson, losses) -> compare(room, room.worker().teacher().x(), "state_t"));
            System.getLogger(BootStepGoldenTest.class.getName()).log(System.Logger.Level.INFO,
                    "share of the tolerance used on {0}: {1}", student.device().description(), used);
        }

        private interface Comparison {
            void check(LessonRoom room, BootstrapDraws draws, BootstrapLesson lesson, Losses losses);
        }

        private void step(Solver solver, Comparison comparison) {
            try (LessonRoom room = new LessonRoom(Resolved.of(teacher), student, 2 * n, 2 * n, guidance)) {
                float[] labels = golden.floats("class_labels");
                room.conditions = (seed, condition, at) -> condition[at] = labels[at % n];
                BootstrapDraws draws = new BootstrapDraws(
                        room, ONE_STEP, solver, Delta.defaults(), TimeSampling.STRATIFIED, loss, 0);
                try (BootstrapLesson lesson = new BootstrapLesson(room, ONE_STEP, draws, solver)) {
                    lesson.draw(0, room.kernels());
                    set(draws);
                    draws.table.upload(room.kernels());
                    comparison.check(room, draws, lesson, room.learn(lesson));
                }
            }
        }

        /** Its times instead of those drawn. */
        private void set(BootstrapDraws draws) {
            double[] tIndex = golden.doubles("t_index");
            double[] sIndex = golden.doubles("s_index");
            double delta = Double.parseDouble(metadata.get("delta_index")) / 999;
            for (int i = 0; i < n; i++) {
                draws.setBootstrap(i, tIndex[i] / 999, sIndex[i] / 999, delta);
                draws.setBoundary(n + i, delta);
                assertEquals(golden.doubles("lambda_t")[i], draws.schedule.lambda(tIndex[i] / 999), 1e-9);
                assertEquals(golden.doubles("lambda_s")[i], draws.schedule.lambda(sIndex[i] / 999), 1e-9);
            }
        }

        private void compare(LessonRoom room, BootstrapDraws draws, BootstrapLesson lesson, Losses losses) {
            values("alpha_t", column(draws, SignalCoefficients.ALPHA_T));
            values("sigma_t", column(draws, SignalCoefficients.SIGMA_T));
            values("step_c", column(draws, SignalCoefficients.STEP));
            values("weight", weights(draws));
            compare(room, room.worker().y(), "student_t");
            compare(room, room.worker().target(), "target");
            prediction(room, draws);
            signal(room, draws);
            values("residual_mse", Arrays.copyOf(lesson.loss.download(room.kernels()), n));
            values("loss_bootstrap", new float[] {(float) losses.bootstrap()});
            values("loss_boundary", new float[] {(float) losses.boundary()});
            values("loss_total", new float[] {(float) losses.total()});
            gradients(room);
        }

        /** The teacher's prediction, which the first of two evaluations leaves; one alone needs no more than its target. */
        private void prediction(LessonRoom room, BootstrapDraws draws) {
            if (metadata.get("solver").equals("heun")) {
                compare(room, room.worker().f(), "teacher_t");
                return;
            }
            TeacherPlan plan = room.worker().teacher();
            Tensor f = room.worker().f();
            room.kernels().signalStep(2 * n, teacher.shape().pixels(), draws.coefficients.slice(0, 2 * n), new SignalStep(
                    0, room.worker().noise(), plan.x(), plan.output(), plan.nullOutput(), null, room.worker().y(), f,
                    room.worker().target(), null));
            compare(room, f, "teacher_t");
        }

        /** The student's signal at s. */
        private void signal(LessonRoom room, BootstrapDraws draws) {
            Tensor signal = room.worker().f();
            room.kernels().signalState(2 * n, teacher.shape().pixels(), draws.coefficients.slice(0, 2 * n),
                    room.worker().noise(), room.worker().student().y(), signal, null);
            compare(room, signal, "student_s");
        }

        private void gradients(LessonRoom room) {
            List<String> order = List.of(metadata.get("grad_norms_order").split(" "));
            float[] norms = golden.floats("grad_norms");
            double all = Golden.norm(norms);
            List<String> compared = new ArrayList<>();
            student.save(room.gradients().flat(), (parameter, values) -> {
                String key = "grad." + parameter.name();
                float norm = norms[order.indexOf(key)];
                assertEquals(norm, Golden.norm(values), 1e-3 * norm + 1e-7 * all, "norm of " + key);
                if (golden.names().contains(key)) {
                    used.merge("grad", Golden.gradient(key, golden.floats(key), values, all), Math::max);
                    compared.add(key);
                }
            });
            assertEquals(golden.names().stream().filter(name -> name.startsWith("grad.")).count(), compared.size());
            assertTrue(compared.size() > 10);
        }

        private float[] column(BootstrapDraws draws, int coefficient) {
            float[] column = new float[n];
            for (int i = 0; i < n; i++) {
                column[i] = draws.table.values()[draws.coefficients.at(i) + coefficient];
            }
            return column;
        }

        private float[] weights(BootstrapDraws draws) {
            float[] weights = new float[n];
            for (int i = 0; i < n; i++) {
                weights[i] = (float) draws.weight[i];
            }
            return weights;
        }

        private void compare(LessonRoom room, Tensor actual, String name) {
            float[] planes = new float[n * teacher.shape().size()];
            Layout.toPlanes(n, teacher.shape(), room.values(actual), planes);
            values(name, planes);
        }

        private void values(String name, float[] actual) {
            used.put(name, Golden.values(name, golden.floats(name), actual));
        }
    }
}
