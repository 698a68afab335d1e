package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Steps of a small U-Net, whose matrices are tall, wide, convolutions, and parts of fused ones, by given gradients. */
@Tag("fast")
public class OptimiserTest {

    private static final double RATE = 0.01;
    private static final double DECAY = 0.1;
    private static final double HALF_LIFE = 40;
    private static final int BATCH = 20;
    private static final int STEPS = 3;

    /** A table, and a weight that begins at zero. */
    private static final Set<String> NO_MATRICES =
            Set.of("class_embedding.weight", UNet.embeddingName(ScalarInputs.GUIDANCE) + ".linear_2.weight");

    private final Graph graph =
            Graph.of(new UNet(UNetConfig.parse(TinyTeacher.network().toString(), "tiny")).withScalar(ScalarInputs.GUIDANCE));

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** Of a matrix's step, in units of its size: rounding of float32, times 3.4445⁵, and somewhat more for products. */
    protected double tolerance() {
        return 2 * 0x1p-24 * 485;
    }

    /** Everything a run changes, by parameter and in the order of its shape. */
    private static final class Values {
        final Map<String, float[]> theta = new HashMap<>();
        final Map<String, float[]> m = new HashMap<>();
        final Map<String, float[]> v = new HashMap<>();
        final Map<String, float[]> ema = new HashMap<>();
    }

    private static Values read(TrainingState state) {
        Values values = new Values();
        state.student.save((parameter, array) -> values.theta.put(parameter.name(), array));
        state.student.save(state.m(), (parameter, array) -> values.m.put(parameter.name(), array));
        state.student.save(state.v(), (parameter, array) -> values.v.put(parameter.name(), array));
        state.student.save(state.ema(), (parameter, array) -> values.ema.put(parameter.name(), array));
        return values;
    }

    /** Gradients of different sizes, so large that their norm is limited. */
    private static float[] gradient(int length, int step) {
        float[] gradient = new float[length];
        for (int i = 0; i < length; i++) {
            gradient[i] = (1 + step) * Philox.normal(17, step, i);
        }
        return gradient;
    }

    private Values[] run(UpdateRule rule, int workerCount) {
        return run(rule, workerCount, step -> step);
    }

    /** The state before the first step and after each. */
    private Values[] run(UpdateRule rule, int workerCount, LongUnaryOperator numbers) {
        OptimiserConfig config = new OptimiserConfig(rule, RATE, 0, DECAY, 0.9, 0.99, 1, HALF_LIFE);
        try (Scope scope = new Scope()) {
            Kernels[] contexts = new Kernels[workerCount];
            for (int i = 0; i < workerCount; i++) {
                contexts[i] = scope.own(device().openKernels());
            }
            TrainingState state = scope.own(new TrainingState(new Model(graph, device(), true)));
            state.student.initialize(4);
            WorkerPool pool = scope.own(new WorkerPool(workerCount));
            Optimiser optimiser = scope.own(new Optimiser(config, Rounds.one(STEPS), BATCH, state, 1, Reducer.LANES, contexts, pool));
            Slice lane = optimiser.lane(0).flat();
            Values[] values = new Values[STEPS + 1];
            values[0] = read(state);
            for (int step = 0; step < STEPS; step++) {
                contexts[0].upload(gradient((int) lane.length(), step), 0, lane);
                optimiser.begin(numbers.applyAsLong(step));
                optimiser.update();
                optimiser.end();
                values[step + 1] = read(state);
            }
            return values;
        }
    }

    /** By name and shape; the library goes by the layout. */
    private boolean isMatrix(String name) {
        int[] shape = graph.layout().find(name).shape();
        return shape.length > 1 && Math.min(shape[0], shape[1]) >= 8 && !NO_MATRICES.contains(name);
    }

    /** In float64, on the matrix as the checkpoint has it: [out][in] or [out][in·3·3]. */
    private static DMatrixRMaj orthogonalised(DMatrixRMaj m) {
        DMatrixRMaj x = m.copy();
        CommonOps_DDRM.divide(x, NormOps_DDRM.normF(x));
        for (int k = 0; k < 5; k++) {
            DMatrixRMaj a = CommonOps_DDRM.multTransB(x, x, null);
            DMatrixRMaj b = CommonOps_DDRM.mult(a, a, null);
            CommonOps_DDRM.add(-4.7750, a, 2.0315, b, b);
            CommonOps_DDRM.add(3.4445, x, 1, CommonOps_DDRM.mult(b, x, null), x);
        }
        return x;
    }

    @Test
    void matricesFollowMuon() {
        Values[] states = run(UpdateRule.MUON, 2);
        List<Map<String, float[]>> gradients = gradients();
        int matrices = 0;
        for (String name : states[0].theta.keySet()) {
            if (!isMatrix(name)) {
                continue;
            }
            matrices++;
            int rows = graph.layout().find(name).shape()[0];
            int columns = states[0].theta.get(name).length / rows;
            double[] momentum = new double[rows * columns];
            for (int step = 0; step < STEPS; step++) {
                DMatrixRMaj nesterov = new DMatrixRMaj(rows, columns);
                for (int i = 0; i < momentum.length; i++) {
                    float g = gradients.get(step).get(name)[i];
                    momentum[i] = 0.95 * momentum[i] + g;
                    nesterov.data[i] = 0.95 * momentum[i] + g;
                    assertEquals(momentum[i], states[step + 1].m.get(name)[i], 1e-6 * 3 * STEPS);
                }
                double[] direction = orthogonalised(nesterov).data;
                double rate = RATE * 0.5 * (1 + Math.cos(Math.PI * step / STEPS));
                double size = rate * 0.2 * Math.sqrt(Math.max(rows, columns));
                double share = 1 - Math.pow(0.5, BATCH / HALF_LIFE);
                for (int i = 0; i < momentum.length; i++) {
                    double expected = (states[step].theta.get(name)[i] - size * direction[i]) * (1 - rate * DECAY);
                    double actual = states[step + 1].theta.get(name)[i];
                    assertEquals(expected, actual, size * tolerance() + 2e-7, name + "[" + i + "] at step " + step);
                    double before = states[step].ema.get(name)[i];
                    assertEquals(before + share * (actual - before), states[step + 1].ema.get(name)[i], 2e-7);
                }
            }
            assertArrayEquals(new float[momentum.length], states[STEPS].v.get(name), name);
        }
        assertTrue(matrices > 20, matrices + " matrices");
    }

    /** The gradient of each step, by parameter. */
    private List<Map<String, float[]>> gradients() {
        List<Map<String, float[]>> gradients = new ArrayList<>();
        try (Model model = new Model(graph, device(), true); Kernels kernels = device().openKernels()) {
            for (int step = 0; step < STEPS; step++) {
                Map<String, float[]> named = new HashMap<>();
                kernels.upload(gradient((int) model.parameters().length(), step), 0, model.parameters());
                model.save((parameter, values) -> named.put(parameter.name(), values));
                gradients.add(named);
            }
        }
        return gradients;
    }

    @Test
    void theOthersFollowAdam() {
        Values muon = run(UpdateRule.MUON, 2)[STEPS];
        Values adam = run(UpdateRule.ADAM, 2)[STEPS];
        for (String name : muon.theta.keySet()) {
            if (isMatrix(name)) {
                assertFalse(Arrays.equals(adam.theta.get(name), muon.theta.get(name)), name);
            } else {
                assertArrayEquals(adam.theta.get(name), muon.theta.get(name), name);
                assertArrayEquals(adam.m.get(name), muon.m.get(name), name);
                assertArrayEquals(adam.v.get(name), muon.v.get(name), name);
                assertArrayEquals(adam.ema.get(name), muon.ema.get(name), name);
            }
        }
    }

    @Test
    void workersDoNotMatter() {
        Values one = run(UpdateRule.MUON, 1)[STEPS];
        Values three = run(UpdateRule.MUON, 3)[STEPS];
        for (String name : one.theta.keySet()) {
            assertArrayEquals(one.theta.get(name), three.theta.get(name), name);
            assertArrayEquals(one.m.get(name), three.m.get(name), name);
            assertArrayEquals(one.v.get(name), three.v.get(name), name);
            assertArrayEquals(one.ema.get(name), three.ema.get(name), name);
        }
    }

    /** The cosine is −1 at the end of the run, and at odd multiples of its length. */
    @Test
    void aRateOfZeroLeavesTheWeights() {
        for (UpdateRule rule : UpdateRule.values()) {
            Values[] states = run(rule, 1, step -> (2 * step + 1) * STEPS);
            states[0].theta.forEach((name, values) -> assertArrayEquals(values, states[STEPS].theta.get(name), name));
        }
    }
}
