package io.bootdistill.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/**
 * What became of one benchmark.
 *
 * @param name the operation, or the method with its parameters
 * @param threads threads that worked on it
 * @param median milliseconds of a call, the median of all iterations
 * @param best the least of them: what is compared, since a busy machine only ever adds time
 * @param flops floating-point operations of a call; 0 where there are none
 * @param bytes bytes that a call has to move; 0 where arithmetic is counted
 * @param allocated bytes that a call allocated on the heap, on all threads, the median; NaN where they were not measured
 */
record Measurement(String name, int threads, double median, double best, double flops, double bytes, double allocated) {

    /** Of a JMH result in milliseconds per call. */
    static Measurement of(RunResult run) {
        BenchmarkParams params = run.getParams();
        Statistics times = run.getPrimaryResult().getStatistics();
        double mean = times.getMean();
        int copies = params.getThreads(); // each does the same work
        String workers = params.getParam("workers");
        Map<String, ? extends Result<?>> others = secondary(run);
        Result<?> allocated = others.get("gc.alloc.rate.norm");
        return new Measurement(
                name(params),
                workers == null ? copies : Integer.parseInt(workers),
                times.getPercentile(50),
                times.getMin(),
                copies * work(mean, others.get("flops")),
                copies * work(mean, others.get("bytes")),
                allocated == null ? Double.NaN : allocated.getStatistics().getPercentile(50));
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static Map<String, ? extends Result<?>> secondary(RunResult run) {
        return (Map) run.getSecondaryResults(); // JMH's own type is raw
    }

    /** A counter of {@link Work} is a time per unit, infinite where nothing was counted. */
    private static double work(double time, Result<?> counter) {
        boolean counted = counter != null && Double.isFinite(counter.getScore()) && counter.getScore() > 0;
        return counted ? time / counter.getScore() : 0;
    }

    private static String name(BenchmarkParams params) {
        String operation = params.getParam(Operations.PARAMETER);
        if (operation != null) {
            return operation;
        }
        List<String> words = new ArrayList<>();
        String path = params.getBenchmark();
        words.add(path.replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"));
        for (String key : params.getParamsKeys()) {
            words.add(key + "=" + params.getParam(key));
        }
        return String.join(" ", words);
    }

    /** This one and another of the same benchmark, taken together. */
    Measurement merge(Measurement other) {
        return new Measurement(
                name, threads, Math.min(median, other.median), Math.min(best, other.best), flops, bytes, allocated);
    }

    /** 10⁹ floating-point operations per second. */
    double gflops() {
        return flops / median / 1e6;
    }

    /** 10⁹ bytes per second. */
    double gbytes() {
        return bytes / median / 1e6;
    }
}
