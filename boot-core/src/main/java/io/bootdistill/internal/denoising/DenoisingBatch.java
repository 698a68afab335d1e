package io.bootdistill.internal.denoising;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;

/**
 * What one step of denoising training draws and computes on the host: images, times, labels, seeds and the coefficients of
 * each sample, a pure function of (seed, step). Every image is as likely as any other; times are stratified over the schedule.
 */
public final class DenoisingBatch {

    /** Draws of the run's seed; apart from those of {@code Batch}. */
    private static final int NOISE = 11;

    private static final int IMAGE = 12;
    private static final int TIME = 13;
    private static final int NULL = 14;

    private final TeacherTrainingConfig config;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final ImageSource images;
    private final boolean labelled;

    final int blocks;
    public final int[] image;

    /** As {@link Philox#writeSeed} writes them. */
    public final float[] seeds;

    public final float[] networkTime;

    /** The label of each sample; unused where the network has none. */
    public final float[] condition;

    public final float[] coefficients;

    public DenoisingBatch(
            TeacherTrainingConfig config, NoiseSchedule schedule, Prediction prediction, ImageSource images, boolean labelled) {
        this.config = config;
        this.schedule = schedule;
        this.prediction = prediction;
        this.images = images;
        this.labelled = labelled;
        blocks = (config.batch() + config.block() - 1) / config.block();
        int rows = config.batch() + config.block(); // a whole block is uploaded from any row
        image = new int[rows];
        seeds = new float[rows * Philox.SEED_FLOATS];
        networkTime = new float[rows];
        condition = new float[rows];
        coefficients = new float[rows * SignalCoefficients.COUNT];
    }

    /** The first row of a block; those of block {@code blocks} would follow the last. */
    int firstRow(int blockIndex) {
        return (int) ((long) blockIndex * config.batch() / blocks);
    }

    /** Draws the samples of a step. */
    public void draw(long step) {
        for (int row = 0; row < config.batch(); row++) {
            long index = step * config.batch() + row;
            Philox.writeSeed(Philox.seed(config.seed(), NOISE, index), seeds, row * Philox.SEED_FLOATS);
            image[row] = (int) (Philox.uniform(config.seed(), IMAGE, index) * images.count());
            double u = (row + Philox.uniform(config.seed(), TIME, index)) / config.batch();
            double t = schedule.tMin() + u * (schedule.tMax() - schedule.tMin());
            networkTime[row] = (float) schedule.networkTime(t);
            if (labelled) {
                boolean drop = config.nullLabel() >= 0
                        && Philox.uniform(config.seed(), NULL, index) < config.nullProbability();
                condition[row] = drop ? config.nullLabel() : images.label(image[row]);
            }
            setCoefficients(row, schedule.alpha(t), schedule.sigma(t));
        }
    }

    /** The numbers for {@link DenoisingWorker}, which says what they do. */
    private void setCoefficients(int row, double alpha, double sigma) {
        int offset = row * SignalCoefficients.COUNT;
        coefficients[offset + SignalCoefficients.HEAD_OUTPUT] = 1;
        coefficients[offset + SignalCoefficients.ALPHA_T] = (float) alpha;
        coefficients[offset + SignalCoefficients.SIGMA_T] = (float) sigma;
        coefficients[offset + SignalCoefficients.STATE_FACTOR_T] = (float) prediction.imageShare(sigma);
        coefficients[offset + SignalCoefficients.OUTPUT_FACTOR_T] = (float) prediction.noiseShare(alpha);
        coefficients[offset + SignalCoefficients.STEP] = 1;
        coefficients[offset + SignalCoefficients.GRADIENT] = (float) (2.0 / images.shape().size() / config.batch());
    }
}
