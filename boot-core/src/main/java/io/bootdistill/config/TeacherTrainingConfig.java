package io.bootdistill.config;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.OptimiserConfig;
import java.nio.file.Path;

/**
 * How a teacher is trained. Immutable, equal where all values are, and made by {@link #builder()}. Values stand in groups, and
 * are written as JSON, as in {@link DistillationConfig}. Progress is counted in images, each as often as it is drawn.
 */
public final class TeacherTrainingConfig {

    private final TeacherTrainingValues values;

    private TeacherTrainingConfig(TeacherTrainingValues values) {
        values.check();
        this.values = values;
    }

    /** A builder that holds the defaults: 512,000 images, {@link OptimiserConfig#ofTeachers()}, no null label. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The configuration in a run's {@code config.json}, with the machine's values of {@link #builder()}.
     *
     * @throws ModelFormatException naming the file and the key that is missing, unknown or not allowed
     */
    public static TeacherTrainingConfig read(Path file) {
        ConfigJson json = ConfigJson.of(file);
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

    /** How a gradient changes the weights; the teacher is their moving average. */
    public OptimiserConfig optimiser() {
        return values.optimiser();
    }

    /** Label that means no condition, which no image has; −1 for none, and with captions, where it is the empty one. */
    public int nullLabel() {
        return values.nullLabel();
    }

    /** How often an image is trained with the null label, or no caption, instead of its own, in [0, 1]. */
    public double nullProbability() {
        return values.nullProbability();
    }

    /** Whether the text encoder of a teacher of prompts is trained, too; frozen for others. */
    public TextEncoderMode textEncoder() {
        return values.textEncoder();
    }

    /** Samples of the teacher that a run with a folder draws at each checkpoint, 0 … 4,096. */
    public int pictures() {
        return values.pictures();
    }

    /** What the run tells, and where. */
    public Output output() {
        return values.output();
    }

    /**
     * Number of training steps.
     *
     * @throws IllegalStateException if the length is a time
     */
    public long steps() {
        return values.length().steps(values.work().batch());
    }

    /** All values but those of the machine, as in {@code config.json}. */
    public String toJson() {
        return ConfigJson.text(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TeacherTrainingConfig config && values.equals(config.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "Config");
    }

    /** Builds a {@link TeacherTrainingConfig}. A value out of its range is refused when it is set, or when it is built. */
    public static final class Builder extends RunBuilder<Builder> {

        private int nullLabel = -1;
        private double nullProbability = 0.1;
        private TextEncoderMode textEncoder = TextEncoderMode.FROZEN;
        private int pictures = 64;

        private Builder() {
            super(Length.images(512_000), OptimiserConfig.ofTeachers(), new Output(null, 3_200, 32_000));
        }

        private TeacherTrainingValues values() {
            return new TeacherTrainingValues(
                    length, work, seed, optimiser, nullLabel, nullProbability, textEncoder, pictures, output);
        }

        private Builder set(TeacherTrainingValues values) {
            set(values.length(), values.work(), values.seed(), values.optimiser(), values.output());
            nullLabel = values.nullLabel();
            nullProbability = values.nullProbability();
            textEncoder = values.textEncoder();
            pictures = values.pictures();
            return this;
        }

        /** Label that means no condition, which no image has; −1 for none, and with captions, where it is the empty one. */
        public Builder nullLabel(int nullLabel) {
            this.nullLabel = nullLabel;
            return this;
        }

        /** How often an image is trained with the null label, or no caption, instead of its own, in [0, 1]. */
        public Builder nullProbability(double nullProbability) {
            this.nullProbability = nullProbability;
            return this;
        }

        /** Whether the text encoder of a teacher of prompts is trained, too; frozen for others. */
        public Builder textEncoder(TextEncoderMode textEncoder) {
            this.textEncoder = Checks.notNull("textEncoder", textEncoder);
            return this;
        }

        /** Samples of the teacher that a run with a folder draws at each checkpoint, 0 … 4,096. */
        public Builder pictures(int pictures) {
            this.pictures = pictures;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException naming the value that is out of range, and the range
         */
        public TeacherTrainingConfig build() {
            return new TeacherTrainingConfig(values());
        }
    }
}
