package io.bootdistill.phase;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.objective.GivenNoise;
import io.bootdistill.objective.LessonRoom;
import java.util.List;

/** A lesson whose noises are given, one block of them, and whose samples can be set to learn where they should. */
final class GivenWalks implements AutoCloseable {

    final Model student;

    /** θ⁻. */
    final Model average;

    final LessonRoom room;
    final PhaseDraws draws;
    final PhaseLesson lesson;

    GivenWalks(Device device, Denoiser teacher, PhaseObjective objective, float... noises) {
        this(device, teacher, objective, null, noises);
    }

    GivenWalks(Device device, Denoiser teacher, PhaseObjective objective, Guidance guidance, float... noises) {
        this(device, teacher, new Mlp(1, 4, 1, 2 * teacher.condition().floats()), objective, guidance, noises);
    }

    GivenWalks(
            Device device, Denoiser teacher, Mlp student, PhaseObjective objective, Guidance guidance, float... noises) {
        Device given = new GivenNoise(device, noises);
        Graph network = Graph.of(student);
        this.student = new Model(network, given, true);
        average = new Model(network, given, false);
        room = new LessonRoom(TeacherModel.of(teacher), this.student, noises.length, noises.length, guidance);
        room.target = average;
        room.range = student.extras().isEmpty() ? room.range : new GuidanceRange(1, 4);
        Stages stages = new Stages(objective.key(), objective.stages(), new Assignment(0, 1000, ResidualWeighting.NONE));
        draws = new PhaseDraws(room, stages, options(objective));
        lesson = new PhaseLesson(room, ResidualWeighting.NONE, draws, options(objective));
    }

    static PhaseOptions options(PhaseObjective objective) {
        return new PhaseOptions(objective.walks(), objective.weighting(), objective.pairs(), objective.loss());
    }

    /** Lets all samples learn at a point of their walks. */
    Losses learn(int stage, int i) {
        draw(stage, i);
        return room.learn(lesson);
    }

    void draw(int stage, int i) {
        lesson.draw(draws.stages.first(stage), room.kernels());
        for (int row = 0; row < room.batch; row++) {
            draws.set(row, draws.stages.all.get(stage), i);
        }
        draws.upload(room.kernels());
    }

    /** x_i. */
    float[] states() {
        return room.values(room.worker().f());
    }

    /** F*. */
    float[] goals() {
        return room.values(room.worker().target());
    }

    /** F* as a line of x_i, through the first two samples. */
    Line goal(int stage, int i) {
        learn(stage, i);
        float[] x = states();
        float[] goal = goals();
        double slope = ((double) goal[1] - goal[0]) / ((double) x[1] - x[0]);
        return new Line(goal[0] - slope * x[0], slope);
    }

    /** A prediction at one time: what it is at 0, and how it grows with x. */
    record Line(double offset, double slope) {

        static Line of(GaussianTeacher teacher, double t) {
            double offset = teacher.predict(0, t);
            return new Line(offset, teacher.predict(1, t) - offset);
        }

        double at(double x) {
            return offset + slope * x;
        }
    }

    /** Makes a model predict a line at a time, by an output that is SiLU(z) − SiLU(−z) = z. */
    void become(Model model, Line line, double t) {
        become(model, -line.offset / t, (1 - line.slope) / t);
    }

    /** The same with an output p + q x, at any time. */
    void become(Model model, double p, double q) {
        model.load(parameter -> {
            float[] values = new float[parameter.size()];
            List<Double> given = switch (parameter.name()) {
                case "in.weight" -> List.of(q, -q);
                case "in.bias" -> List.of(p, -p);
                case "out.weight" -> List.of(1.0, -1.0);
                default -> List.<Double>of();
            };
            for (int i = 0; i < given.size(); i++) {
                values[i] = given.get(i).floatValue();
            }
            return values;
        });
    }

    @Override
    public void close() {
        lesson.close();
        room.close();
        average.close();
        student.close();
    }
}
