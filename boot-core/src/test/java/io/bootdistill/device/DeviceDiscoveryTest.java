package io.bootdistill.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.DeviceDiscovery.Found;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider that throws, whatever and wherever, is one device that cannot be used; the others work. */
@Tag("fast")
class DeviceDiscoveryTest {

    @TempDir
    Path temp;

    @Test
    void errorInTheConstructor() throws IOException {
        requireRejected(FailingConstructor.class.getName(), FailingConstructor.class.getName(),
                "could not be instantiated, caused by java.lang.NoClassDefFoundError: constructor");
    }

    @Test
    void errorInTheName() throws IOException {
        requireRejected(FailingName.class.getName(), FailingName.class.getName(), "java.lang.AssertionError: name");
    }

    @Test
    void errorInThePriority() throws IOException {
        requireRejected(FailingPriority.class.getName(), "abacus", "java.lang.StackOverflowError: priority");
    }

    @Test
    void errorWhileOpening() throws IOException {
        requireRejected(FailingOpening.class.getName(), "abacus", "java.lang.UnsatisfiedLinkError: opening");
    }

    @Test
    void deviceThatIsNone() throws IOException {
        requireRejected(OpeningNothing.class.getName(), "abacus", "java.lang.NullPointerException");
    }

    @Test
    void classThatIsMissing() throws IOException {
        requireRejected("io.bootdistill.Absent", "unknown", "Provider io.bootdistill.Absent not found");
    }

    @Test
    void lineThatIsNoName() throws IOException {
        requireRejected("not a name", "unknown", "Illegal configuration-file syntax");
    }

    /** The reason is the device's own, as a sentence. */
    @Test
    void deviceThatSaysWhy() throws IOException {
        requireRejected(Unavailable.class.getName(), "abacus", "it has no beads");
    }

    /** Two providers that lack the same class, as where a jar is left out: the one after them is found. */
    @Test
    void sameErrorTwice() throws IOException {
        List<Found> candidates = candidates("lacking.First\nlacking.Second\n" + Working.class.getName());
        Found rejected = candidates.get(0);
        assertEquals("its provider could not be loaded: java.lang.NoClassDefFoundError: left/out", rejected.reason());
        assertEquals(List.of("unknown", "abacus", "reference"), candidates.stream().map(Found::name).toList());
        assertNotNull(candidates.get(1).device());
    }

    private void requireRejected(String line, String name, String reason) throws IOException {
        List<Found> candidates = candidates(line + "\n" + Working.class.getName());
        Found rejected = candidates.stream().filter(candidate -> candidate.device() == null).findFirst().orElseThrow();
        assertEquals(name, rejected.name());
        assertTrue(rejected.reason().contains(reason), rejected.reason());
        assertEquals(line.equals("not a name") ? 2 : 3, candidates.size(), candidates::toString);
        assertNotNull(candidates.stream().filter(found -> found.name().equals("reference")).findFirst().orElseThrow().device());
    }

    private List<Found> candidates(String services) throws IOException {
        Path file = temp.resolve("META-INF/services/" + DeviceProvider.class.getName());
        Files.createDirectories(file.getParent());
        Files.writeString(file, services);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {temp.toUri().toURL()}, DeviceDiscoveryTest.class.getClassLoader()) {
                    @Override
                    protected Class<?> findClass(String name) throws ClassNotFoundException {
                        if (name.startsWith("lacking.")) {
                            throw new NoClassDefFoundError("left/out");
                        }
                        return super.findClass(name);
                    }
                }) {
            return DeviceDiscovery.find(loader);
        }
    }

    /** What the failing providers fail to be. */
    public static class Working implements DeviceProvider {

        @Override
        public String name() {
            return "abacus";
        }

        @Override
        public int priority() {
            return 5;
        }

        @Override
        public Device open() throws DeviceUnavailableException {
            return Devices.named("reference");
        }
    }

    public static final class FailingConstructor extends Working {

        public FailingConstructor() {
            throw new NoClassDefFoundError("constructor");
        }
    }

    public static final class FailingName extends Working {

        @Override
        public String name() {
            throw new AssertionError("name");
        }
    }

    public static final class FailingPriority extends Working {

        @Override
        public int priority() {
            throw new StackOverflowError("priority");
        }
    }

    public static final class FailingOpening extends Working {

        @Override
        public Device open() {
            throw new UnsatisfiedLinkError("opening");
        }
    }

    public static final class OpeningNothing extends Working {

        @Override
        public Device open() {
            return null;
        }
    }

    public static final class Unavailable extends Working {

        @Override
        public Device open() throws DeviceUnavailableException {
            throw new DeviceUnavailableException("it has no beads");
        }
    }
}
