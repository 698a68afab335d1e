package io.bootdistill;

import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners, whose failures are theirs: they are logged, and the run goes on. */
final class Notifications {

    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);

    private Notifications() {}

    /** A call of a listener. */
    @FunctionalInterface
    interface Call {
        void run() throws Exception;
    }

    static void tell(String what, Call call) {
        try {
            call.run();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.warn("the listener failed at {}; the run goes on", what, e);
        }
    }

    /** Whether a listener asks to stop; a failure does not. */
    static boolean ask(BooleanSupplier shouldStop) {
        try {
            return shouldStop.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.warn("the listener failed at shouldStop; the run goes on", e);
            return false;
        }
    }
}
