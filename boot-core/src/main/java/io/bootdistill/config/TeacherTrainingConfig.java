package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a teacher is trained. Immutable; made by {@link #builder()} and checked when it is built. Progress is counted in images.
 * Everything but {@code workers} and the intervals of reports decides the result; the number of workers never does.
 *
 * @param images images of the whole run, each as often as it is drawn; a multiple of {@code batch}, at least one batch. Default
 *     512,000
 * @param timeBudget if not null, the run times a few steps and replaces {@code images} by what fits; at least a minute.
 *     Default null
 * @param batch images of a step, 1 … 65,536. Default 64
 * @param block images that one worker takes through the network at once, 1 … 4,096: a matter of speed, but part of the
 *     result's last bits. Default 16
 * @param lanes gradient sums that workers fill independently, 1 … 256; costs a gradient buffer each. Default 8
 * @param workers threads, at least 1. Default: the processors that the JVM sees
 * @param seed seed of all random numbers. Default 0
 * @param learningRate peak of Adam's rate, in (0, 1]. Default 1e-3
 * @param warmupImages images over which the rate rises from 0; it falls to 0 by a cosine at the end. Default 6,400
 * @param weightDecay decoupled weight decay, ≥ 0. Default 0
 * @param beta1 decay of Adam's first moment, in [0, 1). Default 0.9
 * @param beta2 decay of Adam's second moment, in [0, 1). Default 0.99
 * @param gradientClip limit of the global gradient norm; 0 for none. Default 1
 * @param emaHalfLife half-life of the moving average of the weights, which is the teacher, in images, ≥ 0. Default 10,000
 * @param nullLabel label that means no condition, which no image has; −1 for none. Default −1
 * @param nullProbability how often an image is trained with the null label instead of its own, in [0, 1]. Default 0.1
 * @param pictures samples of the teacher that a run with a folder draws at each checkpoint, 0 … 4,096. Default 64
 * @param reportImages images between reports to the listener and lines of the metrics. Default 3,200
 * @param checkpointImages images between checkpoints and pictures. Default 32,000
 * @param folder where the run writes; null for nowhere. Default null
 */
public record TeacherTrainingConfig(
        long images,
        Duration timeBudget,
        int batch,
        int block,
        int lanes,
        int workers,
        long seed,
        double learningRate,
        long warmupImages,
        double weightDecay,
        double beta1,
        double beta2,
        double gradientClip,
        double emaHalfLife,
        int nullLabel,
        double nullProbability,
        int pictures,
        long reportImages,
        long checkpointImages,
        Path folder) {

    /** Checks every value; see the parameters for the ranges. */
    public TeacherTrainingConfig {
        Checks.range("batch", batch, 1, 1 << 16);
        Checks.that(images >= batch && images % batch == 0, "images", images, "a positive multiple of batch " + batch);
        Checks.that(timeBudget == null || timeBudget.toSeconds() >= 60, "timeBudget", timeBudget, "at least a minute");
        Checks.range("block", block, 1, 4096);
        Checks.range("lanes", lanes, 1, 256);
        Checks.range("workers", workers, 1, 1 << 16);
        Checks.that(learningRate > 0 && learningRate <= 1, "learningRate", learningRate, "in (0, 1]");
        Checks.that(warmupImages >= 0, "warmupImages", warmupImages, "at least 0");
        Checks.atLeastZero("weightDecay", weightDecay);
        Checks.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
        Checks.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
        Checks.atLeastZero("gradientClip", gradientClip);
        Checks.atLeastZero("emaHalfLife", emaHalfLife);
        Checks.that(nullLabel >= -1, "nullLabel", nullLabel, "a label, or -1 for none");
        Checks.that(nullProbability >= 0 && nullProbability <= 1, "nullProbability", nullProbability, "in [0, 1]");
        Checks.range("pictures", pictures, 0, 4096);
        Checks.that(reportImages >= 1, "reportImages", reportImages, "at least 1");
        Checks.that(checkpointImages >= 1, "checkpointImages", checkpointImages, "at least 1");
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these values. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Number of training steps. */
    public long steps() {
        return images / batch;
    }

    public OptimiserSettings optimiser() {
        return new OptimiserSettings(
                steps(), batch, UpdateRule.ADAM, learningRate, warmupImages, weightDecay, beta1, beta2, gradientClip,
                emaHalfLife);
    }

    /** Builds a {@link TeacherTrainingConfig}; each method sets the value of its name. */
    public static final class Builder {

        private long images = 512_000;
        private Duration timeBudget;
        private int batch = 64;
        private int block = 16;
        private int lanes = 8;
        private int workers = Runtime.getRuntime().availableProcessors();
        private long seed;
        private double learningRate = 1e-3;
        private long warmupImages = 6_400;
        private double weightDecay;
        private double beta1 = 0.9;
        private double beta2 = 0.99;
        private double gradientClip = 1;
        private double emaHalfLife = 10_000;
        private int nullLabel = -1;
        private double nullProbability = 0.1;
        private int pictures = 64;
        private long reportImages = 3_200;
        private long checkpointImages = 32_000;
        private Path folder;

        private Builder() {}

        private Builder(TeacherTrainingConfig c) {
            images = c.images;
            timeBudget = c.timeBudget;
            batch = c.batch;
            block = c.block;
            lanes = c.lanes;
            workers = c.workers;
            seed = c.seed;
            learningRate = c.learningRate;
            warmupImages = c.warmupImages;
            weightDecay = c.weightDecay;
            beta1 = c.beta1;
            beta2 = c.beta2;
            gradientClip = c.gradientClip;
            emaHalfLife = c.emaHalfLife;
            nullLabel = c.nullLabel;
            nullProbability = c.nullProbability;
            pictures = c.pictures;
            reportImages = c.reportImages;
            checkpointImages = c.checkpointImages;
            folder = c.folder;
        }

        public Builder images(long images) {
            this.images = images;
            return this;
        }

        public Builder timeBudget(Duration timeBudget) {
            this.timeBudget = timeBudget;
            return this;
        }

        public Builder batch(int batch) {
            this.batch = batch;
            return this;
        }

        public Builder block(int block) {
            this.block = block;
            return this;
        }

        public Builder lanes(int lanes) {
            this.lanes = lanes;
            return this;
        }

        public Builder workers(int workers) {
            this.workers = workers;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        public Builder warmupImages(long warmupImages) {
            this.warmupImages = warmupImages;
            return this;
        }

        public Builder weightDecay(double weightDecay) {
            this.weightDecay = weightDecay;
            return this;
        }

        public Builder beta1(double beta1) {
            this.beta1 = beta1;
            return this;
        }

        public Builder beta2(double beta2) {
            this.beta2 = beta2;
            return this;
        }

        public Builder gradientClip(double gradientClip) {
            this.gradientClip = gradientClip;
            return this;
        }

        public Builder emaHalfLife(double emaHalfLife) {
            this.emaHalfLife = emaHalfLife;
            return this;
        }

        public Builder nullLabel(int nullLabel) {
            this.nullLabel = nullLabel;
            return this;
        }

        public Builder nullProbability(double nullProbability) {
            this.nullProbability = nullProbability;
            return this;
        }

        public Builder pictures(int pictures) {
            this.pictures = pictures;
            return this;
        }

        public Builder reportImages(long reportImages) {
            this.reportImages = reportImages;
            return this;
        }

        public Builder checkpointImages(long checkpointImages) {
            this.checkpointImages = checkpointImages;
            return this;
        }

        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException naming the value that is out of range, and the range
         */
        public TeacherTrainingConfig build() {
            return new TeacherTrainingConfig(
                    images, timeBudget, batch, block, lanes, workers, seed, learningRate, warmupImages,
                    weightDecay, beta1, beta2, gradientClip, emaHalfLife, nullLabel, nullProbability,
                    pictures, reportImages, checkpointImages, folder);
        }
    }
}
