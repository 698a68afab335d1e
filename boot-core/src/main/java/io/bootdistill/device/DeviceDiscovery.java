package io.bootdistill.device;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Opens the devices of a class path. Whatever a provider throws, it becomes one device that cannot be used. */
final class DeviceDiscovery {

    /** Of a provider that did not come to tell its own: first, so that an explanation names it. */
    private static final int UNKNOWN_PRIORITY = Integer.MAX_VALUE;

    /** Where the same error comes so often in succession, the iterator does not go on. */
    private static final int MOST_REPEATED = 100;

    /**
     * What came of a provider.
     *
     * @param device null where it cannot be used
     * @param reason why not; the description where it can
     */
    record Found(int priority, String name, @Nullable Device device, String reason) {}

    private DeviceDiscovery() {}

    /** All devices, preferred ones first. */
    static List<Found> find(ClassLoader loader) {
        Iterator<ServiceLoader.Provider<DeviceProvider>> providers =
                ServiceLoader.load(DeviceProvider.class, loader).stream().iterator();
        List<Found> found = new ArrayList<>();
        String last = "";
        int repeated = 0;
        boolean more = true;
        while (more) {
            try {
                more = providers.hasNext();
                if (more) {
                    found.add(open(providers.next()));
                }
            } catch (Throwable e) { // after it, the iterator goes on
                repeated = e.toString().equals(last) ? repeated + 1 : 0; // several providers may lack the same class
                more = repeated < MOST_REPEATED;
                last = e.toString();
                if (repeated == 0) {
                    found.add(rejected(UNKNOWN_PRIORITY, "unknown", "its provider could not be loaded: " + text(e)));
                }
            }
        }
        found.sort(Comparator.comparingInt(Found::priority).reversed());
        return List.copyOf(found);
    }

    private static Found open(ServiceLoader.Provider<DeviceProvider> offered) {
        int priority = UNKNOWN_PRIORITY;
        String name = offered.type().getName();
        try {
            DeviceProvider provider = offered.get();
            name = Objects.requireNonNull(provider.name(), "name");
            priority = provider.priority();
            Device device = provider.open();
            return new Found(priority, name, device, device.description());
        } catch (DeviceUnavailableException e) {
            return rejected(priority, name, e.getMessage());
        } catch (Throwable e) { // a broken provider leaves the others alone
            return rejected(priority, name, "it failed to open: " + text(e));
        }
    }

    private static Found rejected(int priority, String name, String reason) {
        return new Found(priority, name, null, reason);
    }

    private static String text(Throwable failure) {
        return failure.getCause() == null ? failure.toString() : failure + ", caused by " + failure.getCause();
    }
}
