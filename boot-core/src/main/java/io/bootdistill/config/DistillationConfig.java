package io.bootdistill.config;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.matching.Corrector;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Trajectories;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a student is distilled. Immutable, equal where all values are, and made by {@link #builder()}, whose defaults need no
 * change for a small v-prediction teacher.
 *
 * <p>The values stand in groups; the builder also sets single values of them. Progress is counted in images, so that schedules
 * survive another batch size.
 *
 * <p>As JSON, in the {@code config.json} of a run and in recipes, a group is an object of its values; one of several kinds,
 * such as an objective, is an object whose one key names it, or the name alone where it has no values. Workers, folder and time
 * budget are of the machine: they never decide a result, and are not written.
 */
public final class DistillationConfig {

    private final DistillationValues values;

    private DistillationConfig(DistillationValues values) {
        values.check();
        this.values = values;
    }

    /** A builder that holds the defaults: 256,000 images on the teacher's trajectories, see {@link Phase#defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A builder that holds the paper's recipe (arXiv 2306.05544, §4): {@link Bootstrap#paper()}, without residual weights and
     * corrector, by Adam, here at 3e-4 over 160,000 images. What the paper leaves open is as in {@link #builder()}.
     */
    public static Builder paper() {
        return builder().images(160_000).noCorrector()
                .phases(Phase.of(Bootstrap.paper()).withWeighting(ResidualWeighting.NONE))
                .optimiser(OptimiserConfig.ofStudents().withRule(UpdateRule.ADAM).withRate(3e-4));
    }

    /**
     * A builder for a first try: the default recipe over 19,200 images, about a minute on two cores with the bundled teacher. It
     * shows that all works, and images that can be recognised, softer than those of a whole run; its figures are coarse.
     */
    public static Builder quick() {
        return builder().images(19_200).heldOut(100).referenceSteps(20).reportImages(960).checkpointImages(19_200);
    }

    /**
     * The configuration in a run's {@code config.json}, with the machine's values of {@link #builder()}.
     *
     * @param others an example of each kind of objective that is not of this library, for its key and its type, a record
     * @throws ModelFormatException naming the file and the key that is missing, unknown or not allowed
     */
    public static DistillationConfig read(Path file, Objective... others) {
        ConfigJson json = ConfigJson.of(file, others);
        return json.built(() -> builder().set(json.complete(builder().values())).build());
    }

    /** A builder that holds these values. */
    public Builder toBuilder() {
        return new Builder().set(values);
    }

    /** How long the run is. */
    public Length length() {
        return values.length();
    }

    /** How the work of a step is divided. */
    public Work work() {
        return values.work();
    }

    /** Seed of all random numbers. */
    public long seed() {
        return values.seed();
    }

    /** The parts of the run, in their order; their shares sum to 1. */
    public List<Phase> phases() {
        return values.phases();
    }

    /** Whether there is a corrector. */
    public CorrectorChoice corrector() {
        return values.corrector();
    }

    /** How a gradient changes the weights. */
    public OptimiserConfig optimiser() {
        return values.optimiser();
    }

    /** The guidance that is distilled into the student, and its labels. */
    public GuidanceConfig guidance() {
        return values.guidance();
    }

    /** How large the teacher's prediction may be. */
    public Limit clip() {
        return values.clip();
    }

    /** What the student is compared with. */
    public Evaluation evaluation() {
        return values.evaluation();
    }

    /** What the run tells, and where. */
    public Output output() {
        return values.output();
    }

    /** Training steps. A length that is a time has none: {@link IllegalStateException}. */
    public long steps() {
        return values.length().steps(values.work().batch());
    }

    /**
     * The first step of a phase, or the end of the run, for the number of phases. A phase has as many steps as its share comes to,
     * rounded; where the share is small, none.
     */
    public long phaseStart(int phase) {
        return values.phaseStart(phase, steps());
    }

    /** The corrector of the run; null for none. */
    public @Nullable Corrector corrector(boolean isNetwork) {
        return values.corrector().of(isNetwork && fewSteps() == null);
    }

    /** Whether the student is given two times: by any of the phases. */
    public boolean hasTwoTimes() {
        return values.phases().stream().anyMatch(phase -> phase.objective().hasTwoTimes());
    }

    /** How a student takes several steps that denoises states; null for one of pure noise. */
    public @Nullable FewSteps fewSteps() {
        return values.phases().get(0).objective().fewSteps();
    }

    /** Decay per step of the average of the student that makes the targets, in [0, 1); 0: the student itself. */
    public double targetEma() {
        return values.phases().stream().mapToDouble(phase -> phase.objective().targetEma()).max().orElse(0);
    }

    /** All values but those of the machine, as in {@code config.json}. */
    public String toJson() {
        return ConfigJson.text(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DistillationConfig config && values.equals(config.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "Config");
    }

    /** Builds a {@link DistillationConfig}. A value out of its range is refused when it is set, or when it is built. */
    public static final class Builder extends RunBuilder<Builder> {

        private List<Phase> phases = List.of(Phase.defaults());
        private CorrectorChoice corrector = new CorrectorChoice.Automatic();
        private GuidanceConfig guidance = GuidanceConfig.defaults();
        private Limit clip = Limit.ofScheduler();
        private Evaluation evaluation = Evaluation.defaults();

        private Builder() {
            super(Length.images(256_000), OptimiserConfig.ofStudents(), new Output(null, 1_600, 16_000));
        }

        private DistillationValues values() {
            return new DistillationValues(length, work, seed, phases, corrector, optimiser, guidance, clip, evaluation, output);
        }

        private Builder set(DistillationValues values) {
            set(values.length(), values.work(), values.seed(), values.optimiser(), values.output());
            phases = values.phases();
            corrector = values.corrector();
            guidance = values.guidance();
            clip = values.clip();
            evaluation = values.evaluation();
            return this;
        }

        /** The parts of the run, in their order; their shares sum to 1. */
        public Builder phases(Phase... phases) {
            this.phases = Checks.copy("phases", phases);
            return this;
        }

        /** One objective for the whole run, with the default residual weights. */
        public Builder objective(Objective objective) {
            return phases(Phase.of(objective));
        }

        /** For a teacher that reads prompts, guided by w: {@link Trajectories#ofPrompts()}, {@link GuidanceConfig#ofPrompts}. */
        public Builder forPrompts(double scale) {
            return objective(Trajectories.ofPrompts()).guidance(GuidanceConfig.ofPrompts(scale));
        }

        public Builder corrector(CorrectorChoice corrector) {
            this.corrector = Checks.notNull("corrector", corrector);
            return this;
        }

        /** This corrector. */
        public Builder corrector(Corrector corrector) {
            return corrector(new CorrectorChoice.Given(corrector));
        }

        public Builder noCorrector() {
            return corrector(new CorrectorChoice.None());
        }

        public Builder guidance(GuidanceConfig guidance) {
            this.guidance = Checks.notNull("guidance", guidance);
            return this;
        }

        /** Guidance of one scale w, at least 0; 1 for none. */
        public Builder guidance(double scale) {
            return guidance(scale, scale);
        }

        /** Guidance of all scales from {@code least}, at least 0, to {@code most}: one is chosen when the student is sampled. */
        public Builder guidance(double least, double most) {
            return guidance(guidance.withRange(new GuidanceRange(least, most)));
        }

        /** Label that means no condition; −1: the teacher's own. */
        public Builder nullLabel(int nullLabel) {
            return guidance(guidance.withNullLabel(nullLabel));
        }

        /** Label that guidance leads away from; −1: the null label. */
        public Builder negativeLabel(int negativeLabel) {
            return guidance(guidance.withNegativeLabel(negativeLabel));
        }

        public Builder clip(Limit clip) {
            this.clip = Checks.notNull("clip", clip);
            return this;
        }

        public Builder evaluation(Evaluation evaluation) {
            this.evaluation = Checks.notNull("evaluation", evaluation);
            return this;
        }

        /** Noises that the student is compared on, see {@link Evaluation}. */
        public Builder heldOut(int heldOut) {
            return evaluation(evaluation.withHeldOut(heldOut));
        }

        /** Steps of the teacher that it is compared with, see {@link Evaluation}. */
        public Builder referenceSteps(int referenceSteps) {
            return evaluation(evaluation.withReferenceSteps(referenceSteps));
        }

        /**
         * Sets the values that a JSON object names by the keys of {@code config.json}; others stay as they are, within groups,
         * too. Phases are set as a whole: what one does not name is that of {@link Phase#defaults()}.
         *
         * @param source what the JSON was read from, for messages
         * @param others an example of each kind of objective that is not of this library, for its key and its default values
         * @throws ModelFormatException naming the source and the key that is unknown or not allowed
         */
        public Builder values(String json, String source, Objective... others) {
            return set(ConfigJson.of(json, source, others).over(values()));
        }

        /** @throws IllegalArgumentException naming the value that is out of range, and the range */
        public DistillationConfig build() {
            return new DistillationConfig(values());
        }
    }
}
