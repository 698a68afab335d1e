package io.bootdistill.network.dit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Output, all gradients and tangents of a small transformer against another implementation. */
@Tag("fast")
public class DitGoldenTest {

    private static final String FOLDER = "text-to-image/dit/";

    /** The gradient of a bias of all keys is zero but for rounding: its norm, as a share of that of all gradients. */
    private static final double KEYS = 1e-7;

    private final Scope scope = new Scope();
    private SafetensorsFile golden;
    private ImageShape in;
    private ImageShape out;
    private int n;
    private Model model;
    private Kernels kernels;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void open() {
        golden = scope.own(SafetensorsFile.open(Fixtures.file(FOLDER + "case.safetensors")));
        Dit network = new Dit(DitConfigReader.read(Fixtures.file(FOLDER + "config.json")));
        in = network.input();
        out = network.output();
        n = golden.shape("sample")[0];
        model = scope.own(new Model(Graph.of(network), device(), true));
        kernels = scope.own(device().openKernels());
        try (SafetensorsFile weights =
                SafetensorsFile.open(Fixtures.file(FOLDER + "diffusion_pytorch_model.safetensors"))) {
            model.load(parameter -> {
                weights.requireShape(parameter.name(), parameter.shape());
                return weights.floats(parameter.name());
            });
            assertEquals(weights.names().size(), model.graph().layout().trained().size(), "tensors of the file");
        }
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void outputAndGradients() {
        Plan plan = scope.own(new Plan(model, n, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT));
        Gradients gradients = scope.own(new Gradients(model));
        write(plan);
        plan.forward(kernels, n);
        double ofOutput = Golden.values("output", golden.floats("output"), planes(plan.y().data(), out));
        kernels.upload(rows("grad_output", out), 0, plan.dy().data());
        plan.backward(kernels, n, gradients, false);

        Map<String, float[]> reference = new HashMap<>();
        golden.names().stream().filter(key -> key.startsWith("grad_param."))
                .forEach(key -> reference.put(key, golden.floats(key)));
        double all = Math.sqrt(reference.values().stream().mapToDouble(g -> Math.pow(Golden.norm(g), 2)).sum());
        double[] worst = new double[2];
        model.save(gradients.flat(), (parameter, values) -> {
            float[] expected = reference.remove("grad_param." + parameter.name());
            if (parameter.name().endsWith(".to_k.bias")) {
                worst[1] = Math.max(worst[1], Golden.norm(values) / all);
            } else {
                worst[0] = Math.max(worst[0], Golden.gradient(parameter.name(), expected, values, all));
            }
        });
        assertEquals(Map.of(), reference, "gradients that were not made");
        assertTrue(worst[1] <= KEYS, "a bias of all keys moves all scores alike, but ‖g‖ is " + worst[1] + " of all");
        double ofInput = Golden.gradient("sample", golden.floats("grad.sample"), planes(plan.dx().data(), in), all);
        System.Logger log = System.getLogger(getClass().getName());
        log.log(System.Logger.Level.INFO,
                "on {0}: used {1} of the tolerance (output), {2} (parameters), {3} (biases of keys), {4} (input)",
                device().description(), ofOutput, worst[0], worst[1] / KEYS, ofInput);
    }

    @Test
    void tangentAlongSampleAndTime() {
        Plan plan = scope.own(new Plan(model, n, Plan.Mode.TANGENT, "x", "t"));
        write(plan);
        kernels.upload(rows("tangent.sample", in), 0, plan.tangent("x").data());
        kernels.upload(golden.floats("tangent.timestep"), 0, plan.tangent("t").data());
        plan.forward(kernels, n);
        double used = Golden.values("tangent", golden.floats("tangent.output"), planes(plan.yTangent().data(), out));
        System.Logger log = System.getLogger(getClass().getName());
        log.log(System.Logger.Level.INFO, "on {0}: used {1} of the tolerance (tangent)", device().description(), used);
    }

    private void write(Plan plan) {
        kernels.upload(rows("sample", in), 0, plan.x().data());
        kernels.upload(golden.floats("timestep"), 0, plan.scalar("t").data());
        kernels.upload(golden.floats("class_labels"), 0, plan.condition().data());
    }

    /** A tensor of images, channels last. */
    private float[] rows(String name, ImageShape shape) {
        return transpose(golden.floats(name), shape.channels(), shape.pixels());
    }

    /** Images of the device, channels first. */
    private float[] planes(Slice slice, ImageShape shape) {
        float[] rows = new float[(int) slice.length()];
        kernels.download(slice, rows, 0);
        return transpose(rows, shape.pixels(), shape.channels());
    }

    private float[] transpose(float[] values, int height, int width) {
        float[] result = new float[values.length];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    result[(k * width + j) * height + i] = values[(k * height + i) * width + j];
                }
            }
        }
        return result;
    }
}
