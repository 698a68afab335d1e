package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.network.ConditionShape;
import java.util.Arrays;

/** What is drawn for each sample of a step, whatever it learns: its noise, condition and guidance scale. */
final class SampleDraws {

    private final DistillationConfig config;
    private final ConditionSource conditions;
    private final int conditionFloats;
    private final int labels;
    private final int stream;

    /** [rows][{@link Philox#SEED_FLOATS}]. */
    final float[] seeds;

    final float[] condition;

    /** Guidance scale w of each sample. */
    final float[] guidance;

    /** @param stream the first of three streams of the run's seed */
    SampleDraws(DistillationConfig config, ConditionSource conditions, ConditionShape shape, int rows, int stream) {
        this.config = config;
        this.conditions = conditions;
        this.stream = stream;
        conditionFloats = shape.floats();
        labels = shape instanceof ConditionShape.Label label ? label.count() : 0;
        seeds = new float[rows * Philox.SEED_FLOATS];
        condition = new float[rows * conditionFloats];
        guidance = new float[rows];
        Arrays.fill(guidance, (float) config.guidance());
    }

    /** Draws a row: a function of (seed, index). */
    void draw(int row, long index) {
        Philox.writeSeed(Philox.seed(config.seed(), stream, index), seeds, row * Philox.SEED_FLOATS);
        if (config.drawsGuidance()) {
            double u = Philox.uniform(config.seed(), stream + 2, index);
            guidance[row] = (float) (config.guidance() + u * (config.guidanceMost() - config.guidance()));
        }
        conditions.draw(Philox.seed(config.seed(), stream + 1, index), condition, row * conditionFloats);
        for (int i = row * conditionFloats; i < (row + 1) * conditionFloats; i++) {
            float value = condition[i]; // a label that is none would read and write beyond its table
            if (labels > 0 ? !(value >= 0 && value < labels && value == (int) value) : !Float.isFinite(value)) {
                throw new IllegalArgumentException("the ConditionSource drew " + value + ", must be "
                        + (labels > 0 ? "a label 0 … " + (labels - 1) : "finite"));
            }
        }
    }
}
