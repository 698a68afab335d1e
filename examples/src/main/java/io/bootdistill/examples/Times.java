package io.bootdistill.examples;

import java.time.Duration;
import java.util.Locale;

/** Durations for people. */
final class Times {

    private Times() {}

    /** Minutes and seconds, hours where there are any: {@code 7:05}, {@code 1:00:00}. */
    static String clock(Duration time) {
        long hours = time.toHours();
        return hours == 0
                ? String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d:%02d", hours, time.toMinutesPart(), time.toSecondsPart());
    }
}
