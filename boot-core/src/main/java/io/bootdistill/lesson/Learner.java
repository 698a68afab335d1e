package io.bootdistill.lesson;

import io.bootdistill.device.Slice;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Model;
import java.util.Map;

/**
 * A network that learns, with its optimiser: gradient lanes, moments and update. Lessons have one for each network of their
 * own. All workers share an update; its result does not depend on their number.
 */
public interface Learner extends AutoCloseable {

    Model model();

    /** Where the gradient of blocks b with b mod lanes = index is summed. */
    Gradients lane(int index);

    /** Sets the numbers of a step, from 0 on. */
    void begin(long step);

    /** Updates the weights by the sum of the lanes: the same calls each time, without a transfer. */
    void update();

    /** Fetches the figures of the update. */
    void end();

    /** Weights and moments by name, for a checkpoint. */
    Map<String, Slice> state();

    /** Derives what the device keeps of the weights, after they were read. */
    void restored();

    @Override
    void close();
}
