package io.bootdistill.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of this class path. Each is opened at most once per JVM; a device that cannot be used is remembered with its
 * reason. The system property {@value #PROPERTY} names the device that {@link #best()} has to be. Thread-safe.
 */
public final class Devices {

    /** System property with the name of the device to use: {@code cuda}, {@code cpu} or {@code reference}. */
    public static final String PROPERTY = "io.bootdistill.device";

    /**
     * One device of the class path.
     *
     * @param name the class of the provider, where it did not come to tell the device's name
     * @param device null where it cannot be used
     * @param reason why not, as a sentence; the description where it can
     */
    public record Candidate(String name, @Nullable Device device, String reason) {}

    private Devices() {}

    /**
     * The fastest device that can be used; {@code reference} always can. Where {@link #PROPERTY} is set, the device of that
     * name.
     *
     * @throws IllegalArgumentException if the property names no device, or one that cannot be used
     */
    public static Device best() {
        String forced = System.getProperty(PROPERTY);
        if (forced != null) {
            return find("system property " + PROPERTY, forced).device();
        }
        return candidates().stream()
                .map(Candidate::device)
                .filter(device -> device != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no device on the class path: boot-core is incomplete"));
    }

    /**
     * The device of that name.
     *
     * @throws IllegalArgumentException if there is none, or with the reason why it cannot be used
     */
    public static Device named(String name) {
        return find("device", name).device();
    }

    private static Candidate find(String source, String name) {
        List<String> names = new ArrayList<>();
        for (Candidate candidate : candidates()) {
            if (candidate.name().equals(name)) {
                if (candidate.device() == null) {
                    throw new IllegalArgumentException(source + " " + name + " cannot be used: " + candidate.reason());
                }
                return candidate;
            }
            names.add(candidate.name());
        }
        throw new IllegalArgumentException(source + " is " + name + ", must be one of " + names);
    }

    /** All devices, preferred ones first, with reasons. */
    public static List<Candidate> candidates() {
        return Holder.CANDIDATES;
    }

    /** One sentence: which device {@link #best()} is, and why the preferred ones are not. Throws what it throws. */
    public static String explanation() {
        String forced = System.getProperty(PROPERTY);
        if (forced != null) {
            return "using " + find("system property " + PROPERTY, forced).reason() + ", as system property " + PROPERTY + " asks";
        }
        StringBuilder text = new StringBuilder();
        for (Candidate candidate : candidates()) {
            if (candidate.device() != null) {
                return text.insert(0, "using " + candidate.reason()).toString();
            }
            text.append("; not ").append(candidate.name()).append(": ").append(candidate.reason());
        }
        return "no device can be used" + text;
    }

    private static final class Holder {

        static final List<Candidate> CANDIDATES = DeviceDiscovery.find(Devices.class.getClassLoader()).stream()
                .map(found -> new Candidate(found.name(), found.device(), found.reason()))
                .toList();
    }
}
