package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.util.function.Function;

/** A classroom whose networks are never called, for what is drawn: 32 samples of five values, in five blocks of at most 7. */
final class DrawingRoom implements AutoCloseable {

    static final int BATCH = 32;
    static final int BLOCK = 7;
    static final int IMAGE_SIZE = 5;

    /** Pure noise at the last index: t_max is the one before it. */
    final NoiseSchedule schedule = new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0});

    final LessonRoom room;
    private final Scope scope = new Scope();

    DrawingRoom() {
        Device device = Devices.named("reference");
        Model student = scope.own(new Model(Graph.of(new Mlp(IMAGE_SIZE, 8, 1, 4)), device, true));
        TeacherModel teacher = new TeacherModel(new Absent(schedule), null, Prediction.V, null, null);
        room = scope.own(new LessonRoom(teacher, student, BATCH, BLOCK, null));
        room.seed = 5;
        room.conditions = ConditionSource.labels(4, 3, 0.1);
    }

    private record Absent(NoiseSchedule schedule) implements Denoiser {

        @Override
        public ImageShape shape() {
            return new ImageShape(IMAGE_SIZE, 1, 1);
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Label(4);
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            throw new AssertionError("nothing is to be predicted");
        }
    }

    /** Steps of a lesson, from the first on. */
    static Assignment steps(long first, long steps) {
        return new Assignment(first, steps, ResidualWeighting.NONE);
    }

    Kernels kernels() {
        return room.kernels();
    }

    /** What an objective draws; closed with the room. */
    Drawn draws(Bootstrap objective, Assignment assignment) {
        room.twoTimes = objective.hasTwoTimes();
        return new Drawn(scope.own(new BootstrapDraws(
                room, assignment, objective.solver(), objective.delta(), objective.times(),
                new BootstrapLoss(objective.weighting(), objective.boundary()), objective.restartShare())));
    }

    /** What regression draws; closed with the room. */
    TrajectoryDraws draws(Trajectories objective, Assignment assignment) {
        room.twoTimes = objective.hasTwoTimes();
        return scope.own(new TrajectoryDraws(room, assignment, objective.steps(), objective.uses(), objective.interval(),
                objective.end(), objective.restartShare(), objective.ownStates()));
    }

    /** A column of all rows, from device memory. */
    float[] column(Block[] blocks, Function<Block, Slice> part) {
        float[] whole = new float[0];
        int at = 0;
        for (Block block : blocks) {
            float[] values = room.values(part.apply(block));
            whole = whole.length == 0 ? new float[values.length / block.samples() * BATCH] : whole;
            System.arraycopy(values, 0, whole, at, values.length);
            at += values.length;
        }
        return whole;
    }

    /** Draws with their blocks, by rows of the batch. */
    final class Drawn {

        final BootstrapDraws draws;
        final Block[] blocks;
        final BatchRows rows;
        final double[] t;
        final double[] s;

        Drawn(BootstrapDraws draws) {
            this.draws = draws;
            blocks = draws.open();
            rows = draws.rows;
            t = blocks[0].atT().times();
            s = blocks[0].atS().times();
        }

        void draw(long step) {
            draws.draw(step, kernels());
        }

        float coefficient(int row, int place) {
            return draws.table.values()[draws.coefficients.at(row) + place];
        }

        float[] column(Function<Block, Slice> part) {
            return DrawingRoom.this.column(blocks, part);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
