package io.bootdistill.objective;

import io.bootdistill.device.Slice;
import io.bootdistill.lesson.Learner;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import java.util.Map;

/** A network that learns, whose weights stay as they are. */
public final class OnlineLearner implements Learner {

    private final Model model;
    public final Gradients gradients;
    public long begun = -1;

    OnlineLearner(Model model) {
        this.model = model;
        gradients = new Gradients(model);
    }

    @Override
    public Model model() {
        return model;
    }

    @Override
    public Gradients lane(int index) {
        return gradients;
    }

    @Override
    public void begin(long step) {
        begun = step;
    }

    @Override
    public void update() {}

    @Override
    public void end() {}

    @Override
    public Map<String, Slice> state() {
        return Map.of();
    }

    @Override
    public void restored() {}

    @Override
    public void close() {
        gradients.close();
        model.close();
    }
}
