package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every operation of forward mode of the reference device against finite differences of its forward operation along the
 * tangents of all inputs at once, in float64.
 */
@Tag("fast")
class TangentTest {

    /** Along tangents of the norm 1; see {@link GradientTest} for the errors of the difference. */
    private static final double STEP = 1e-3;

    /** Of the derivative's norm. */
    private static final double TOLERANCE = 1e-8;

    private static final List<OperationCase> CASES = OperationCases.all().stream()
            .filter(operation -> !operation.moved().isEmpty() && operation.elements() < 20_000)
            .toList();

    @Test
    void everyOperationOfForwardModeIsChecked() {
        Set<Kernel> operations = Stream.of(Kernel.values())
                .filter(kernel -> kernel.toString().contains("Tangent")).collect(Collectors.toCollection(TreeSet::new));
        operations.remove(Kernel.TIME_EMBEDDING_TANGENT); // its angles are rounded to float32: a formula, see ReferenceEmbeddingTest
        assertEquals(operations, CASES.stream().map(OperationCase::operation).collect(Collectors.toCollection(TreeSet::new)));
    }

    @TestFactory
    Stream<DynamicNode> tangentsEqualFiniteDifferences() {
        return DeviceContract.forEachCase(CASES, operation -> {
            try (BoundCase bound = operation.bind(Devices.named("reference"))) {
                new Check(operation, bound, new Float64(operation, bound)).run();
            }
        });
    }

    /** One case on the reference device. */
    private record Check(OperationCase operation, BoundCase bound, Float64 values) {

        void run() {
            Map<String, double[]> at = new HashMap<>();
            Map<String, double[]> along = new HashMap<>();
            double squares = 0;
            for (String input : operation.moved()) {
                if (bound.operands().tensor(input) != null) {
                    at.put(input, values.read(input));
                    along.put(input, values.read(input + "Tangent"));
                    squares += Math.pow(Float64.norm(along.get(input)), 2);
                }
            }
            double length = Math.sqrt(squares);
            bound.forward(); // derived operands in full precision
            bound.call();
            double[] tangent = values.read("yTangent");
            double[] error = new double[tangent.length];
            double[] steps = {1, -1, 2, -2};
            double[] shares = {8, -8, -1, 1};
            for (int k = 0; k < steps.length; k++) {
                double[] y = moved(at, along, steps[k] * STEP / length);
                for (int e = 0; e < y.length; e++) {
                    error[e] += shares[k] * y[e] / (12 * STEP);
                }
            }
            for (int e = 0; e < error.length; e++) {
                error[e] -= tangent[e] / length;
            }
            double allowed = TOLERANCE * Math.max(1, Float64.norm(tangent) / length);
            assertTrue(Float64.norm(error) <= allowed,
                    operation + ": the tangent differs from the finite difference by " + Float64.norm(error) + ", allowed "
                            + allowed);
        }

        private double[] moved(Map<String, double[]> at, Map<String, double[]> along, double step) {
            at.forEach((input, from) -> {
                double[] to = from.clone();
                for (int e = 0; e < to.length; e++) {
                    to[e] += step * along.get(input)[e];
                }
                values.write(input, to);
            });
            bound.forward();
            return values.read("y");
        }
    }
}
