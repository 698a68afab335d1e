package io.bootdistill.examples.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** An axis: where a value is drawn, and which values are labelled. */
record Scale(double from, double to, double start, double end, boolean logarithmic, List<Double> ticks) {

    private static final int TICKS = 5;

    /** From a round number at most {@code least} to {@code most}, ticks at multiples of 1, 2 or 5. */
    static Scale linear(double least, double most, double start, double end) {
        double rough = (most - least) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
        List<Double> ticks = new ArrayList<>();
        double first = Math.floor(least / step);
        for (double k = first; k * step <= most * (1 + 1e-9); k++) {
            ticks.add(k * step);
        }
        return new Scale(first * step, most, start, end, false, List.copyOf(ticks));
    }

    /** Around the values, ticks at 1, 2 and 5 times powers of ten, powers alone where that is too many. */
    static Scale logarithmic(double least, double most, double start, double end) {
        double from = least / 1.1;
        double to = most * 1.1;
        List<Double> fine = new ArrayList<>();
        List<Double> coarse = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
            for (int digit : new int[] {1, 2, 5}) {
                double tick = digit * Math.pow(10, power);
                if (tick >= from && tick <= to) {
                    fine.add(tick);
                    if (digit == 1) {
                        coarse.add(tick);
                    }
                }
            }
        }
        return new Scale(from, to, start, end, true, List.copyOf(fine.size() > 2 * TICKS ? coarse : fine));
    }

    /** Where a value is drawn. */
    double place(double value) {
        double share = logarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
        return start + share * (end - start);
    }

    /** A tick as text, without what rounding adds. */
    static String text(double tick) {
        BigDecimal rounded = new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros();
        return tick == 0 ? "0" : Math.abs(rounded.scale()) <= 6 ? rounded.toPlainString() : rounded.toString();
    }
}
