package io.bootdistill.network.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs, gradients and tangents of small U-Nets with text against the stock implementation. */
@Tag("fast")
public class ConditionalUNetGoldenTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /**
     * The share of the tolerances that may be used. The reference device calculates in float64: it differs from the files, which
     * hold float32, by some 6e-8 of the largest value, so that it tells the epsilons of the normalisations from each other.
     */
    private double share() {
        return device().name().equals("reference") ? 0.01 : 1;
    }

    private void require(String name, String what, double used) {
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "{0} on {1}: used {2} of the tolerance ({3})",
                name, device().description(), String.format("%.1e", used), what);
        assertTrue(used <= share(), () -> name + ": " + what + " uses " + used + " of the tolerance, allowed " + share());
    }

    /** The norm of the gradients of all parameters. */
    private static double gradientNorm(UNetCase golden) {
        return Math.sqrt(golden.golden.names().stream().filter(key -> key.startsWith("grad_param."))
                .mapToDouble(key -> Math.pow(Golden.norm(golden.values(key)), 2)).sum());
    }

    @ParameterizedTest
    @MethodSource("io.bootdistill.network.unet.UNetCase#names")
    void outputAndGradients(String name) {
        try (UNetCase golden = new UNetCase(name, device(), false);
                Gradients gradients = new Gradients(golden.model)) {
            Map<String, String> inputs = golden.differentiable();
            Plan plan = golden.plan(Plan.Mode.TRAINING_WITH_INPUT_GRADIENT, inputs.keySet().toArray(String[]::new));
            plan.forward(golden.kernels, golden.n);
            require(name, "output", Golden.values("output", golden.values("output"), golden.download(plan.y())));
            golden.upload(golden.values("grad_output"), plan.dy());
            plan.backward(golden.kernels, golden.n, gradients, false);

            Map<String, float[]> reference = new HashMap<>();
            golden.golden.names().stream().filter(key -> key.startsWith("grad_param."))
                    .forEach(key -> reference.put(key.substring("grad_param.".length()), golden.values(key)));
            double all = gradientNorm(golden);
            double[] worst = new double[1];
            golden.model.save(gradients.flat(), (parameter, values) -> worst[0] = Math.max(worst[0],
                    Golden.gradient(parameter.name(), reference.remove(parameter.name()), values, all)));
            assertEquals(Map.of(), reference, "gradients that were not made");
            require(name, "parameters", worst[0]);
            inputs.forEach((input, key) -> require(name, input,
                    Golden.gradient(key, golden.values(key), golden.download(plan.gradient(input)), all)));
        }
    }

    @ParameterizedTest
    @MethodSource("io.bootdistill.network.unet.UNetCase#names")
    void tangents(String name) {
        try (UNetCase golden = new UNetCase(name, device(), false)) {
            List<String> by = new ArrayList<>(List.of("x", ConditionalUNet.TIME, ConditionalUNet.TEXT));
            List<String> numbers = new ArrayList<>(List.of(ConditionalUNet.TIME));
            if (golden.golden.names().contains("grad.class_labels")) {
                numbers.add(ConditionalUNet.CLASS);
            }
            if (golden.golden.names().contains("grad.timestep_cond")) {
                numbers.add(ConditionalUNet.GUIDANCE);
            }
            numbers.stream().filter(number -> !by.contains(number)).forEach(by::add);
            Plan plan = golden.plan(Plan.Mode.TANGENT, by.toArray(String[]::new));
            still(golden, plan, by);
            golden.upload(golden.values("tangent.sample"), plan.tangent("x"));
            golden.upload(golden.values("tangent.timestep"), plan.tangent(ConditionalUNet.TIME));
            golden.upload(golden.values("tangent.encoder_hidden_states"), plan.tangent(ConditionalUNet.TEXT));
            plan.forward(golden.kernels, golden.n);
            require(name, "tangent", Golden.values("tangent", golden.values("tangent.output"), golden.download(plan.yTangent())));
            for (String number : numbers) {
                slopes(name, golden, plan, by, number);
            }
        }
    }

    private static void still(UNetCase golden, Plan plan, List<String> by) {
        by.forEach(input -> golden.kernels.fill(plan.tangent(input).data(), 0));
    }

    /** A network has no gradient by its numbers; the tangents along each give what it would be, sample by sample. */
    private void slopes(String name, UNetCase golden, Plan plan, List<String> by, String number) {
        still(golden, plan, by);
        golden.kernels.fill(plan.tangent(number).data(), 1);
        plan.forward(golden.kernels, golden.n);
        float[] rates = golden.download(plan.yTangent());
        float[] dy = golden.values("grad_output");
        float[] slopes = new float[golden.n];
        for (int sample = 0; sample < slopes.length; sample++) {
            double slope = 0;
            int size = dy.length / slopes.length;
            for (int i = sample * size; i < (sample + 1) * size; i++) {
                slope += (double) rates[i] * dy[i];
            }
            slopes[sample] = (float) slope;
        }
        float[] expected = switch (number) {
            case ConditionalUNet.TIME -> golden.values("grad.timestep");
            case ConditionalUNet.CLASS -> golden.values("grad.class_labels");
            default -> guidanceGradient(golden);
        };
        require(name, "slope by " + number, Golden.gradient(number, expected, slopes, gradientNorm(golden)));
    }

    /** The gradient by the embedding of the scale, and what that changes by: its sines are cosines times the frequency. */
    private static float[] guidanceGradient(UNetCase golden) {
        float[] embedding = golden.values("timestep_cond");
        float[] gradient = golden.values("grad.timestep_cond");
        float[] result = new float[golden.n];
        int half = embedding.length / golden.n / 2;
        for (int sample = 0; sample < golden.n; sample++) {
            double sum = 0;
            for (int k = 0; k < half; k++) {
                int sine = 2 * half * sample + k;
                double speed = 1000 * Math.pow(10000, -(double) k / (half - 1));
                sum += speed * (gradient[sine] * embedding[sine + half] - gradient[sine + half] * embedding[sine]);
            }
            result[sample] = (float) sum;
        }
        return result;
    }

    @Test
    void maskedTokensAreNotSeen() {
        try (UNetCase golden = new UNetCase("unet-sd1", device(), true)) {
            Plan plan = golden.plan(Plan.Mode.INFERENCE, new String[0]);
            float[] mask = golden.values("encoder_attention_mask");
            for (int i = 0; i < mask.length; i++) {
                mask[i] = mask[i] == 0 ? Float.NEGATIVE_INFINITY : 0;
            }
            golden.upload(mask, plan.input("text.mask"));
            plan.forward(golden.kernels, golden.n);
            float[] expected = golden.values("output_masked");
            require("unet-sd1", "masked", Golden.values("output", expected, golden.download(plan.y())));
            float[] seen = golden.values("output");
            double largest = 0;
            for (int i = 0; i < seen.length; i++) {
                largest = Math.max(largest, Math.abs(seen[i] - expected[i]));
            }
            assertTrue(largest > 0.01, "the mask makes a difference of " + largest);
        }
    }
}
