package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.config.Work;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.StagePrompts;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.DynamicThreshold;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlans;
import io.bootdistill.internal.sampling.TimeFold;
import io.bootdistill.internal.training.Crew;
import io.bootdistill.internal.training.Division;
import io.bootdistill.internal.training.Trainer.Assigned;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.matching.Corrector;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a configuration comes to with a teacher: the student's network, its head, guidance, conditions; and what trains it.
 * Refuses what does not fit. Weights of the teacher do not matter before a state is made.
 */
public final class DistillationSetup {

    private final DistillationConfig config;
    private final TeacherModel teacher;
    private final Network network;
    private final Device device;
    private final Reducer reducer;
    private final int nullLabel;
    private final int negativeLabel;
    private final Guidance guidance;
    private final ConditionSource conditions;
    private final Prediction studentOutput;

    /** @param conditions null for the default */
    public DistillationSetup(
            DistillationConfig config, TeacherModel teacher, Network network, Device device, ConditionSource conditions,
            Reducer reducer) {
        this.network = studentNetwork(config, network);
        this.config = divided(config, Graph.of(this.network));
        this.teacher = teacher;
        this.device = device;
        this.reducer = reducer;
        Prompts given = conditions == null ? null : conditions.asPrompts();
        Prompts prompts = given == null ? null : given.withNullProbability(config.guidance().nullProbability());
        Checks.that(prompts == null || config.guidance().nullLabel() == -1 && config.guidance().negativeLabel() == -1,
                "nullLabel or negativeLabel", config.guidance(), "-1 with prompts: see Prompts.withNegative");
        nullLabel = prompts != null ? prompts.nullRow()
                : config.guidance().nullLabel() >= 0 ? config.guidance().nullLabel() : teacher.denoiser().nullLabel();
        negativeLabel = prompts != null ? prompts.negativeRow()
                : config.guidance().negativeLabel() >= 0 ? config.guidance().negativeLabel() : nullLabel;
        int labels = ConditionTable.rows(teacher.condition());
        Checks.that(nullLabel < labels || nullLabel == -1, "nullLabel", nullLabel,
                labels == 0 ? "-1: the teacher has no labels" : "a label 0 … " + (labels - 1));
        guidance = config.guidance().isGuided() ? newGuidance() : null;
        studentOutput = config.hasTwoTimes() ? ofTwoTimes(teacher.prediction()) : teacher.prediction();
        boolean hasGradient = teacher.isNetwork() && clip() == 0 && !isThresholded();
        PhaseFit.require(this.config, size(), hasGradient);
        Corrector corrector = config.corrector(teacher.isNetwork());
        if (corrector != null) {
            OnlineModels.require(corrector, teacher, this.network, hasGradient && config.guidance().rescale() == 0);
        }
        this.conditions = conditions instanceof StagePrompts staged ? staged.with(prompts)
                : prompts != null ? prompts : conditions == null ? defaultConditions() : conditions;
    }

    /**
     * What the output of a student with two times means: v where the teacher's is ε, from which F̂ is read by 1/α, at t_max
     * too large a factor to learn with. Such a student is no copy of its teacher at the start.
     */
    public static Prediction ofTwoTimes(Prediction teacher) {
        return teacher == Prediction.EPSILON ? Prediction.V : teacher;
    }

    /** For a range of scales, that of its middle, with which the student is measured. */
    private Guidance newGuidance() {
        Checks.that(negativeLabel >= 0, "guidance", config.guidance().range().least(),
                "1 for a teacher without a null label: set nullLabel, or null_class in its model_index.json");
        boolean isPlain = config.guidance().rescale() == 0 && config.guidance().interval().equals(GuidanceInterval.ALWAYS)
                && negativeLabel == nullLabel;
        boolean isTold = TeacherModel.isTold(teacher.network());
        Checks.that(!isTold || isPlain, "guidance", config.guidance(), "without rescale and negative, and at all times"
                + " (interval 0:1), for a teacher that is told the scale: its prediction is one, not two");
        Guidance made = new Guidance(config.guidance().range().middle(), negativeLabel,
                config.guidance().interval(), config.guidance().rescale());
        TeacherPlans.requireGuidance(teacher.condition(), made);
        return made;
    }

    /** The student's network, which is given w where that is drawn, and a second time where samples restart. */
    static Network studentNetwork(DistillationConfig config, Network given) {
        boolean isWide = config.guidance().range().isWide();
        boolean hasScale = given.scalars().contains(ScalarInputs.GUIDANCE);
        boolean hasSecond = given.scalars().contains(ScalarInputs.TARGET_TIME);
        Checks.that(!hasScale || isWide, "guidance", config.guidance().range().least(),
                "a range of scales for a student network with the scalar input w");
        Checks.that(!hasSecond || config.hasTwoTimes(), "restartShare", 0.0,
                "above 0 for a student network with the scalar input s");
        Network made = isWide && !hasScale ? given.withScalar(ScalarInputs.GUIDANCE) : given;
        return config.hasTwoTimes() && !hasSecond ? made.withScalar(ScalarInputs.TARGET_TIME) : made;
    }

    /** With the block and the lanes of the student's network, where they are left open. */
    static DistillationConfig divided(DistillationConfig config, Graph student) {
        return config.toBuilder().block(Division.block(config.work().block(), student))
                .lanes(Division.lanes(config.work().lanes(), student)).build();
    }

    private ConditionSource defaultConditions() {
        if (teacher.condition() instanceof ConditionShape.Label label) {
            return ConditionSource.labels(label.count(), nullLabel, config.guidance().nullProbability());
        }
        Checks.that(teacher.condition() instanceof ConditionShape.None, "the teacher's condition", teacher.condition(),
                "labels, unless conditions(…) says how to draw them");
        return ConditionSource.none();
    }

    /** What a user should know of how the student starts. */
    public Optional<String> explain() {
        if (!teacher.isNetwork() || teacher.prediction() != Prediction.EPSILON || config.fewSteps() != null) {
            return Optional.empty();
        }
        return Optional.of("an ε-prediction teacher: the student's " + (studentOutput == Prediction.EPSILON
                ? "head is y = −F" : "output is read as a v-prediction") + ", and its start poor");
    }

    public DistillationConfig config() {
        return config;
    }

    public TeacherModel teacher() {
        return teacher;
    }

    /** That of the middle for a range of scales; null for none. */
    public Guidance guidance() {
        return guidance;
    }

    public int nullLabel() {
        return nullLabel;
    }

    public ConditionSource conditions() {
        return conditions;
    }

    /** What the student's output means. */
    public Prediction studentOutput() {
        return studentOutput;
    }

    /** The limit of the teacher's predictions; 0 for none. */
    public double clip() {
        return config.clip().or(teacher.schedulerClip());
    }

    /** Whether they are thresholded as the teacher's scheduler says, rather than limited. */
    public boolean isThresholded() {
        return threshold() != null;
    }

    private DynamicThreshold threshold() {
        return config.clip().isOfScheduler() ? teacher.schedulerThreshold() : null;
    }

    /** The same with what was left open: the length of the run, once a time budget is a number of images, or its evaluation. */
    public DistillationSetup with(DistillationConfig decided) {
        return new DistillationSetup(decided, teacher, network, device, conditions, reducer);
    }

    /** Cost of a mean step of the run in forward passes of one sample. */
    public double passes() {
        StepSize size = size();
        long steps = config.steps();
        double passes = 0;
        for (int i = 0; i < config.phases().size(); i++) {
            passes += config.phases().get(i).objective().passes(size) * (config.phaseStart(i + 1) - config.phaseStart(i));
        }
        Corrector corrector = config.corrector(teacher.isNetwork());
        passes += corrector == null ? 0 : corrector.passes(size) * (steps - corrector.firstStep(steps));
        return passes / steps;
    }

    /** @param isTold whether the teacher is told its scale */
    private StepSize size() {
        return size(config, config.work(), teacher.schedule(), TeacherModel.isTold(teacher.network()));
    }

    static StepSize size(DistillationConfig config, Work work, NoiseSchedule schedule, boolean isTold) {
        boolean isGuided = config.guidance().isGuided();
        return new StepSize(work.batch(), work.block(), isGuided, isGuided && !isTold ? 2 : 1, schedule);
    }

    /** Floating-point operations of a pass of the student's network. */
    public double passFlops() {
        return Graph.of(network).flops();
    }

    /** A network of the student's, to be sampled, without weights yet. */
    public Model newAverage() {
        return new Model(Graph.of(network), device, false);
    }

    /** The state before the first step. */
    public TrainingState newState() {
        boolean isAtEnd = config.phases().stream().allMatch(phase -> phase.objective().isAtEnd());
        return new TrainingState(newStudent(isAtEnd), config.targetEma());
    }

    /** Whether the student's network is the teacher's, but for scalars of its own. */
    private boolean isOfTeacher() {
        return teacher.isNetwork() && network.equals(
                LeadingChannels.of(teacher.network(), teacher.shape().channels()).withScalars(network.scalars()));
    }

    /**
     * With the teacher's weights, where they fit.
     *
     * @param isAtEnd whether t_min is the only time that it will be asked for: it then reads t_min as the teacher reads t_max,
     *     so that it starts as the teacher's first prediction, f_φ(ε, t_max), but for the head of ε-prediction
     */
    private Model newStudent(boolean isAtEnd) {
        Model model = new Model(Graph.of(network), device, true);
        try {
            model.initialize(config.seed());
            if (isOfTeacher()) {
                model.adopt(teacher.model());
                NoiseSchedule schedule = teacher.schedule();
                if (isAtEnd) {
                    TimeFold.shift(model, schedule.networkTime(schedule.tMin()), schedule.networkTime(schedule.tMax()));
                }
            }
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return model;
    }

    /** @param isMoving whether the teacher changes between steps */
    public Trainer newTrainer(TrainingState state, boolean isMoving) {
        Scope parts = new Scope(); // the trainer's, once it is there
        try {
            Crew crew = parts.own(new Crew(
                    state.student, teacher.shape(), config.work().batch(), config.work().block(), config.work().lanes(),
                    config.work().workers(),
                    () -> TeacherPlans.of(teacher, device, config.work().block(), guidance, threshold()), teacher.conditions()));
            Room room = new Room(
                    config, teacher, clip(), studentOutput, conditions, negativeLabel, isMoving, state, crew, reducer);
            List<Assigned> lessons = new ArrayList<>();
            for (int i = 0; i < config.phases().size(); i++) {
                addPhase(room, i, lessons, parts);
            }
            Corrector corrector = config.corrector(teacher.isNetwork());
            if (corrector != null) {
                Model online = OnlineModels.model(corrector, teacher, config.seed(), () -> newStudent(false));
                corrector.lessons(room, online, teacher.prediction(), config.optimiser(), config.steps()).forEach(part ->
                        lessons.add(new Assigned(part.first(), config.steps(), part.every(), parts.own(part.lesson()))));
            }
            return new Trainer(state, config.optimiser(), config.steps(), reducer, crew, lessons);
        } catch (RuntimeException | Error e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    private void addPhase(Room room, int index, List<Assigned> lessons, Scope parts) {
        long from = config.phaseStart(index);
        long to = config.phaseStart(index + 1);
        if (from < to) {
            Phase phase = config.phases().get(index);
            Assignment assignment = new Assignment(from, to - from, phase.weighting());
            lessons.add(new Assigned(from, to, parts.own(phase.objective().lesson(room, assignment))));
        }
    }
}
