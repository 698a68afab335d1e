package io.bootdistill.internal.sampling;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.network.Plan;
import java.util.Arrays;

/** What is the same for all samples of a block in a call: the network's times, and the numbers of the signal. For one thread. */
final class CallNumbers {

    private final NoiseSchedule schedule;
    private final Plan plan;
    private final Kernels kernels;
    private final Slice coefficients;
    private final SignalRow row = new SignalRow();
    private final float[] numbers;
    private final float[] networkTimes;

    /**
     * All stay the caller's.
     *
     * @param coefficients written, {@link SignalCoefficients#COUNT} for each sample of the block
     */
    CallNumbers(NoiseSchedule schedule, Plan plan, Kernels kernels, Slice coefficients, int block) {
        this.schedule = schedule;
        this.plan = plan;
        this.kernels = kernels;
        this.coefficients = coefficients;
        numbers = new float[block * SignalCoefficients.COUNT];
        networkTimes = new float[block];
    }

    Slice coefficients() {
        return coefficients;
    }

    /** Numbers to be set, then uploaded; those of the call before at first. */
    SignalRow row() {
        return row.at(numbers, 0);
    }

    void upload() {
        for (int i = SignalCoefficients.COUNT; i < numbers.length; i += SignalCoefficients.COUNT) {
            System.arraycopy(numbers, 0, numbers, i, SignalCoefficients.COUNT);
        }
        kernels.upload(numbers, 0, coefficients);
    }

    /** @param scalar the network's input */
    void uploadTime(String scalar, double time) {
        Arrays.fill(networkTimes, (float) schedule.networkTime(time));
        kernels.upload(networkTimes, 0, plan.scalar(scalar).data());
    }
}
