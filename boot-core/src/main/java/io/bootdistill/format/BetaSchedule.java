package io.bootdistill.format;

/** How a {@link SchedulerConfig} makes β from N, first and last. */
public enum BetaSchedule {
    LINEAR,
    SCALED_LINEAR,
    SQUAREDCOS_CAP_V2
}
