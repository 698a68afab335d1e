package io.bootdistill.lesson;

import io.bootdistill.diffusion.NoiseSchedule;

/**
 * What the cost of a step follows from, before there is a lesson.
 *
 * @param batch samples of a step, at least 1
 * @param block samples that one worker takes through the networks at once, at least 1
 * @param isGuided whether the teacher's predictions are
 * @param predictionCalls calls of the teacher's network that a prediction takes: two with guidance, unless it is told the scale
 * @param schedule the teacher's
 */
public record StepSize(int batch, int block, boolean isGuided, int predictionCalls, NoiseSchedule schedule) {

    /** How the batch is cut. */
    public Blocks blocks() {
        return Blocks.of(batch, block);
    }
}
