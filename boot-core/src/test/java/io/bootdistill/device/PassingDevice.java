package io.bootdistill.device;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A device that passes everything on to another, for those that differ from it in one thing. Thread-safe. */
public class PassingDevice implements Device {

    private final Device device;

    public PassingDevice(Device device) {
        this.device = device;
    }

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
    public long availableBytes() {
        return device.availableBytes();
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
    public boolean supports(Kernel kernel) {
        return device.supports(kernel);
    }

    @Override
    public Kernels openKernels() {
        Kernels kernels = device.openKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) ->
                        lacks(method) ? InvocationHandler.invokeDefault(proxy, method, arguments)
                                : call(kernels, method, arguments));
    }

    /** Whether these kernels are without a method of their own, so that its default is called. */
    protected boolean lacks(Method method) {
        return false;
    }

    /**
     * A call of these kernels.
     *
     * @param kernels the other device's
     * @param arguments null for none
     */
    protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
