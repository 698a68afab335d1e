package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import java.util.List;

/**
 * A student of N(m, s²), m = 0.3, s = 0.5, on the flow schedule, that says f̂ = m + a (x − α m) at the times 1 and ½, as what is
 * learnt from a teacher in closed form does; its network predicts the flow, (x − f̂)/t = x (1 − a)/t − m (1 − aα)/t.
 */
final class GaussianStudent {

    static final double MEAN = 0.3;

    private GaussianStudent() {}

    /**
     * A student of one worker.
     *
     * @param atNoise a at t = 1
     * @param atHalf a at t = ½
     */
    static Student of(Device device, double atNoise, double atHalf, FewSteps sampler) {
        Model model = new Model(Graph.of(new Affine()), device, false);
        // cos πt, sin πt are −1, 0 at t = 1 and 0, 1 at t = ½
        model.set("divisor.weight", new float[] {(float) (-1 / (1 - atNoise)), (float) (0.5 / (1 - atHalf))});
        model.set("offset.weight", new float[] {(float) MEAN, (float) (-2 * MEAN * (1 - atHalf / 2))});
        model.set("divisor.bias", new float[1]);
        model.set("offset.bias", new float[1]);
        return new Student(new StudentModel(model, new FlowSchedule(), Prediction.FLOW, -1, GuidanceRange.NONE, null, sampler), 1, null);
    }

    private record Affine() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(1, 1, 1);
        }

        @Override
        public int outputChannels() {
            return 1;
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            Value circle = graph.timeEmbedding(graph.scalar("t"), new float[] {(float) Math.PI}, true);
            return graph.linear("offset", circle, 1, graph.divide(graph.x(), graph.linear("divisor", circle, 1, null)));
        }
    }
}
