package io.bootdistill.internal.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyPipeline;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.work.ConditionInputs;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.unet.ConditionalUNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A text encoder and its U-Net as one network: the same values as one after the other, and gradients by finite differences. */
@Tag("fast")
class PromptUNetTest {

    private static final String PROMPT = "an old lighthouse by the sea!";
    private static final double STEP = 0.002;

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");
    private final Scope scope = new Scope();
    private Kernels kernels;
    private Pipeline opened;
    private Model model;
    private Plan plan;

    @BeforeEach
    void open() throws IOException {
        TrainablePipeline source = new TrainablePipeline(PipelineFolder.open(TinyPipeline.write(temp)), true);
        opened = scope.own(source.open(device));
        kernels = scope.own(device.openKernels());
        model = scope.own(new Model(Graph.of(source.network()), device, true));
        opened.trained().models().forEach(model::adopt);
        plan = scope.own(new Plan(model, 1, Plan.Mode.TRAINING));
        kernels.upload(numbers(plan.x().data().length(), 1), 0, plan.x().data());
        kernels.upload(new float[] {400}, 0, plan.scalar(ConditionalUNet.TIME).data());
        try (ConditionTable table = source.conditions(opened, List.of(PROMPT))) {
            new ConditionInputs(plan, source.network().condition(), table)
                    .write(kernels, 0, 1, Tensor.of(scope.own(device.allocate(1)).slice(), 1));
        }
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static float[] numbers(long count, int seed) {
        float[] numbers = new float[(int) count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Philox.normal(seed, 0, i);
        }
        return numbers;
    }

    private float[] output(Plan of) {
        of.forward(kernels, 1);
        float[] y = new float[(int) of.y().data().length()];
        kernels.download(of.y().data(), y, 0);
        return y;
    }

    private double loss(float[] dy) {
        float[] y = output(plan);
        double loss = 0;
        for (int i = 0; i < y.length; i++) {
            loss += (double) y[i] * dy[i];
        }
        return loss;
    }

    @Test
    void readsAPromptAsOneAfterTheOther() {
        float[] together = output(plan);
        Plan alone = scope.own(new Plan(opened.model(), 1, Plan.Mode.INFERENCE));
        kernels.upload(numbers(plan.x().data().length(), 1), 0, alone.x().data());
        kernels.upload(new float[] {400}, 0, alone.scalar(ConditionalUNet.TIME).data());
        float[] states = opened.encoded(List.of(PROMPT), opened.picture(opened.network().input()));
        kernels.upload(states, 0, alone.input(ConditionalUNet.TEXT).data());
        float[] expected = output(alone);
        for (int i = 0; i < expected.length; i++) { // the states were rounded to float32 on their way
            assertEquals(expected[i], together[i], 1e-5, "value " + i);
        }
    }

    @Test
    void gradientsReachTheTextEncoder() {
        float[] dy = numbers(plan.y().data().length(), 2);
        loss(dy);
        kernels.upload(dy, 0, plan.dy().data());
        Gradients gradients = scope.own(new Gradients(model));
        plan.backward(kernels, 1, gradients, false);
        Map<String, float[]> found = new HashMap<>();
        model.save(gradients.flat(), (parameter, values) -> found.put(parameter.name(), values));
        Map<String, float[]> weights = new HashMap<>();
        model.save((parameter, values) -> weights.put(parameter.name(), values));
        for (String name : List.of("embeddings.token_embedding.weight", "embeddings.position_embedding.weight",
                "encoder.layers.0.self_attn.k_proj.weight", "final_layer_norm.weight")) {
            float[] gradient = found.get(name);
            double length = 0;
            for (float value : gradient) {
                length += (double) value * value;
            }
            length = Math.sqrt(length);
            assertTrue(length > 0, name);
            double slope = 0;
            for (int k = 1; k <= 2; k++) { // of fourth order, along the gradient
                double difference = at(name, weights.get(name), gradient, k * STEP / length, dy)
                        - at(name, weights.get(name), gradient, -k * STEP / length, dy);
                slope += (k == 1 ? 8 : -1) * difference / (12 * STEP);
            }
            at(name, weights.get(name), gradient, 0, dy);
            assertEquals(length, slope, 1e-3 * length, name);
        }
    }

    private double at(String name, float[] values, float[] direction, double distance, float[] dy) {
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (distance * direction[i]);
        }
        model.set(name, moved);
        model.prepare(kernels, 0, 1);
        return loss(dy);
    }
}
