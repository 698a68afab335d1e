package io.bootdistill.network;

import static io.bootdistill.reference.Arrays64.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward mode through whole networks, in float64. */
@Tag("fast")
class PlanTangentTest {

    private final Device device = Devices.named("reference");

    static Stream<String> networks() {
        return TangentRun.NETWORKS.stream();
    }

    /**
     * The tangent is the central difference of fourth order, at times where the angles of the embedding are exact, or nearly
     * so. They are float32: at t = 0 and steps that are powers of two, the products t·ω are exact; at ln t = 0 they are off by
     * some 2⁻²⁴ of what they differ by; at other times by that of what they are.
     */
    @ParameterizedTest
    @MethodSource("networks")
    void isTheCentralDifference(String network) throws IOException {
        try (TangentRun run = TangentRun.of(network, device)) {
            if (TangentRun.isFourier(network)) { // frequencies up to 2π·ω = 100 or so
                check(network, run, 1, 0x1p-13, 8 * 0x1p-24, Math.pow(100 * 0x1p-13, 4));
                check(network, run, 2, 0x1p-9, 8 * 0x1p-24 * 2 * Math.log(2) / 0x1p-9, Math.pow(50 * 0x1p-9, 4));
            } else {
                check(network, run, 0, 0x1p-8, 0, 0x1p-32);
                check(network, run, 3, 0x1p-4, 8 * 0x1p-24 * 3 / 0x1p-4, 0x1p-16);
            }
        }
    }

    /** rounding and truncation: the errors of the difference, relative to the norm. */
    private static void check(String network, TangentRun run, double time, double h, double rounding, double truncation) {
        double[] tangent = read(run.run(time, 1, 1).plan.yTangent().data());
        double[] y = read(run.plan.y().data());
        double[] error = new double[tangent.length];
        double[] steps = {1, -1, 2, -2};
        double[] shares = {8, -8, -1, 1};
        for (int k = 0; k < steps.length; k++) {
            double[] moved = read(run.run(time + steps[k] * h, 0, 0).plan.y().data());
            for (int i = 0; i < error.length; i++) {
                error[i] += shares[k] * moved[i] / (12 * h);
            }
        }
        for (int i = 0; i < error.length; i++) {
            error[i] -= tangent[i];
        }
        double allowed = (rounding + truncation) * norm(tangent) + 0x1p-50 / h * norm(y);
        System.getLogger(PlanTangentTest.class.getName()).log(System.Logger.Level.INFO,
                "{0} at {1}: {2} of the tolerance", network, time, norm(error) / allowed);
        assertTrue(norm(tangent) > 0);
        assertTrue(norm(error) <= allowed, network + " at " + time + ": the tangent differs from the difference by "
                + norm(error) + ", its norm is " + norm(tangent) + ", allowed " + allowed);
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    /** Each sample has a speed of its own, to which its tangent is proportional; y is that of inference. */
    @ParameterizedTest
    @MethodSource("networks")
    void isLinear(String network) throws IOException {
        try (TangentRun run = TangentRun.of(network, device)) {
            double[] one = read(run.run(2, 1, 1).plan.yTangent().data());
            double[] y = read(run.plan.y().data());
            double[] other = read(run.run(2, -3, 0).plan.yTangent().data());
            int half = one.length / 2;
            double allowed = 1e-13 * norm(one);
            for (int i = 0; i < one.length; i++) {
                assertEquals(i < half ? -3 * one[i] : 0, other[i], allowed, network + " " + i);
            }
            assertArrayEquals(y, read(run.plan.y().data()), "inputs survive a run");
        }
    }

    private record Small(Function<GraphBuilder, Value> body) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 3, 3);
        }

        @Override
        public int outputChannels() {
            return 2;
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return body.apply(graph);
        }
    }

    private static Value time(GraphBuilder graph) {
        return graph.linear("time", graph.timeEmbedding(graph.scalar("t"), new float[] {1, 0.5f}, true), 2, null);
    }

    /** What does not depend on the time has a tangent of zero, where one is read. */
    @Test
    void constantsHaveTheTangentZero() {
        Function<GraphBuilder, Value> timeless = graph -> graph.conv("a", graph.x(), 2);
        try (TangentRun run = new TangentRun(new Small(timeless), device)) {
            assertArrayEquals(new double[TangentRun.N * 18], read(run.run(1, 1, 1).plan.yTangent().data()));
        }
        Function<GraphBuilder, Value> input = graph -> graph.conv("a", graph.x(), 2, 1, 1, time(graph), null);
        try (TangentRun run = new TangentRun(new Small(input), device)) {
            check("a convolution of the input", run, 0, 0x1p-8, 0, 0x1p-32);
            check("a convolution of the input", run, 0, 0x1p-8, 0, 0x1p-32);
        }
        Function<GraphBuilder, Value> joined = graph -> graph.conv("b", graph.concat(
                graph.conv("c", graph.x(), 1), graph.conv("d", graph.x(), 2, 1, 1, time(graph), null)), 2);
        try (TangentRun run = new TangentRun(new Small(joined), device)) {
            check("a concatenation", run, 0, 0x1p-8, 0, 0x1p-32);
            check("a concatenation", run, 0, 0x1p-8, 0, 0x1p-32);
        }
    }
}
