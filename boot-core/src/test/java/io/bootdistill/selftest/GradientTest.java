package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Philox;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every backward operation of the reference device against finite differences of its forward operation, in float64: with
 * L = Σ dy·y, the derivative of L in a direction v must be gradient·v.
 */
@Tag("fast")
class GradientTest {

    /** Fourth-order central differences: the error is about h⁴ = 1e-12 from the formula and 1e-16/h = 1e-13 from rounding. */
    private static final double STEP = 1e-3;

    /** Of the gradient's norm; leaves room for the fifth derivatives of a normalisation over few values. */
    private static final double TOLERANCE = 1e-8;

    private static final int DIRECTIONS = 3;

    private static final List<OperationCase> CASES = OperationCases.all().stream()
            .filter(operation -> !operation.differentiated().isEmpty() && operation.elements() < 20_000)
            .toList();

    @Test
    void everyBackwardOperationIsChecked() {
        assertEquals(
                Stream.of(Kernel.values()).filter(kernel -> kernel.toString().contains("Backward")).collect(Collectors.toSet()),
                CASES.stream().map(OperationCase::operation).collect(Collectors.toSet()));
        assertEquals(Set.of("x", "weights", "bias", "shift", "gamma", "beta", "scale", "gate", "q", "k", "v", "table", "p"),
                CASES.stream().flatMap(operation -> operation.differentiated().stream()).collect(Collectors.toSet()));
    }

    @TestFactory
    Stream<DynamicNode> gradientsEqualFiniteDifferences() {
        return DeviceContract.forEachCase(CASES, operation -> {
            try (BoundCase bound = operation.bind(Devices.named("reference"))) {
                new Check(operation, bound, new Float64(operation, bound)).run();
            }
        });
    }

    /** One case on the reference device. */
    private record Check(OperationCase operation, BoundCase bound, Float64 values) {

        void run() {
            bound.forward(); // derived operands in full precision
            double[] baseOfDx = values.read(bound.operands().tensor("base") == null ? "dx" : "base");
            List<String> inputs =
                    operation.differentiated().stream().filter(name -> bound.operands().tensor(name) != null).toList();
            List<double[]> before = inputs.stream().map(name -> before(name, baseOfDx)).toList();
            bound.call();
            for (int i = 0; i < inputs.size(); i++) {
                double[] gradient = values.read(gradientOf(inputs.get(i)));
                for (int e = 0; e < gradient.length; e++) {
                    gradient[e] -= before.get(i)[e];
                }
                requireGradient(inputs.get(i), gradient);
            }
        }

        /** What the call adds the gradient to. */
        private double[] before(String input, double[] baseOfDx) {
            String gradient = gradientOf(input);
            boolean base = gradient.equals("dx") && bound.operands().tensor("base") != null;
            Operand operand = operation.operand(gradient);
            boolean added = base || operand.role() == Operand.Role.UPDATED;
            double[] zeros = new double[operand.rows(operation.samples()) * operand.channels()];
            return base ? baseOfDx : added ? values.read(gradient) : zeros;
        }

        private void requireGradient(String input, double[] gradient) {
            double norm = Float64.norm(gradient);
            boolean single = gradient.length <= 64; // every element by itself
            for (int i = 0; i < (single ? gradient.length : DIRECTIONS); i++) {
                double[] direction = new double[gradient.length];
                double expected = 0;
                for (int e = 0; e < direction.length; e++) {
                    direction[e] = single ? (e == i ? 1 : 0) : Philox.normal(i, input.hashCode(), e);
                }
                double length = Float64.norm(direction);
                for (int e = 0; e < direction.length; e++) {
                    direction[e] /= length;
                    expected += gradient[e] * direction[e];
                }
                double difference = derivative(input, direction);
                double allowed = TOLERANCE * Math.max(1, norm);
                assertTrue(Math.abs(difference - expected) <= allowed,
                        operation + ": " + gradientOf(input) + " in direction " + i + " is " + expected
                                + ", finite difference " + difference + ", allowed " + allowed);
            }
        }

        private double derivative(String input, double[] direction) {
            double[] at = values.read(input);
            double near = loss(input, at, direction, STEP) - loss(input, at, direction, -STEP);
            double far = loss(input, at, direction, 2 * STEP) - loss(input, at, direction, -2 * STEP);
            values.write(input, at);
            return (8 * near - far) / (12 * STEP);
        }

        private double loss(String input, double[] at, double[] direction, double step) {
            double[] moved = at.clone();
            for (int e = 0; e < moved.length; e++) {
                moved[e] += step * direction[e];
            }
            values.write(input, moved);
            bound.forward();
            double[] y = values.read("y");
            double[] dy = values.read("dy");
            double sum = 0;
            for (int e = 0; e < y.length; e++) {
                sum += dy[e] * y[e];
            }
            return sum;
        }

        private static String gradientOf(String input) {
            return "d" + (input.length() == 1 ? input : Character.toUpperCase(input.charAt(0)) + input.substring(1));
        }
    }
}
