package io.bootdistill.examples.ablation;

import java.util.Locale;

/**
 * A figure of models.
 *
 * @param key its column in {@code ablation.csv}, and the name of its plots
 * @param title in a table
 * @param digits of its value there, after the point
 * @param factor between its value and what is shown: 100 for per cent
 * @param order whether recipes are ranked by it, and drawn
 */
record Measure(String key, String title, int digits, double factor, Order order) {

    private static final String NONE = "–";

    /** What is better. */
    enum Order {
        LESS, MORE, NOT_RANKED
    }

    static Measure of(String key, String title, int digits) {
        return new Measure(key, title, digits, 1, Order.NOT_RANKED);
    }

    /** A share. */
    static Measure percent(String key, String title) {
        return new Measure(key, title + ", %", 1, 100, Order.NOT_RANKED);
    }

    /** The same as one that recipes are ranked by. */
    Measure ranked(Order order) {
        return new Measure(key, title, digits, factor, order);
    }

    boolean isRanked() {
        return order != Order.NOT_RANKED;
    }

    /** A number that is the smaller the better; the greatest where the value is not known. */
    double rank(double value) {
        return Double.isNaN(value) ? Double.MAX_VALUE : order == Order.MORE ? -value : value;
    }

    /** A value as it stands in a table. */
    String text(double value) {
        return number("%." + digits + "f", factor * value);
    }

    /** A number, or what stands for none. */
    static String number(String format, double value) {
        return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, format, value);
    }

    /** The picture of its course, where that is of some budget, or of all. */
    String plot(String where) {
        return key.replace('_', '-') + where + ".png";
    }
}
