package io.bootdistill.examples;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Progress;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Times training steps by running a few: each is a report of its own. */
final class StepTiming implements DistillationListener {

    private static final int WARM_UP = 3;
    private static final int TIMED = 9;
    private static final double MOST_SECONDS = 5;

    private final long start = System.nanoTime();
    private final int batch;
    private final List<Double> seconds = new ArrayList<>();

    private StepTiming(int batch) {
        this.batch = batch;
    }

    /** The median time of a step with the defaults, in seconds. */
    static double median(Teacher teacher, DistillationConfig defaults) throws IOException {
        int batch = defaults.work().batch();
        StepTiming timing = new StepTiming(batch);
        DistillationConfig config = defaults.toBuilder()
                .images((long) batch * (WARM_UP + TIMED))
                .reportImages(batch)
                .checkpointImages(Long.MAX_VALUE)
                .heldOut(0)
                .build();
        new BootDistiller(teacher).listener(timing).train(config).close();
        List<Double> timed = timing.seconds.subList(Math.min(WARM_UP, timing.seconds.size() - 1), timing.seconds.size());
        Collections.sort(timed);
        return timed.get(timed.size() / 2);
    }

    @Override
    public void progress(Progress progress) {
        seconds.add(batch / progress.imagesPerSecond());
    }

    @Override
    public boolean shouldStop() {
        return (System.nanoTime() - start) * 1e-9 > MOST_SECONDS; // a slow device
    }
}
