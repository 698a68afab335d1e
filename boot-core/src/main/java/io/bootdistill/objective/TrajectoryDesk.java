package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TrajectoryInputs;
import io.bootdistill.lesson.Classroom;

/**
 * What a block of a {@link TrajectoryLesson} needs besides.
 *
 * @param noise ε
 * @param inputs what the teacher is given along the trajectories of its new noises
 */
record TrajectoryDesk(Tensor noise, TrajectoryInputs inputs) {

    /**
     * Those of all blocks.
     *
     * @param scope owns what is made
     */
    static TrajectoryDesk[] of(Classroom room, TrajectoryDraws draws, Block[] blocks, Scope scope) {
        TrajectoryDesk[] desks = new TrajectoryDesk[blocks.length];
        int size = room.shape().size();
        DeviceMemory memory = scope.own(room.student().device().allocate((long) room.batch() * size));
        for (Block block : blocks) {
            Slice images = memory.slice((long) block.from() * size, (long) block.samples() * size);
            TrajectoryInputs inputs = scope.own(new TrajectoryInputs(room.schedule(), room.condition().floats(),
                    draws.trajectory(), room.teacherOutput(), room.clip(), room.guidanceInterval(), room.student().device(),
                    draws.fresh(room.block())));
            desks[block.index()] = new TrajectoryDesk(Tensor.of(images, room.shape().channels()), inputs);
        }
        return desks;
    }
}
