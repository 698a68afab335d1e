package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A device that passes everything on to another, but whose noise is given. */
record GivenNoise(Device device, float[] noise) implements Device {

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public DeviceMemory allocate(long floats) {
        return device.allocate(floats);
    }

    @Override
    public int workers(int wanted) {
        return device.workers(wanted);
    }

    @Override
    public double errorFactor(Kernel kernel) {
        return device.errorFactor(kernel);
    }

    @Override
    public Kernels openKernels() {
        Kernels kernels = device.openKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("noise")) {
                        kernels.upload(noise, 0, ((Tensor) arguments[arguments.length - 1]).data());
                        return null;
                    }
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
