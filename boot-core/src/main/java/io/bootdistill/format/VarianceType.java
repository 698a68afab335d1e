package io.bootdistill.format;

/** The noise of DDPM's random sampler. Learned variances are not supported. */
public enum VarianceType {
    FIXED_SMALL,
    FIXED_SMALL_LOG,
    FIXED_LARGE,
    FIXED_LARGE_LOG
}
