package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Crew;
import io.bootdistill.internal.training.NetworkLearner;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import java.util.List;

/**
 * What the lessons of a distillation are made from.
 *
 * @param clip the limit of the teacher's predictions; 0 for none
 * @param studentOutput what the student's output means
 * @param guidanceLabel what guidance leads away from; −1 for nothing
 * @param isTeacherMoving whether the teacher changes between steps
 */
record Room(
        DistillationConfig config, TeacherModel model, double clip, Prediction studentOutput, ConditionSource conditions,
        int guidanceLabel, boolean isTeacherMoving, TrainingState state, Crew crew, Reducer reducer) implements Classroom {

    @Override
    public long seed() {
        return config.seed();
    }

    @Override
    public int batch() {
        return crew.batch();
    }

    @Override
    public int block() {
        return crew.block();
    }

    @Override
    public int lanes() {
        return crew.lanes();
    }

    @Override
    public List<Worker> workers() {
        return crew.workers();
    }

    @Override
    public ImageShape shape() {
        return model.shape();
    }

    @Override
    public NoiseSchedule schedule() {
        return model.schedule();
    }

    @Override
    public ConditionShape condition() {
        return model.condition();
    }

    @Override
    public Prediction teacherOutput() {
        return crew.workers().get(0).teacher().prediction();
    }

    @Override
    public GuidanceRange guidance() {
        return config.guidance().range();
    }

    @Override
    public GuidanceInterval guidanceInterval() {
        return config.guidance().interval();
    }

    @Override
    public Model teacher() {
        return model.model();
    }

    @Override
    public Model student() {
        return state.student;
    }

    @Override
    public Model target() {
        return state.target;
    }

    @Override
    public boolean hasTwoTimes() {
        return config.hasTwoTimes();
    }

    @Override
    public boolean isDenoiser() {
        return config.fewSteps() != null;
    }

    @Override
    public Learner learner(Model network, OptimiserConfig optimiser, long steps, int blocks) {
        return new NetworkLearner(network, optimiser, steps, Math.min(lanes(), blocks), reducer, crew);
    }
}
