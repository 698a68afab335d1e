package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.network.Model;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Steps whose targets come from an average of the student: their losses by the definition. */
public class TargetAverageTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double DECAY = 0.75;

    /** So high a rate that the student leaves its average behind. */
    private static final float RATE = 0.5f;

    private final NoiseSchedule schedule = NoiseSchedule.flow();

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static Bootstrap objective() {
        return Bootstrap.defaults().withSolver(Solver.DDIM).withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC))
                .withBoundary(new Boundary.Atom(0)).withTargetEma(DECAY);
    }

    @Test
    void lossIsThatOfTheAveragesTargets() {
        try (Model average = PlaneRoom.network(device(), 3);
                PlaneRoom plane =
                        new PlaneRoom(PlaneRoom.ring(schedule), PlaneRoom.network(device(), 3), BATCH, BATCH / 3, null)) {
            plane.room.target = average;
            plane.room.studentOutput = Prediction.FLOW;
            try (BootstrapLesson lesson = (BootstrapLesson) objective().lesson(plane.room, PlaneRoom.steps(8))) {
                for (int step = 0; step < 4; step++) {
                    double total = plane.room.run(lesson, step).total();
                    double expected = loss(plane, lesson.blocks, average);
                    double own = loss(plane, lesson.blocks, plane.student);
                    assertEquals(expected, total, 1e-4 * expected, "step " + step);
                    assertTrue(step == 0 || Math.abs(own - expected) > 0.01 * expected,
                            "step " + step + ": the student's own targets give " + own + ", the average's " + expected);
                    update(plane, average);
                }
            }
        }
    }

    /** The student goes down its gradient, and its average follows. */
    private static void update(PlaneRoom plane, Model average) {
        float[] student = plane.room.values(plane.student.parameters());
        float[] mean = plane.room.values(average.parameters());
        float[] gradient = plane.room.gradient();
        for (int i = 0; i < student.length; i++) {
            student[i] -= RATE * gradient[i];
            mean[i] += (float) ((1 - DECAY) * (student[i] - mean[i]));
        }
        plane.kernels.upload(student, 0, plane.student.parameters());
        plane.student.prepare(plane.kernels, 0, 1);
        plane.kernels.upload(mean, 0, average.parameters());
        average.prepare(plane.kernels, 0, 1);
    }

    /** Mean of ‖y_θ(ε, s) − (y + c (f(x̂, t) − y))‖² with y = y_θ⁻(ε, t), x̂ = (1 − t) y + t ε and c = (t − s)/(t (1 − s)). */
    private double loss(PlaneRoom plane, Block[] blocks, Model target) {
        double sum = 0;
        for (Block block : blocks) {
            double[] times = rows(block.atT().times(), block);
            double[] next = rows(block.atS().times(), block);
            float[] labels = plane.values(block.atT().condition());
            float[] noise = plane.noise(block.seeds(), block.samples());
            float[] atS = signals(plane, plane.student, noise, next, labels);
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
