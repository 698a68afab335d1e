package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Work;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.internal.sampling.SampleBlock;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Division;
import io.bootdistill.internal.training.Muon;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.matching.Corrector;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Plan;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run holds in the device's memory, item by item, before any of it is there. */
public final class RunMemory {

    private final DistillationConfig config;
    private final @Nullable Graph teacher;
    private final NoiseSchedule schedule;
    private final Graph student;
    private final Device device;
    private final Kernels kernels;
    private final long conditionBytes;

    /** What can be chosen so that a run takes less. */
    private record Choice(Work work, UpdateRule rule, @Nullable Corrector corrector, boolean isMeasured) {

        Choice withWork(Work other) {
            return new Choice(other, rule, corrector, isMeasured);
        }
    }

    /** @param teacher null for a function of the user's */
    private RunMemory(
            DistillationConfig config, @Nullable Graph teacher, NoiseSchedule schedule, Graph student, Device device, Kernels kernels,
            long conditionBytes) {
        this.config = config;
        this.teacher = teacher;
        this.schedule = schedule;
        this.student = student;
        this.device = device;
        this.kernels = kernels;
        this.conditionBytes = conditionBytes;
    }

    /**
     * Refuses a run that needs more than the device can still give. The teacher is there already.
     *
     * @param network of the student, as it is asked for
     * @param conditions rows of a table that the teacher reads; 0 for none
     * @throws IllegalArgumentException with the sum, and what would make it less
     */
    public static void require(DistillationConfig config, TeacherModel teacher, Network network, Device device, int conditions) {
        long available = device.availableBytes();
        if (available < Long.MAX_VALUE) {
            require(config, teacher, network, device, conditions, available);
        }
    }

    /** Bytes that a run needs besides the teacher, whatever the device has. */
    public static long needed(DistillationConfig config, TeacherModel teacher, Network network, Device device, int conditions) {
        return require(config, teacher, network, device, conditions, Long.MAX_VALUE);
    }

    /** @return what it needs */
    static long require(
            DistillationConfig config, TeacherModel teacher, Network network, Device device, int conditions, long available) {
        Graph student = Graph.of(DistillationSetup.studentNetwork(config, network));
        try (Kernels kernels = device.openKernels()) {
            RunMemory memory = new RunMemory(DistillationSetup.divided(config, student),
                    teacher.isNetwork() ? teacher.model().graph() : null, teacher.schedule(), student, device, kernels,
                    (long) Float.BYTES * conditions * teacher.denoiser().condition().floats());
            Choice choice = memory.choice();
            long needed = sum(memory.items(choice));
            if (needed > available) {
                throw new IllegalArgumentException(memory.refusal(choice, available));
            }
            return needed;
        }
    }

    /**
     * What distilling a network takes at least, with its teacher: one sample at a time, by one worker and AdamW, without a corrector
     * and without measures.
     *
     * @param network the teacher's, and the student's
     */
    public static long least(Graph network, NoiseSchedule schedule, Device device) {
        DistillationConfig config = DistillationConfig.builder().batch(1).block(1).lanes(1).workers(1).noCorrector().heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withRule(UpdateRule.ADAM)).build();
        try (Kernels kernels = device.openKernels()) {
            RunMemory memory = new RunMemory(config, network, schedule, network, device, kernels, 0);
            return Model.bytes(network, kernels, false) + sum(memory.items(memory.choice()));
        }
    }

    private Choice choice() {
        return new Choice(config.work(), config.optimiser().rule(), config.corrector(teacher != null),
                config.evaluation().heldOut() != 0);
    }

    private static long sum(Map<String, Long> items) {
        return items.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes by their use. */
    private Map<String, Long> items(Choice choice) {
        Work work = choice.work;
        long weights = Float.BYTES * student.layout().length();
        int filled = Division.filled(work.batch(), work.block(), work.lanes());
        int workers = device.workers(Math.min(work.workers(), filled));
        StepSize size = size(work);
        Map<String, Long> items = new LinkedHashMap<>();
        items.put("student, with the forms of its weights that gradients need", Model.bytes(student, kernels, true));
        items.put("moving average", weights);
        items.put("two moments of the optimiser", 2 * weights);
        items.put("gradient sums, one for each of " + filled + " lanes", filled * weights);
        items.put("Muon's matrices", choice.rule == UpdateRule.MUON ? Muon.bytes(student.layout(), workers, kernels) : 0);
        items.put("average that makes targets", config.targetEma() == 0 ? 0 : Model.bytes(student, kernels, false));
        items.put("student's values and gradients, blocks of " + work.block() + " for each of " + workers + " workers",
                workers * Plan.trainingBytes(student, work.block()));
        items.put("teacher's values, the same", workers * teacherBytes(size, work.block()));
        items.put("what the objective keeps", config.phases().stream()
                .mapToLong(phase -> phase.objective().bytes(size, student, workers)).sum());
        items.put("networks that the objective keeps", config.phases().stream()
                .mapToLong(phase -> phase.objective().networks() * Model.bytes(student, kernels, false)).sum());
        items.put("corrector's network and its optimiser", correctorBytes(choice, filled, workers));
        items.put("student that is written and measured", Model.bytes(student, kernels, false) + drawingBytes(choice));
        items.put("table of conditions", conditionBytes);
        items.values().removeIf(bytes -> bytes == 0);
        return items;
    }

    private StepSize size(Work work) {
        boolean isTold = TeacherModel.isTold(teacher == null ? null : teacher.network());
        return DistillationSetup.size(config, work, schedule, isTold);
    }

    private long teacherBytes(StepSize size, int block) {
        return teacher == null ? 0 : Plan.bytes(teacher, size.predictionCalls() * block);
    }

    /** Weights, average, moments, gradients, and the values of a block for each worker. */
    private long correctorBytes(Choice choice, int filled, int workers) {
        if (choice.corrector == null) {
            return 0;
        }
        int lanes = Math.min(filled, choice.corrector.samples(choice.work.batch()));
        StepSize size = size(choice.work);
        Graph online = OnlineModels.graph(choice.corrector, teacher, student);
        return Model.bytes(online, kernels, true) + (3L + lanes) * Float.BYTES * online.layout().length()
                + workers * Plan.trainingBytes(online, choice.work.block())
                + choice.corrector.bytes(size, online, teacher, workers);
    }

    /** What samples the student and, before it, the teacher. */
    private long drawingBytes(Choice choice) {
        int workers = device.workers(choice.work.workers());
        int block = SampleBlock.of(student.network().input());
        return choice.isMeasured ? workers * Math.max(Plan.bytes(student, block), teacherBytes(size(choice.work), block)) : 0;
    }

    private String refusal(Choice choice, long available) {
        Map<String, Long> items = items(choice);
        long needed = sum(items);
        StringBuilder text = new StringBuilder("the memory of device " + device.name() + " has " + text(available)
                + " left, must be at least " + text(needed) + " for this run, besides the teacher:\n");
        items.forEach((name, bytes) -> text.append(String.format(Locale.ROOT, "%12s  %s%n", text(bytes), name)));
        Map<String, Long> less = new LinkedHashMap<>();
        Choice all = choice;
        for (Map.Entry<String, UnaryOperator<Choice>> option : options(choice.work).entrySet()) {
            long saved = needed - sum(items(option.getValue().apply(choice)));
            if (saved > needed / 100) {
                less.put(option.getKey(), saved);
                all = option.getValue().apply(all);
            }
        }
        text.append("what would help: ").append(less.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(entry -> entry.getKey() + " (" + text(entry.getValue()) + " less)").collect(Collectors.joining(", ")));
        return text + "; with all of it " + text(sum(items(all)));
    }

    private static Map<String, UnaryOperator<Choice>> options(Work work) {
        Map<String, UnaryOperator<Choice>> options = new LinkedHashMap<>();
        options.put("lanes 1", c -> c.withWork(c.work.withLanes(1)));
        options.put("batch " + Math.min(work.batch(), work.block()), c -> c.withWork(
                c.work.withBatch(Math.min(work.batch(), work.block()))));
        options.put("block 1", c -> c.withWork(c.work.withBlock(1)));
        options.put("workers 1", c -> c.withWork(c.work.withWorkers(1)));
        options.put("optimiser ADAM", c -> new Choice(c.work, UpdateRule.ADAM, c.corrector, c.isMeasured));
        options.put("no corrector", c -> new Choice(c.work, c.rule, null, c.isMeasured));
        options.put("heldOut 0", c -> new Choice(c.work, c.rule, c.corrector, false));
        return options;
    }

    private static String text(long bytes) {
        return bytes < 1L << 30 ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20))
                : String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1 << 30));
    }
}
