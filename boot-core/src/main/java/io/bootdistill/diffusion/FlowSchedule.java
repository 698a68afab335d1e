package io.bootdistill.diffusion;

/** The flow family α = 1 − t, σ = t; networks are given t itself. */
public record FlowSchedule() implements NoiseSchedule {

    @Override
    public double alpha(double t) {
        return 1 - t;
    }

    @Override
    public double sigma(double t) {
        return t;
    }

    @Override
    public double lambda(double t) {
        return Math.log(t) - Math.log1p(-t);
    }

    @Override
    public double lambdaDerivative(double t) {
        return 1 / (t * (1 - t));
    }

    @Override
    public double networkTime(double t) {
        return t;
    }

    @Override
    public double tMin() {
        return 0;
    }

    @Override
    public double tMax() {
        return 1;
    }

    /** (t − s)/(t(1 − s)): the general formula without its infinities. */
    @Override
    public double step(double t, double s) {
        return (t - s) / (t * (1 - s));
    }
}
