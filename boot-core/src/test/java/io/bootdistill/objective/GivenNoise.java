package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.Tensor;
import java.lang.reflect.Method;

/** A device whose noises are given: those of the first call, of the second, and so on in turn. For one thread. */
public final class GivenNoise extends PassingDevice {

    private final float[][] noises;
    private int calls;

    public GivenNoise(Device device, float[]... noises) {
        super(device);
        this.noises = noises;
    }

    @Override
    protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("noise")) {
            kernels.upload(noises[calls++ % noises.length], 0, ((Tensor) arguments[arguments.length - 1]).data());
            return null;
        }
        return super.call(kernels, method, arguments);
    }
}
