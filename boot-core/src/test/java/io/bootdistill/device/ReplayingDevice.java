package io.bootdistill.device;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** A device that makes captured calls again, as they were made the first time, and refuses transfers among them. For one thread. */
public final class ReplayingDevice extends PassingDevice {

    private record Call(Kernels kernels, Method method, Object[] arguments) {}

    private List<Call> recorded;
    private int captures;
    private int replays;

    public ReplayingDevice(Device device) {
        super(device);
    }

    /** How often calls were captured. */
    public int captures() {
        return captures;
    }

    /** How often captured calls were made again. */
    public int replays() {
        return replays;
    }

    @Override
    protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("capture")) {
            return capture((Runnable) arguments[0]);
        }
        if (recorded != null && method.getReturnType() == void.class) {
            if (List.of("upload", "download").contains(method.getName())) {
                throw new IllegalStateException("captured calls include a transfer");
            }
            recorded.add(new Call(kernels, method, arguments));
        }
        return super.call(kernels, method, arguments);
    }

    private Captured capture(Runnable calls) {
        List<Call> made = new ArrayList<>();
        recorded = made;
        try {
            calls.run();
        } finally {
            recorded = null;
        }
        captures++;
        return new Captured() {
            @Override
            public void replay() {
                replays++;
                for (Call call : made) {
                    try {
                        ReplayingDevice.super.call(call.kernels, call.method, call.arguments);
                    } catch (Throwable e) {
                        throw new AssertionError(call.method.getName(), e);
                    }
                }
            }

            @Override
            public void close() {}
        };
    }
}
