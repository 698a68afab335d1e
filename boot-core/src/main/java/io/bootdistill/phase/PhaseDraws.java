package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.SampleColumns;
import io.bootdistill.lesson.Stream;

/**
 * Which walk each sample of a step is of, where on it the sample learns, and its numbers: a pure function of (seed, step). The first
 * rows of a block begin walks; the others use those of earlier steps again, at other points.
 */
final class PhaseDraws implements AutoCloseable {

    /**
     * Where a block lies in device memory.
     *
     * @param alpha of x_i; so its sigma
     * @param knownAlpha of x_j; so its sigma
     * @param bootstrap the step from y_j to y_e
     * @param goal the step from y_i to F*, the head of f̂ and the factor of its loss
     * @param absolute what limits the gradient of a square to that of |r|
     * @param atStart where the student learns
     * @param atKnown where its average is asked
     */
    record Part(int from, int samples, Slice seeds, Slice alpha, Slice sigma, Slice knownAlpha, Slice knownSigma, Slice bootstrap,
            Slice goal, Slice absolute, BlockInputs atStart, BlockInputs atKnown) {}

    /** Errors within which |r| is round, so that it has a gradient at 0: less than a step of a byte. */
    private static final double ROUND = 1e-3;

    private final Classroom room;
    private final NoiseSchedule schedule;
    private final int size;
    private final int pairs;
    private final SnrWeighting weighting;
    private final RowTable table;
    private final Column alpha;
    private final Column sigma;
    private final Column knownAlpha;
    private final Column knownSigma;
    private final Column bootstrap;
    private final Column goal;
    private final Column absolute;
    private final Column networkStart;
    private final Column networkKnown;
    private final SignalRow row = new SignalRow();
    private final double[] factor;

    final Stages stages;
    final Walks walks;
    final Blocks blocks;
    final SampleColumns samples;

    /** Of each row of the step that is drawn: the step that began its walk, the walk's place in its block, i and j. */
    final long[] origin;

    final int[] walk;
    final int[] start;
    final int[] known;

    PhaseDraws(Classroom room, Stages stages, PhaseOptions options) {
        this.room = room;
        this.stages = stages;
        schedule = room.schedule();
        size = room.shape().size();
        walks = options.walks();
        pairs = options.pairs();
        weighting = options.weighting();
        blocks = Blocks.of(room.batch(), room.block());
        table = new RowTable(room.batch());
        goal = table.column(SignalCoefficients.COUNT);
        bootstrap = table.column(SignalCoefficients.COUNT);
        absolute = table.column(SignalCoefficients.COUNT);
        samples = new SampleColumns(room, table, Stream.NOISE, Stream.CONDITION, Stream.GUIDANCE);
        alpha = table.column(1);
        sigma = table.column(1);
        knownAlpha = table.column(1);
        knownSigma = table.column(1);
        networkStart = table.column(1);
        networkKnown = table.column(1);
        factor = new double[room.batch()];
        origin = new long[room.batch()];
        walk = new int[room.batch()];
        start = new int[room.batch()];
        known = new int[room.batch()];
    }

    /** Makes the blocks. */
    Part[] open() {
        table.open(room.student().device());
        Part[] parts = new Part[blocks.count()];
        for (int b = 0; b < parts.length; b++) {
            int from = blocks.first(b);
            int n = blocks.size(b);
            parts[b] = new Part(from, n, samples.seeds(from, n), alpha.slice(from, n), sigma.slice(from, n),
                    knownAlpha.slice(from, n), knownSigma.slice(from, n), bootstrap.slice(from, n), goal.slice(from, n), absolute.slice(from, n),
                    samples.inputs(networkStart, null, null, from, n), samples.inputs(networkKnown, null, null, from, n));
        }
        return parts;
    }

    /** Walks that a block begins in a step of a stage. */
    int fresh(int stage, int samples) {
        return stages.all.get(stage).fresh(samples, room.block());
    }

    /** Steps before one whose walks it may use, in a stage. */
    long history(int stage) {
        return stages.history(stage, room.block(), walks);
    }

    void draw(long step, Kernels kernels) {
        int at = stages.at(step);
        Stage stage = stages.all.get(at);
        long since = step - stages.first(at);
        int uses = Math.min(stage.uses(), room.block());
        int freshOfStep = 0;
        for (int b = 0; b < blocks.count(); b++) {
            freshOfStep += fresh(at, blocks.size(b));
        }
        int freshBefore = 0;
        for (int b = 0; b < blocks.count(); b++) {
            int fresh = fresh(at, blocks.size(b));
            for (int i = 0; i < blocks.size(b); i++) {
                int index = blocks.first(b) + i;
                int use = i / fresh;
                walk[index] = i % fresh;
                origin[index] = step - use * Math.min(walks.interval(), since / uses); // at first, spread over what there is
                long noise = origin[index] * room.batch() + blocks.first(b) + walk[index];
                long walks = origin[index] * freshOfStep + freshBefore + walk[index]; // without gaps: each pair has its turn
                samples.draw(index, pairs == 0 ? noise : walks % pairs);
                set(index, stage, stage.start(Stream.TRAJECTORY_TIME.uniform(room.seed(), noise * uses + use)));
            }
            freshBefore += fresh;
        }
        table.upload(kernels);
    }

    /** Brings the numbers of rows that were set to the device. */
    void upload(Kernels kernels) {
        table.upload(kernels);
    }

    /** Lets a sample learn at a point of its walk. */
    void set(int index, Stage stage, int i) {
        int j = stage.known(i);
        int e = stage.end(i);
        double alphaI = stage.alpha(schedule, i);
        double sigmaI = stage.sigma(schedule, i);
        double alphaJ = stage.alpha(schedule, j);
        double sigmaJ = stage.sigma(schedule, j);
        Prediction output = room.studentOutput();
        start[index] = i;
        known[index] = j;
        alpha.set(index, alphaI);
        sigma.set(index, sigmaI);
        knownAlpha.set(index, alphaJ);
        knownSigma.set(index, sigmaJ);
        networkStart.set(index, schedule.networkTime(stage.time(schedule, i)));
        networkKnown.set(index, schedule.networkTime(stage.time(schedule, j)));
        row.at(table.values(), bootstrap.at(index)).prediction(output, alphaJ, sigmaJ)
                .step(j == e ? 0 : stage.factor(schedule, j, e));
        factor[index] = weighting.weight(alphaI * alphaI / (sigmaI * sigmaI)) / room.batch();
        row.at(table.values(), goal.at(index)).prediction(0, 1).step(1 / stage.factor(schedule, i, e))
                .head(output.stateFactor(alphaI, sigmaI), output.outputFactor(alphaI, sigmaI))
                .gradient(2 * factor[index] / size);
        row.at(table.values(), absolute.at(index)).prediction(0, 0.5 / ROUND).step(1)
                .clip(factor[index] / size * Math.abs(output.outputFactor(alphaI, sigmaI)));
    }

    /** The losses of the step that is drawn. */
    Losses losses(BlockLoss squares, Kernels kernels) {
        squares.download(kernels);
        double total = 0;
        for (int i = 0; i < factor.length; i++) {
            total += squares.loss(i, factor[i]);
        }
        return Losses.of(total);
    }

    @Override
    public void close() {
        table.close();
    }
}
