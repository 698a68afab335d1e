package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import java.util.Map;

/** A network of a lesson's own, beside that of the run. */
public final class NetworkLearner implements Learner {

    private final Scope scope = new Scope();
    private final TrainingState state;
    private final Optimiser optimiser;
    private final Kernels[] contexts;

    /** @param model taken over, also where this fails */
    public NetworkLearner(Model model, OptimiserConfig config, long steps, int lanes, Reducer reducer, Crew crew) {
        contexts = crew.contexts();
        state = scope.own(new TrainingState(model));
        try {
            optimiser = scope.own(new Optimiser(config, Rounds.one(steps), crew.batch(), state, lanes, reducer, contexts, crew.pool()));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    @Override
    public Model model() {
        return state.student;
    }

    @Override
    public Gradients lane(int index) {
        return optimiser.lane(index);
    }

    @Override
    public void begin(long step) {
        optimiser.begin(step);
    }

    @Override
    public void update() {
        optimiser.update();
    }

    @Override
    public void end() {
        optimiser.end();
    }

    @Override
    public Map<String, Slice> state() {
        return Map.of("weights", state.student.parameters(), "m", state.m(), "v", state.v());
    }

    @Override
    public void restored() {
        state.student.prepare(contexts[0], 0, 1);
    }

    @Override
    public void close() {
        scope.close();
    }
}
