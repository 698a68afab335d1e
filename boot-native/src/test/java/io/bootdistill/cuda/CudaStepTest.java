package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.matching.Corrector;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training step is captured once and replayed, with the same bits as if its calls were made. */
@Tag("emulated")
class CudaStepTest {

    private static final int STEPS = 4;
    private static final int BATCH = 4;
    private static final Set<String> TRANSFERS = Set.of("upload", "download");

    private final Device cuda = Devices.named(CudaDevice.NAME);

    /** Makes what trains. */
    private Function<Teacher, BootDistiller> distiller = BootDistiller::new;

    @TempDir
    Path temp;

    /** Options that change the calls of a step. */
    enum Options {
        GUIDED {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.guidance(1.5);
            }
        },
        SCALES_AND_TARGET_AVERAGE {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.guidance(1, 4).objective(Bootstrap.defaults().withTargetEma(0.5).withSolver(Solver.MIDPOINT));
            }
        },
        DERIVATIVE {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.objective(Derivative.defaults());
            }
        },
        REGRESSION {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.objective(new Trajectories(2, 2, 1, 1, 0, 0)).corrector(corrector(0)).guidance(1, 4).block(3);
            }

            /** The signals that the drawn samples regress on are copied in between. */
            @Override
            Set<String> between() {
                return Set.of("upload", "download", "affine");
            }
        },
        RESTARTED_REGRESSION {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.objective(new Trajectories(3, 2, 1, 0.4, 0.5, 0)).block(3);
            }

            @Override
            Set<String> between() {
                return REGRESSION.between();
            }
        },
        CORRECTED {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.corrector(corrector(0));
            }
        },
        NO_RESIDUAL_WEIGHTS {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.phases(Phase.of(Bootstrap.defaults()).withWeighting(ResidualWeighting.NONE));
            }
        },
        HARD_BOUNDARY {
            @Override
            void set(DistillationConfig.Builder builder) {
                builder.objective(Bootstrap.defaults().withBoundary(new Boundary.Hard()));
            }
        };

        abstract void set(DistillationConfig.Builder builder);

        /** The calls of a step that is replayed. */
        Set<String> between() {
            return TRANSFERS;
        }
    }

    /** Noise, labels, t, δ, w and the learning rate change from step to step. */
    @ParameterizedTest
    @EnumSource(Options.class)
    void replayedStepsAreTheCalledOnes(Options options) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        List<Set<String>> captured = distil(cuda, options::set, "captured");
        List<Set<String>> called = distil(new WithoutCapture(cuda), options::set, "called");
        assertArrayEquals(state("called"), state("captured"));
        assertTrue(captured.get(0).contains("convForward"), () -> "the first step made no calls but " + captured.get(0));
        for (int step = 1; step < STEPS; step++) {
            assertEquals(options.between(), captured.get(step), "the calls of captured step " + step);
            assertTrue(called.get(step).contains("convForward"));
        }
    }

    /** A reducer that runs on the host is called in each step, and the calls before it are made. */
    @Test
    void stepWithAReducerOnTheHostIsNotCaptured() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        AtomicInteger reduced = new AtomicInteger();
        distiller = teacher -> new BootDistiller(teacher).reducer((kernels, lanes, from, to, sum) -> {
            reduced.incrementAndGet();
            kernels.sumLanes(lanes, from, to, sum);
        });
        for (Set<String> calls : distil(cuda, builder -> {}, "host")) {
            assertTrue(calls.contains("convForward"), () -> "a step made no calls but " + calls);
        }
        assertTrue(reduced.get() >= STEPS, () -> "called " + reduced + " times");
    }

    /** The corrector begins in a step that has been captured without it. */
    @Test
    void stepIsCapturedAgainWhenTheCorrectorBegins() throws IOException {
        isCapturedAgain(builder -> builder.corrector(corrector(0.5)), TRANSFERS);
    }

    @Test
    void stepIsCapturedAgainWhenTrajectoriesEnd() throws IOException {
        Phase trajectories = Phase.of(Trajectories.defaults().withSteps(2).withEnd(0.5)).withShare(0.5);
        isCapturedAgain(builder -> builder.phases(trajectories, Phase.of(Bootstrap.defaults()).withShare(0.5)),
                Options.REGRESSION.between());
    }

    /** @param between the calls of a replayed step before its middle */
    private void isCapturedAgain(Consumer<DistillationConfig.Builder> options, Set<String> between) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        List<Set<String>> captured = distil(cuda, options, "captured");
        distil(new WithoutCapture(cuda), options, "called");
        assertArrayEquals(state("called"), state("captured"));
        assertEquals(between, captured.get(1));
        assertTrue(captured.get(2).contains("convForward"));
        assertEquals(TRANSFERS, captured.get(3));
    }

    private static Corrector corrector(double start) {
        return new Corrector(0.5, start, 10, 3e-4, 1);
    }

    /** Weights, averages and moments. */
    private byte[] state(String run) throws IOException {
        return Files.readAllBytes(temp.resolve(run).resolve("state.safetensors"));
    }

    /** Trains; returns the operations that each step called. */
    private List<Set<String>> distil(Device device, Consumer<DistillationConfig.Builder> options, String run) throws IOException {
        DistillationConfig.Builder builder = DistillationConfig.builder()
                .objective(Bootstrap.defaults()).noCorrector()
                .batch(BATCH).block(2).lanes(2).workers(2).images((long) BATCH * STEPS).seed(5).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents()
                        .withRate(1e-3).withWarmupImages(BATCH * 2).withEmaHalfLife(BATCH))
                .folder(temp.resolve(run));
        options.accept(builder);
        DistillationConfig config = builder.build();
        RecordingDevice recording = new RecordingDevice(device);
        List<Set<String>> steps = new ArrayList<>();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), recording)) {
            distiller.apply(teacher).listener(new DistillationListener() {
                @Override
                public void started(DistillationConfig started, long step) {
                    recording.clear();
                }

                @Override
                public boolean shouldStop() {
                    steps.add(recording.calls().stream().map(RecordingDevice.Call::operation)
                            .collect(Collectors.toCollection(TreeSet::new)));
                    recording.clear();
                    return false;
                }
            }).train(config).close();
        }
        return steps;
    }

    /** The device, but that it makes all calls again instead of capturing them. */
    private static final class WithoutCapture extends PassingDevice {

        WithoutCapture(Device device) {
            super(device);
        }

        @Override
        protected boolean lacks(Method method) {
            return method.getName().equals("capture");
        }
    }
}
