package io.bootdistill;

/**
 * What a training has done since its last report: means over its steps.
 *
 * @param step steps done
 * @param steps steps of the whole run
 * @param images images done
 * @param loss total loss: of a teacher, the mean squared error of the network's output
 * @param bootstrap the bootstrap part, mean of w·‖r‖²; 0 in steps without one
 * @param boundary the boundary part, mean of ‖r‖²; likewise
 * @param gradientNorm global norm before clipping
 * @param rate the learning rate
 * @param delta δ; 0 in steps that do not bootstrap
 * @param imagesPerSecond speed since the last report
 * @param secondsLeft at that speed, without evaluations and pictures
 */
public record Progress(
        long step, long steps, long images, double loss, double bootstrap, double boundary, double gradientNorm, double rate,
        double delta, double imagesPerSecond, double secondsLeft) {}
