package io.bootdistill.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That nothing stays behind: each method reaches the other device, those with a default, too. */
@Tag("fast")
class PassingDeviceTest {

    private final List<Method> reached = new ArrayList<>();

    @Test
    void everyMethodOfADeviceIsPassedOn() throws ReflectiveOperationException {
        requirePassedOn(Device.class, new PassingDevice(noting(Device.class)));
    }

    @Test
    void everyMethodOfItsKernelsIsPassedOn() throws ReflectiveOperationException {
        requirePassedOn(Kernels.class, new PassingDevice(noting(Device.class)).openKernels());
    }

    private void requirePassedOn(Class<?> type, Object passing) throws ReflectiveOperationException {
        for (Method method : type.getMethods()) {
            reached.clear();
            method.invoke(passing, Arrays.stream(method.getParameterTypes()).map(this::any).toArray());
            assertEquals(List.of(method), reached);
        }
    }

    /** Notes the methods that are called, and answers anything. */
    private <T> T noting(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            reached.add(method);
            return any(method.getReturnType());
        }));
    }

    private Object any(Class<?> type) {
        if (type == Kernels.class) {
            return noting(Kernels.class);
        }
        return type == void.class ? null : Array.get(Array.newInstance(type, 1), 0);
    }

    @Test
    void whatTheKernelsThrowIsThrown() {
        RuntimeException thrown = new IllegalStateException("lost");
        try (Kernels kernels = new PassingDevice(Devices.named("reference")).openKernels()) {
            assertSame(thrown, assertThrows(IllegalStateException.class, () -> kernels.capture(() -> {
                throw thrown;
            })));
        }
    }
}
