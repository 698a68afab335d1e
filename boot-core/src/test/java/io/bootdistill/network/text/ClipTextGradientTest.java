package io.bootdistill.network.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.Plan;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradients of text encoders, which are trained along with what reads them: all parameters, by finite differences. */
@Tag("fast")
class ClipTextGradientTest {

    private static final int N = 2;
    private static final int TOKENS = 5;
    private static final double STEP = 0.02;

    private final Device device = Devices.named("reference");
    private final Scope scope = new Scope();
    private final Kernels kernels = scope.own(device.openKernels());

    @AfterEach
    void close() {
        scope.close();
    }

    private static float[] numbers(int count, int seed) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Philox.normal(seed, 0, i);
        }
        return numbers;
    }

    /** Weights of the size that trained ones have; those of norms are about 1. */
    private static float[] weights(Parameter parameter) {
        float[] values = numbers(parameter.size(), parameter.name().hashCode());
        float size = parameter.shape().length == 1 ? 0.2f : 1 / (float) Math.sqrt(parameter.shape()[1]);
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * size + (parameter.name().contains("norm") && parameter.name().endsWith("weight") ? 1 : 0);
        }
        return values;
    }

    private double loss(Plan plan, Map<Slice, float[]> directions) {
        plan.forward(kernels, N);
        double loss = 0;
        for (Map.Entry<Slice, float[]> output : directions.entrySet()) {
            float[] values = new float[output.getValue().length];
            kernels.download(output.getKey(), values, 0);
            for (int i = 0; i < values.length; i++) {
                loss += (double) values[i] * output.getValue()[i];
            }
        }
        return loss;
    }

    @ParameterizedTest
    @CsvSource({
        "QUICK_GELU, 0, true, false, 0", "GELU, 1, false, true, 3", "QUICK_GELU, 0, true, true, 0", "GELU, 1, true, false, 0"
    })
    void allParameters(Activation activation, int skipped, boolean normed, boolean pooled, int projection) {
        ClipTextConfig config = new ClipTextConfig(7, TOKENS, 6, 8, 2, 2, activation, 1e-5f, projection, 6);
        Model model = scope.own(new Model(Graph.of(new ClipText(config, skipped, normed, pooled)), device, true));
        model.load((Function<Parameter, float[]>) ClipTextGradientTest::weights);
        Plan plan = scope.own(new Plan(model, N, Plan.Mode.TRAINING));
        kernels.upload(new float[] {5, 1, 3, 1, 6, 5, 0, 6, 6, 6}, 0, plan.x().data());
        Map<Slice, float[]> directions = new HashMap<>();
        directions.put(plan.y().data(), numbers(N * TOKENS * 6, 1));
        kernels.upload(directions.get(plan.y().data()), 0, plan.dy().data());
        if (pooled) {
            float[] dPooled = numbers((int) plan.output(ClipText.POOLED).data().length(), 2);
            directions.put(plan.output(ClipText.POOLED).data(), dPooled);
            kernels.upload(dPooled, 0, plan.outputGradient(ClipText.POOLED).data());
        }
        loss(plan, directions);
        Gradients gradients = scope.own(new Gradients(model));
        plan.backward(kernels, N, gradients, false);
        Map<String, float[]> found = new HashMap<>();
        model.save(gradients.flat(), (parameter, values) -> found.put(parameter.name(), values));
        double largest = found.values().stream().mapToDouble(ClipTextGradientTest::norm).max().orElseThrow();
        assertTrue(largest > 1);
        for (Parameter moved : model.graph().layout().trained()) {
            float[] direction = numbers(moved.size(), 3);
            double length = norm(direction);
            double expected = 0;
            for (int i = 0; i < direction.length; i++) {
                expected += found.get(moved.name())[i] * direction[i] / length;
            }
            double slope = 0;
            for (int k = 1; k <= 2; k++) { // of fourth order
                double difference = at(model, plan, directions, moved, direction, k * STEP / length)
                        - at(model, plan, directions, moved, direction, -k * STEP / length);
                slope += (k == 1 ? 8 : -1) * difference / (12 * STEP);
            }
            // of float32 values: 2^-24·√values of size 10 over the step; and of the fifth derivative
            assertEquals(expected, slope, 1e-4 * largest, moved.name());
        }
    }

    private double at(
            Model model, Plan plan, Map<Slice, float[]> directions, Parameter moved, float[] direction, double distance) {
        model.load((Function<Parameter, float[]>) parameter -> {
            float[] values = weights(parameter);
            for (int i = 0; parameter.name().equals(moved.name()) && i < values.length; i++) {
                values[i] += (float) (distance * direction[i]);
            }
            return values;
        });
        return loss(plan, directions);
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
