package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import io.bootdistill.objective.BootstrapLoss.Boundary;
import io.bootdistill.objective.BootstrapLoss.Weighting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One training step on the bundled teacher against another implementation: every intermediate value and all gradients. */
public class BootStepGoldenTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim-flat", "heun-delta-guided"})
    void step(String name) throws IOException {
        try (SafetensorsFile golden = SafetensorsFile.open(Fixtures.file("boot-step/" + name + ".safetensors"));
                Teacher teacher = Teacher.load(BundledTeacher.folder(), device());
                Model student = new Model(teacher.model().graph(), device(), true)) {
            Map<String, float[]> weights = new HashMap<>();
            teacher.model().save((parameter, values) -> weights.put(parameter.name(), perturbed(values, parameter.shape())));
            student.load(parameter -> weights.get(parameter.name()));
            new Check(golden, teacher, student).run();
        }
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
        private final Teacher teacher;
        private final Model student;
        private final int n;
        private final int size;
        private final DistillationConfig config;
        private final Guidance guidance;
        private final Batch batch;
        private final NoiseSchedule schedule;
        private final Map<String, Double> used = new java.util.TreeMap<>();

        Check(SafetensorsFile golden, Teacher teacher, Model student) {
            this.golden = golden;
            this.teacher = teacher;
            this.student = student;
            Map<String, String> metadata = golden.metadata();
            n = golden.shape("noise")[0];
            size = teacher.shape().size();
            boolean guided = !metadata.get("guidance").equals("None");
            config = DistillationConfig.builder().trajectoryShare(0).correctorShare(0).residualPower(0)
                    .batch(2 * n).images(2L * n).block(2 * n).boundaryShare(0.5).boundary(Boundary.TERM)
                    .beta(Double.parseDouble(metadata.get("beta")))
                    .solver(metadata.get("solver").equals("heun") ? Solver.HEUN : Solver.DDIM)
                    .weighting(metadata.get("weight").equals("delta") ? Weighting.INVERSE_DELTA_SQUARED : Weighting.FLAT)
                    .guidance(guided ? Double.parseDouble(metadata.get("guidance")) : 1)
                    .build();
            guidance = guided ? new Guidance(config.guidance(), teacher.nullLabel()) : null;
            schedule = teacher.schedule();
            batch = new Batch(config, schedule, teacher.prediction(), teacher.prediction(), 0,
                    ConditionSource.none(), teacher.condition(), size);
        }

        void run() {
            double[] tIndex = golden.doubles("t_index");
            double[] sIndex = golden.doubles("s_index");
            double delta = Double.parseDouble(golden.metadata().get("delta_index")) / 999;
            for (int i = 0; i < n; i++) {
                batch.setBootstrap(i, tIndex[i] / 999, sIndex[i] / 999, delta);
                batch.setBoundary(n + i, delta);
                float label = golden.floats("class_labels")[i];
                batch.samples.condition[i] = label;
                batch.samples.condition[n + i] = label;
                assertEquals(golden.doubles("lambda_t")[i], schedule.lambda(tIndex[i] / 999), 1e-9);
                assertEquals(golden.doubles("lambda_s")[i], schedule.lambda(sIndex[i] / 999), 1e-9);
            }
            values("alpha_t", column(SignalCoefficients.ALPHA_T));
            values("sigma_t", column(SignalCoefficients.SIGMA_T));
            values("step_c", column(SignalCoefficients.STEP));
            values("weight", weights());
            try (BlockWorker worker = new BlockWorker(config, Resolved.of(teacher), student, student, guidance, null, null);
                    BatchMemory memory = new BatchMemory(batch, student.device());
                    Gradients gradients = new Gradients(student)) {
                run(worker, memory, gradients);
                compare(worker, worker.y, "student_t");
                compare(worker, worker.f, "teacher_t");
                compare(worker, worker.target, "target");
                compare(worker, worker.prediction, "student_s");
                losses(worker, memory);
                gradients(gradients);
            }
            compareState();
            System.getLogger(BootStepGoldenTest.class.getName()).log(System.Logger.Level.INFO,
                    "share of the tolerance used on {0}: {1}", student.device().description(), used);
        }

        /** x̂_t, which only a DDIM step leaves: Heun's second evaluation takes its place. */
        private void compareState() {
            DistillationConfig ddim = config.toBuilder().solver(Solver.DDIM).build();
            try (BlockWorker worker = new BlockWorker(ddim, Resolved.of(teacher), student, student, guidance, null, null);
                    BatchMemory memory = new BatchMemory(batch, student.device());
                    Gradients gradients = new Gradients(student)) {
                run(worker, memory, gradients);
                compare(worker, worker.state(), "state_t");
            }
        }

        private void run(BlockWorker worker, BatchMemory memory, Gradients gradients) {
            memory.upload(worker.kernels);
            upload(worker, worker.noise, "noise");
            worker.runWithNoise(memory.block(0), gradients, false);
        }

        private void losses(BlockWorker worker, BatchMemory memory) {
            float[] residual = new float[2 * n];
            memory.download(worker.kernels, residual);
            values("residual_mse", java.util.Arrays.copyOf(residual, n));
            double bootstrap = 0;
            double boundary = 0;
            double total = 0;
            for (int i = 0; i < n; i++) {
                bootstrap += batch.weight[i] * residual[i] / n;
                boundary += (double) residual[n + i] / n;
                total += batch.factor[i] * residual[i] + batch.factor[n + i] * residual[n + i];
            }
            values("loss_bootstrap", new float[] {(float) bootstrap});
            values("loss_boundary", new float[] {(float) boundary});
            values("loss_total", new float[] {(float) total});
        }

        private void gradients(Gradients gradients) {
            List<String> order = List.of(golden.metadata().get("grad_norms_order").split(" "));
            float[] norms = golden.floats("grad_norms");
            double all = Golden.norm(norms);
            List<String> compared = new ArrayList<>();
            student.save(gradients.flat(), (parameter, values) -> {
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

        private float[] column(int coefficient) {
            float[] column = new float[n];
            for (int i = 0; i < n; i++) {
                column[i] = batch.coefficients[i * SignalCoefficients.COUNT + coefficient];
            }
            return column;
        }

        private float[] weights() {
            float[] weights = new float[n];
            for (int i = 0; i < n; i++) {
                weights[i] = (float) batch.weight[i];
            }
            return weights;
        }

        private void upload(BlockWorker worker, Tensor target, String name) {
            float[] rows = new float[2 * n * size]; // the boundary has the same noise
            Layout.toRows(n, teacher.shape(), golden.floats(name), rows);
            System.arraycopy(rows, 0, rows, n * size, n * size);
            worker.kernels.upload(rows, 0, target.data());
        }

        private void compare(BlockWorker worker, Tensor actual, String name) {
            float[] rows = new float[2 * n * size];
            float[] planes = new float[n * size];
            worker.kernels.download(actual.data(), rows, 0);
            Layout.toPlanes(n, teacher.shape(), rows, planes);
            values(name, planes);
        }

        private void values(String name, float[] actual) {
            used.put(name, Golden.values(name, golden.floats(name), actual));
        }
    }
}
