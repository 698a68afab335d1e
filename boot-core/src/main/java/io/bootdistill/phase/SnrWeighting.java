package io.bootdistill.phase;

/** The weight w of a denoiser's squared error at a signal-to-noise ratio α²/σ², for errors of x₀. */
public enum SnrWeighting {

    /** 1: the error of x₀. */
    FLAT {
        @Override
        public double weight(double snr) {
            return 1;
        }
    },

    /** The larger of the errors of x₀ and of ε, max(SNR, 1) (arXiv 2202.00512, §4), at most 10,000. */
    TRUNCATED {
        @Override
        public double weight(double snr) {
            return Math.min(Math.max(snr, 1), MOST);
        }
    },

    /** The error of v: SNR + 1, at most 10,000. */
    PLUS_ONE {
        @Override
        public double weight(double snr) {
            return Math.min(snr + 1, MOST);
        }
    };

    private static final double MOST = 1e4;

    /** @param snr at least 0, infinite where there is no noise */
    public abstract double weight(double snr);
}
