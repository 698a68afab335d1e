package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.network.Graph;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.Progressive;
import io.bootdistill.phase.Tract;
import io.bootdistill.phase.Walks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run needs is told before it begins, and is what it holds. */
@Tag("fast")
class RunMemoryTest {

    private static final double MEBIBYTE = 1 << 20;

    @TempDir
    Path temp;

    /** Notes the most bytes that are held at once, and has so many left. */
    private static final class Counting extends PassingDevice {

        private final List<DeviceMemory> held = new ArrayList<>();
        private long most;
        private long available = Long.MAX_VALUE;

        Counting() {
            super(Devices.named("reference"));
        }

        @Override
        public long availableBytes() {
            return available;
        }

        @Override
        public synchronized DeviceMemory allocate(long floats) {
            DeviceMemory memory = super.allocate(floats);
            held.removeIf(Counting::isClosed);
            held.add(memory);
            most = Math.max(most, held.stream().mapToLong(m -> 4 * m.length()).sum());
            return memory;
        }

        private static boolean isClosed(DeviceMemory memory) {
            try {
                memory.requireOpen();
                return false;
            } catch (IllegalStateException e) {
                return true;
            }
        }
    }

    @BeforeEach
    void writeTeacher() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(Trajectories.defaults().withSteps(2).withUses(2, 1)).noCorrector()
                .optimiser(OptimiserConfig.ofStudents().withRule(UpdateRule.ADAM)).batch(12).block(4).lanes(1).images(24)
                .workers(1).heldOut(0);
    }

    /** What is left out is small: numbers of samples, and noises. */
    private void requireTold(DistillationConfig.Builder builder) throws IOException {
        DistillationConfig config = builder.build();
        Counting device = new Counting();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device)) {
            long before = device.most;
            long told = RunMemory.require(config, Resolved.of(teacher), teacher.network(), device, 0, Long.MAX_VALUE - 1);
            assertEquals(before, device.most, "nothing is allocated");
            new BootDistiller(teacher).train(config).close();
            long held = device.most - before;
            assertTrue(told <= held && held <= 1.02 * told, "told " + told + " bytes, held " + held);
        }
    }

    @Test
    void itIsWhatARunHolds() throws IOException {
        requireTold(config());
        requireTold(config().lanes(3));
        requireTold(config().lanes(3).workers(3));
        requireTold(config().optimiser(OptimiserConfig.ofStudents()));
        requireTold(config().corrector(new Corrector(1, 0, 10, 3e-4, 1)));
        Corrector own = new Corrector(1, 0, 10, 3e-4, 1).withOnline(new OnlineSamples.Own(2, 0.5));
        requireTold(config().corrector(own));
        requireTold(config().corrector(own).guidance(2).lanes(3).workers(2));
        requireTold(config().corrector(own.withMatching(new Matching.Through(1))));
        requireTold(config().corrector(own.withMatching(new Matching.Through(1))).guidance(2).lanes(3).workers(2));
        requireTold(config().heldOut(8).referenceSteps(1));
        requireTold(config().objective(Bootstrap.defaults().withTargetEma(0.9)));
        requireTold(config().guidance(2));
    }

    @Test
    void walksAndTeachersOfLaterRoundsCount() throws IOException {
        Walks walks = Walks.defaults().withUses(2, 1);
        requireTold(config().objective(Direct.defaults().withSteps(3).withWalks(walks)));
        requireTold(config().objective(Cmt.defaults().withSteps(4, 2).withWalks(walks)));
        requireTold(config().objective(Progressive.defaults().withSteps(4, 1).withWalks(walks)));
        requireTold(config().lanes(3).workers(3).objective(Consistency.defaults().withSteps(4, 0).withSupervised(0)
                .withWalks(walks)));
        requireTold(config().objective(Tract.defaults().withSteps(4, 2, 1).withWalks(walks)));
    }

    /** With the teacher, as {@code boot inspect} tells it of one that nobody has loaded: no other choice takes less. */
    @Test
    void theLeastIsWhatTheSmallestRunHolds() throws IOException {
        Counting device = new Counting();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device)) {
            long told = RunMemory.least(Graph.of(teacher.network()), teacher.schedule(), device);
            Trajectories objective = Trajectories.defaults();
            new BootDistiller(teacher).train(config().objective(objective).batch(1).block(1).images(1).build()).close();
            assertTrue(told <= device.most && device.most <= 1.02 * told, "told " + told + " bytes, held " + device.most);
            new BootDistiller(teacher).train(config().objective(objective).batch(2).block(1).images(2).build()).close();
            assertTrue(device.most > told, "more with a larger batch");
        }
    }

    /** Needs of a run, if they are met. */
    private static long needed(Teacher teacher, DistillationConfig.Builder config, int rows) {
        return RunMemory.require(
                config.build(), Resolved.of(teacher), teacher.network(), Resolved.of(teacher).device(), rows,
                Long.MAX_VALUE - 1);
    }

    /** Of the defaults: the ends of 16 new trajectories of each of 3·96 + 1 steps. */
    @Test
    void recentTrajectoriesCount() throws IOException {
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), Devices.named("reference"))) {
            StepSize size = new StepSize(64, 16, false, 1, teacher.schedule());
            assertEquals(4 * 16 * (3 * 96 + 1) * teacher.shape().size(),
                    Trajectories.defaults().bytes(size, Graph.of(teacher.network()), 2));
        }
    }

    @Test
    void tablesOfConditionsCount() throws IOException {
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), new Counting())) {
            assertEquals(4 * 100, needed(teacher, config(), 100) - needed(teacher, config(), 0), "a label each");
        }
    }

    @Test
    void tooLittleIsRefusedWithTheSumAndWhatWouldHelp() throws IOException {
        DistillationConfig.Builder config = DistillationConfig.builder().batch(96).block(4).workers(4).images(96).heldOut(8);
        Counting device = new Counting();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device)) {
            long needed = needed(teacher, config, 0);
            device.available = needed - 1;
            long before = device.most;
            BootDistiller distiller = new BootDistiller(teacher);
            DistillationConfig asked = config.folder(temp.resolve("run")).build();
            String told = assertThrows(IllegalArgumentException.class, () -> distiller.train(asked)).getMessage();
            assertEquals(before, device.most, "nothing was allocated");
            assertFalse(Files.exists(temp.resolve("run")), "nothing was written");

            List<Double> figures = figures(told, "([0-9.]+) MiB");
            assertEquals(needed / MEBIBYTE, figures.get(1), 0.05, told);
            List<Double> items = figures(told, " +([0-9.]+) MiB  \\w.*");
            assertEquals(needed / MEBIBYTE, items.stream().mapToDouble(Double::doubleValue).sum(), 0.05 * items.size(), told);

            requireHelp(told, "lanes 1", needed - needed(teacher, config.lanes(1), 0));
            config.lanes(8);
            requireHelp(told, "workers 1", needed - needed(teacher, config.workers(1), 0));
            config.workers(4);
            requireHelp(told, "block 1", needed - needed(teacher, config.block(1), 0));
            config.block(4);
            requireHelp(told, "batch 4", needed - needed(teacher, config.images(4).batch(4), 0));
            config.images(96).batch(96);
            requireHelp(told, "no corrector", needed - needed(teacher, config.noCorrector(), 0));
            requireHelp(told, "heldOut 0", needed - needed(teacher, config.corrector(Corrector.defaults()).heldOut(0), 0));
            OptimiserConfig adam = OptimiserConfig.ofStudents().withRule(UpdateRule.ADAM);
            requireHelp(told, "optimiser ADAM", needed - needed(teacher, config.heldOut(8).optimiser(adam), 0));

            config.lanes(1).images(4).batch(4).block(1).workers(1).noCorrector().heldOut(0).optimiser(adam);
            assertEquals(needed(teacher, config, 0) / MEBIBYTE, figures.get(figures.size() - 1), 0.05, told);
            device.available = needed;
            new BootDistiller(teacher).train(asked).close();
        }
    }

    private static List<Double> figures(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(result -> Double.parseDouble(result.group(1))).toList();
    }

    private static void requireHelp(String told, String option, long less) {
        Matcher found = Pattern.compile(Pattern.quote(option) + " \\(([0-9.]+) MiB less\\)").matcher(told);
        assertTrue(found.find(), option + " in: " + told);
        assertEquals(less / MEBIBYTE, Double.parseDouble(found.group(1)), 0.05, option);
    }
}
