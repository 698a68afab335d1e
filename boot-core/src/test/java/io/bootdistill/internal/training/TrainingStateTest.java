package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Slice;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What training changes. */
@Tag("fast")
public class TrainingStateTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @Test
    void targetFollowsTheStudent() {
        double decay = 0.75;
        Model student = new Model(Graph.of(new Mlp(2, 8, 1, 4)), device(), true);
        student.initialize(1);
        try (TrainingState state = new TrainingState(student, decay);
                TrainingState plain = new TrainingState(new Model(student.graph(), device(), true));
                var kernels = device().openKernels()) {
            assertSame(plain.student, plain.target, "without a decay, the student makes its own targets");
            float[] before = new float[(int) state.length];
            float[] after = new float[before.length];
            float[] weights = new float[before.length];
            kernels.download(state.target.parameters(), before, 0);
            student.initialize(2);
            kernels.download(student.parameters(), weights, 0);
            for (int part = 0; part < 3; part++) {
                state.follow(kernels, part, 3);
            }
            kernels.download(state.target.parameters(), after, 0);
            float[] kept = new float[before.length];
            kernels.download(state.student.parameters(), kept, 0);
            assertArrayEquals(weights, kept);
            kernels.download(state.m(), kept, 0);
            assertArrayEquals(new float[kept.length], kept);
            for (int i = 0; i < before.length; i++) {
                assertEquals(decay * before[i] + (1 - decay) * weights[i], after[i], 1e-6);
            }
        }
    }

    /** Student and target are what the average was, and the moments are forgotten. */
    @Test
    void roundsBeginWithTheAverage() {
        Model student = new Model(Graph.of(new Mlp(2, 8, 1, 4)), device(), true);
        student.initialize(1);
        try (TrainingState state = new TrainingState(student, 0.75);
                var kernels = device().openKernels()) {
            float[] average = new float[(int) state.length];
            kernels.download(state.ema(), average, 0);
            student.initialize(2);
            state.follow(kernels, 0, 1);
            kernels.fill(state.m(), 1);
            kernels.fill(state.v(), 2);
            state.beginRound(kernels);
            float[] found = new float[average.length];
            for (var weights : new Slice[] {state.ema(), state.student.parameters(), state.target.parameters()}) {
                kernels.download(weights, found, 0);
                assertArrayEquals(average, found);
            }
            for (var moments : new Slice[] {state.m(), state.v()}) {
                kernels.download(moments, found, 0);
                assertArrayEquals(new float[found.length], found);
            }
        }
    }
}
