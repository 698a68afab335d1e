package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Steps of a whole run, whose targets come from an average of the student: their losses by the definition. */
@Tag("fast")
public class TargetAverageTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double DECAY = 0.75;

    private final NoiseSchedule schedule = new FlowSchedule();

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static Bootstrap objective() {
        return Bootstrap.defaults().withSolver(Solver.DDIM).withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC))
                .withBoundary(new Boundary.Atom(0)).withTargetEma(DECAY);
    }

    /** A rate so high that the student leaves its average behind. */
    private static DistillationConfig config() {
        return DistillationConfig.builder().batch(BATCH).block(BATCH / 3).lanes(2).workers(1).images(BATCH * 8).seed(6)
                .phases(Phase.of(objective()).withWeighting(ResidualWeighting.NONE)).noCorrector()
                .optimiser(OptimiserConfig.ofStudents().withRate(0.05).withWarmupImages(0)).build();
    }

    @Test
    void lossIsThatOfTheAveragesTargets() {
        MixtureTeacher teacher = PlaneRoom.ring(schedule);
        DistillationSetup setup = new DistillationSetup(config(), TeacherModel.of(teacher), new Mlp(PIXEL, 8, 1, 4), device(),
                null, Reducer.LANES);
        try (TrainingState state = setup.newState();
                Trainer trainer = setup.newTrainer(state, false);
                Model average = new Model(state.student.graph(), device(), false);
                PlaneRoom plane = new PlaneRoom(teacher, PlaneRoom.network(device(), 3), BATCH, BATCH / 3, null);
                BootstrapDraws draws = draws(plane)) {
            Block[] blocks = draws.open();
            double[] mean = doubles(plane.room.values(state.student.parameters()));
            for (int step = 0; step < 4; step++) {
                draws.draw(step, plane.kernels);
                set(plane, average, mean);
                double expected = loss(plane, blocks, state.student, average);
                double own = loss(plane, blocks, state.student, state.student);
                assertEquals(expected, trainer.run().losses().total(), 1e-4 * expected, "step " + step);
                assertTrue(step == 0 || Math.abs(own - expected) > 0.01 * expected,
                        "step " + step + ": the student's own targets give " + own + ", the average's " + expected);
                double[] student = doubles(plane.room.values(state.student.parameters()));
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += (1 - DECAY) * (student[i] - mean[i]);
                }
            }
        }
    }

    /** What the steps of the run draw. */
    private static BootstrapDraws draws(PlaneRoom plane) {
        plane.room.conditions = ConditionSource.labels(4, 3, config().guidance().nullProbability());
        return new BootstrapDraws(plane.room, PlaneRoom.steps(8), Solver.DDIM, objective().delta(), objective().times(),
                new BootstrapLoss(objective().weighting(), objective().boundary()), 0);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    private static void set(PlaneRoom plane, Model model, double[] weights) {
        float[] values = new float[weights.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) weights[i];
        }
        plane.kernels.upload(values, 0, model.parameters());
        model.prepare(plane.kernels, 0, 1);
    }

    /** Mean of ‖y_θ(ε, s) − (y + c (f(x̂, t) − y))‖² with y = y_θ⁻(ε, t), x̂ = (1 − t) y + t ε and c = (t − s)/(t (1 − s)). */
    private double loss(PlaneRoom plane, Block[] blocks, Model student, Model target) {
        double sum = 0;
        for (Block block : blocks) {
            double[] times = rows(block.atT().times(), block);
            double[] next = rows(block.atS().times(), block);
            float[] labels = plane.values(block.atT().condition());
            float[] noise = plane.noise(block.seeds(), block.samples());
            float[] atS = signals(plane, student, noise, next, labels);
            float[] atT = signals(plane, target, noise, times, labels);
            float[] x = new float[noise.length];
            for (int k = 0; k < x.length; k++) {
                double t = times[k / PIXEL];
                x[k] = (float) ((1 - t) * atT[k] + t * noise[k]);
            }
            float[] f = new float[x.length];
            plane.teacher.predict(block.samples(), x, times, labels, f);
            for (int k = 0; k < x.length; k++) {
                double t = times[k / PIXEL];
                double s = next[k / PIXEL];
                double c = (t - s) / (t * (1 - s));
                sum += Math.pow(atS[k] - (atT[k] + c * (f[k] - atT[k])), 2);
            }
        }
        return sum / (BATCH * PIXEL);
    }

    private static double[] rows(double[] times, Block block) {
        return Arrays.copyOfRange(times, block.from(), block.from() + block.samples());
    }

    /** ε − F. */
    private float[] signals(PlaneRoom plane, Model model, float[] noise, double[] times, float[] labels) {
        float[] networkTimes = new float[times.length];
        for (int i = 0; i < times.length; i++) {
            networkTimes[i] = (float) schedule.networkTime(times[i]);
        }
        float[] signals = plane.output(model, noise, labels, Map.of("t", networkTimes));
        for (int k = 0; k < signals.length; k++) {
            signals[k] = noise[k] - signals[k];
        }
        return signals;
    }
}
