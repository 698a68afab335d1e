package io.bootdistill.format;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The values of a {@link SchedulerConfig}, checked. */
record SchedulerValues(
        SchedulerType type,
        int numTrainTimesteps,
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        List<Double> trainedBetas,
        VarianceType varianceType,
        PredictionType predictionType,
        boolean clipSample,
        double clipSampleRange,
        boolean thresholding,
        double dynamicThresholdingRatio,
        double sampleMaxValue,
        boolean rescaleBetasZeroSnr,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        Set<String> unknownKeys) {

    private static final double LEAST_BETA = 1e-7; // smaller ones vanish in 1 − β in float32
    private static final String BETA_RANGE = "in [1e-7, 1)";

    SchedulerValues {
        require(numTrainTimesteps >= 2 && numTrainTimesteps <= 1_000_000,
                "num_train_timesteps", numTrainTimesteps, "in [2, 1000000]");
        require(betaStart >= LEAST_BETA && betaStart < 1, "beta_start", betaStart, BETA_RANGE);
        require(betaEnd >= LEAST_BETA && betaEnd < 1, "beta_end", betaEnd, BETA_RANGE);
        trainedBetas = List.copyOf(trainedBetas);
        require(trainedBetas.isEmpty() || trainedBetas.size() == numTrainTimesteps,
                "the length of trained_betas", trainedBetas.size(), "num_train_timesteps, " + numTrainTimesteps);
        for (int i = 0; i < trainedBetas.size(); i++) {
            double beta = trainedBetas.get(i);
            require(beta >= LEAST_BETA && beta <= 1, "trained_betas[" + i + "]", beta, "in [1e-7, 1]");
        }
        require(clipSampleRange > 0 && clipSampleRange <= Float.MAX_VALUE, "clip_sample_range", clipSampleRange, "above 0");
        require(dynamicThresholdingRatio >= 0 && dynamicThresholdingRatio <= 1,
                "dynamic_thresholding_ratio", dynamicThresholdingRatio, "in [0, 1]");
        require(sampleMaxValue > 0 && sampleMaxValue <= Float.MAX_VALUE, "sample_max_value", sampleMaxValue, "above 0");
        require(stepsOffset >= 0 && stepsOffset < numTrainTimesteps,
                "steps_offset", stepsOffset, "in [0, " + (numTrainTimesteps - 1) + "]");
        unknownKeys = Collections.unmodifiableSet(new TreeSet<>(unknownKeys));
    }

    private static void require(boolean satisfied, String key, Object value, String allowed) {
        if (!satisfied) {
            throw new IllegalArgumentException(key + " is " + value + ", must be " + allowed);
        }
    }

    /** Every value, in a form that does not change: a run's teacher is known by it. */
    @Override
    public String toString() {
        return "SchedulerConfig[type=" + type + ", numTrainTimesteps=" + numTrainTimesteps + ", betaSchedule=" + betaSchedule
                + ", betaStart=" + betaStart + ", betaEnd=" + betaEnd + ", trainedBetas=" + trainedBetas
                + ", varianceType=" + varianceType + ", predictionType=" + predictionType + ", clipSample=" + clipSample
                + ", clipSampleRange=" + clipSampleRange + ", thresholding=" + thresholding
                + ", dynamicThresholdingRatio=" + dynamicThresholdingRatio + ", sampleMaxValue=" + sampleMaxValue
                + ", rescaleBetasZeroSnr=" + rescaleBetasZeroSnr + ", timestepSpacing=" + timestepSpacing
                + ", stepsOffset=" + stepsOffset + ", setAlphaToOne=" + setAlphaToOne + ", unknownKeys=" + unknownKeys + "]";
    }
}
