package io.bootdistill.internal.denoising;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.diffusion.SmallerImages;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.Stream;
import io.bootdistill.network.ConditionShape;
import org.jspecify.annotations.Nullable;

/**
 * What one step of denoising training draws: images, times, labels, seeds and the numbers of each sample, a pure function of
 * (seed, step). Every image is as likely as any other; times are stratified over the schedule.
 */
final class DenoisingDraws {

    private final TeacherTrainingConfig config;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final ImageSource images;
    private final SignalRow row = new SignalRow();
    final RowTable table;
    final Column seeds;
    final Column networkTime;

    /** The label of each sample, or the smaller picture and its level; without numbers where the network has none. */
    final Column condition;

    /** The smaller pictures of a network that enlarges; null for others. */
    private final @Nullable SmallerImages smaller;

    /** The head, which is the output itself, and the factor of the gradient. */
    final Column coefficients;

    /** Shares of x₀ and ε in the state x. */
    final Column alpha;

    final Column sigma;

    /** Those in the output o that is right. */
    final Column imageShare;

    final Column noiseShare;

    DenoisingDraws(
            TeacherTrainingConfig config, NoiseSchedule schedule, Prediction prediction, ImageSource images,
            ConditionShape condition, @Nullable SmallerImages smaller) {
        this.config = config;
        this.schedule = schedule;
        this.prediction = prediction;
        this.images = images;
        this.smaller = smaller;
        table = new RowTable(config.work().batch());
        coefficients = table.column(SignalCoefficients.COUNT);
        seeds = table.column(Philox.SEED_FLOATS);
        networkTime = table.column(1);
        alpha = table.column(1);
        sigma = table.column(1);
        imageShare = table.column(1);
        noiseShare = table.column(1);
        this.condition = table.column(condition.floats());
    }

    /**
     * Draws the samples of a step.
     *
     * @param planes written: the images, [batch][channel][height][width]
     */
    void draw(long step, float[] planes) {
        int batch = table.rows();
        for (int i = 0; i < batch; i++) {
            long index = step * batch + i;
            Philox.writeSeed(Stream.DENOISING_NOISE.seed(config.seed(), index), table.values(), seeds.at(i));
            int image = (int) (Stream.DENOISING_IMAGE.uniform(config.seed(), index) * images.count());
            images.read(image, planes, i * images.shape().size());
            double u = (i + Stream.DENOISING_TIME.uniform(config.seed(), index)) / batch;
            double t = schedule.tMin() + u * (schedule.tMax() - schedule.tMin());
            networkTime.set(i, schedule.networkTime(t));
            if (smaller != null) {
                smaller.draw(image, Stream.DENOISING_SMALLER.seed(config.seed(), index), table.values(), condition.at(i));
            } else if (!condition.isEmpty()) {
                boolean drop = config.nullLabel() >= 0
                        && Stream.DENOISING_NULL.uniform(config.seed(), index) < config.nullProbability();
                condition.set(i, drop ? config.nullLabel() : images.label(image));
            }
            set(i, schedule.alpha(t), schedule.sigma(t));
        }
    }

    private void set(int index, double alphaT, double sigmaT) {
        row.at(table.values(), coefficients.at(index)).head(0, 1).gradient(2.0 / images.shape().size() / table.rows());
        alpha.set(index, alphaT);
        sigma.set(index, sigmaT);
        imageShare.set(index, prediction.imageShare(sigmaT));
        noiseShare.set(index, prediction.noiseShare(alphaT));
    }
}
