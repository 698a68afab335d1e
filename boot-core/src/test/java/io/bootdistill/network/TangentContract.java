package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives of whole networks by the time, on a device and on the reference device; a device's tests extend this class. */
public abstract class TangentContract {

    /** Of the norm: some hundred operations in a row, each exact to float32, of which norms and softmax amplify. */
    private static final double TOLERANCE = 2e-4;

    protected abstract Device device();

    static Stream<String> networks() {
        return TangentRun.NETWORKS.stream();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void followsTheReference(String network) throws IOException {
        double time = TangentRun.isFourier(network) ? 1.25 : 40.5;
        float[] expected;
        try (TangentRun run = TangentRun.of(network, Devices.named("reference"))) {
            expected = run.values(run.run(time, 1, -2).plan.yTangent().data());
        }
        try (TangentRun run = TangentRun.of(network, device())) {
            float[] actual = run.values(run.run(time, 1, -2).plan.yTangent().data());
            double squares = 0;
            double norm = 0;
            for (int i = 0; i < expected.length; i++) {
                squares += Math.pow((double) actual[i] - expected[i], 2);
                norm += Math.pow(expected[i], 2);
            }
            double error = Math.sqrt(squares / norm);
            System.getLogger(getClass().getName()).log(System.Logger.Level.INFO,
                    "{0} on {1}: used {2} of the tolerance", network, device().description(), error / TOLERANCE);
            assertTrue(error <= TOLERANCE, network + ": relative error " + error + ", allowed " + TOLERANCE);
        }
    }
}
