package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.network.Graph;
import io.bootdistill.network.LowRank;
import io.bootdistill.network.LowRank.Target;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lesson's own network that is its teacher with an adapter, as it learns what another network says. */
@Tag("fast")
public class AdaptedLearnerTest {

    private static final int BATCH = 4;
    private static final int STEPS = 60;
    private static final OptimiserConfig ADAM = OptimiserConfig.ofTeachers().withRate(0.02).withWarmupImages(0);

    private final Scope scope = new Scope();
    private final Kernels kernels = scope.own(device().openKernels());
    private final Model teacher = scope.own(new Model(
            Graph.of(new UNet(UNetConfig.parse(TinyTeacher.network().toString(), "tiny"))), device(), false));
    private final Crew crew = scope.own(new Crew(teacher(), teacher.graph().network().input(), BATCH, BATCH, 1, 1, null, null));
    private float[] wanted;

    @TempDir
    Path folder;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** The same with gradients, which the workers of a crew call, and this test does not. */
    private Model teacher() {
        teacher.initialize(11);
        Model student = scope.own(new Model(teacher.graph(), device(), true));
        student.load(teacher, teacher.parameters());
        return student;
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** A learner in a run, with a plan of its network. */
    private final class Run implements AutoCloseable {

        final Learner learner;
        final Plan plan;

        Run() {
            Graph graph = teacher.graph().adapted(new LowRank(4, 8, java.util.List.of(Target.values())));
            learner = new NetworkLearner(teacher.adapted(graph, 3), ADAM, STEPS, 1, Reducer.LANES, crew);
            plan = inputs(new Plan(learner.model(), BATCH, Plan.Mode.TRAINING));
        }

        /** Half of the mean square of the difference to what is wanted, of which one step takes away some. */
        double step(long step) {
            learner.begin(step);
            plan.forward(kernels, BATCH);
            float[] difference = values(plan.y().data());
            double squares = 0;
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= wanted[i];
                squares += difference[i] * difference[i];
            }
            kernels.upload(difference, 0, plan.dy().data());
            plan.backward(kernels, BATCH, learner.lane(0), false);
            learner.update();
            learner.end();
            return squares / (2 * difference.length);
        }

        @Override
        public void close() {
            plan.close();
            learner.close();
        }
    }

    private Plan inputs(Plan plan) {
        float[] x = new float[BATCH * 64];
        for (int i = 0; i < x.length; i++) {
            x[i] = Philox.normal(2, 0, i);
        }
        kernels.upload(x, 0, plan.x().data());
        kernels.upload(new float[] {3, 30, 60, 90}, 0, plan.scalar("t").data());
        kernels.upload(new float[] {0, 1, 2, 3}, 0, plan.condition().data());
        return plan;
    }

    private float[] values(Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    /** What the teacher says with other attention. */
    private float[] output(long attention) {
        try (Model other = new Model(teacher.graph(), device(), false)) {
            other.load(teacher, teacher.parameters());
            if (attention != 0) {
                other.graph().layout().trained().stream().filter(parameter -> parameter.name().matches(".*\\.to_.*weight"))
                        .forEach(parameter -> other.set(parameter.name(), numbers(parameter.size(), attention)));
                other.prepare(kernels, 0, 1);
            }
            try (Plan plan = inputs(new Plan(other, BATCH, Plan.Mode.INFERENCE))) {
                plan.forward(kernels, BATCH);
                return values(plan.y().data());
            }
        }
    }

    private static float[] numbers(int count, long seed) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(seed, 0, i) / 3;
        }
        return values;
    }

    @Test
    void learnsWhileItsTeacherStaysAsItIs() {
        float[] before = output(0);
        float[] weights = values(teacher.parameters());
        wanted = output(5);
        try (Run run = new Run()) {
            run.plan.forward(kernels, BATCH);
            assertArrayEquals(before, values(run.plan.y().data()), "it begins as its teacher");
            double first = run.step(0);
            double last = 0;
            for (int step = 1; step < STEPS; step++) {
                last = run.step(step);
            }
            assertTrue(last < first / 10, first + " becomes " + last);
            assertArrayEquals(weights, values(teacher.parameters()));
            assertArrayEquals(before, output(0));
        }
    }

    /** A, B and their moments are all that a checkpoint needs. */
    @Test
    void goesOnFromItsState() throws IOException {
        wanted = output(5);
        Path file = folder.resolve("state.safetensors");
        double expected;
        try (Run run = new Run()) {
            for (int step = 0; step < 3; step++) {
                run.step(step);
            }
            SafetensorsWriter writer = new SafetensorsWriter();
            Map<String, Slice> state = run.learner.state();
            state.forEach((name, slice) -> Checkpoint.add(writer, name, kernels, slice, 1 << 20));
            writer.write(file);
            long all = state.values().stream().mapToLong(Slice::length).sum();
            assertEquals(3 * run.learner.model().graph().layout().length(), all);
            run.step(3);
            expected = run.step(4);
        }
        try (Run run = new Run(); SafetensorsFile saved = SafetensorsFile.open(file)) {
            run.learner.state().forEach((name, slice) -> Checkpoint.read(saved, name, kernels, slice, 1 << 20));
            run.learner.restored();
            run.step(3);
            assertEquals(expected, run.step(4));
        }
    }
}
