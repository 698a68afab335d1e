package io.bootdistill.internal.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A network that is told the guidance scale: that of each sample where samples have their own. */
@Tag("fast")
class ToldTeacherTest {

    private static final Mlp NETWORK = new Mlp(3, 8, 2, 0, List.of("w"));

    private final Device device = Devices.named("reference");
    private final Scope scope = new Scope();
    private final Kernels kernels = scope.own(device.openKernels());

    @AfterEach
    void close() {
        scope.close();
    }

    private static final Denoiser SHAPES = new Denoiser() {

        @Override
        public ImageShape shape() {
            return NETWORK.input();
        }

        @Override
        public NoiseSchedule schedule() {
            return new FlowSchedule();
        }

        @Override
        public ConditionShape condition() {
            return NETWORK.condition();
        }

        @Override
        public void predict(int n, float[] x, double[] t, float @Nullable [] condition, float[] f) {
            throw new IllegalStateException("the network is asked");
        }
    };

    private Tensor column(float... values) {
        Tensor column = Tensor.of(scope.own(device.allocate(values.length)).slice(), 1);
        kernels.upload(values, 0, column.data());
        return column;
    }

    /** The outputs for two samples of the same x and time; null for the scale of the guidance. */
    private float[] run(TeacherPlan plan, @Nullable Tensor scales) {
        kernels.upload(new float[] {1, -2, 0.5f, 1, -2, 0.5f}, 0, plan.x().data());
        plan.run(kernels, 2, new BlockInputs(column(0.5f, 0.5f), null, scales, null, null, null, null, 0));
        float[] y = new float[6];
        kernels.download(plan.output().data(), y, 0);
        return y;
    }

    @Test
    void scaleIsThatOfEachSample() {
        Model model = scope.own(new Model(Graph.of(NETWORK), device, false));
        model.load(parameter -> {
            float[] values = new float[parameter.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i + parameter.name().length());
            }
            return values;
        });
        TeacherModel teacher = new TeacherModel(SHAPES, model, Prediction.FLOW, null, null);
        TeacherPlan plan = scope.own(TeacherPlans.of(teacher, device, 2, new Guidance(2, 0)));
        float[] middle = run(plan, null);
        assertArrayEquals(Arrays.copyOf(middle, 3), Arrays.copyOfRange(middle, 3, 6));
        float[] own = run(plan, column(1, 3));
        assertNotEquals(own[0], own[3]);
        assertEquals(run(plan, column(3, 3))[0], own[3]);
        assertEquals(middle[0], run(plan, column(2, 2))[0]);
    }

    /** On a whole way, too. */
    @Test
    void trajectoriesNameTheScaleOfEachSample() {
        Trajectory trajectory = Trajectory.reference(new FlowSchedule(), Solver.MULTISTEP, 3);
        TrajectoryInputs inputs = scope.own(new TrajectoryInputs(
                new FlowSchedule(), 2, trajectory, Prediction.FLOW, 0, GuidanceInterval.ALWAYS, device, 2));
        inputs.upload(kernels, 2, new float[] {1, 3}, new float[] {4, 5, 6, 7}, 0);
        float[] scales = new float[2];
        kernels.download(inputs.first(1).inputs().scale().data(), scales, 0);
        assertArrayEquals(new float[] {1, 3}, scales);
        float[] conditions = new float[4];
        kernels.download(inputs.first(1).inputs().condition().data(), conditions, 0);
        assertArrayEquals(new float[] {4, 5, 6, 7}, conditions);
    }
}
