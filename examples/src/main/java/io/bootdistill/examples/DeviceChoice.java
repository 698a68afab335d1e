package io.bootdistill.examples;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Devices.Candidate;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Which device a command runs on. */
final class DeviceChoice {

    private static final String CPU = "cpu";

    private DeviceChoice() {}

    /**
     * The device to train on: the one asked for, else a fast one.
     *
     * @param name null for the fastest
     */
    static Device forTraining(String name, CommandLine command) {
        if (name != null) {
            return named(name, command);
        }
        Device best = Devices.best();
        Candidate cpu = find(CPU);
        if (best.name().equals("reference") && cpu != null && cpu.device() == null) {
            throw new Failure("the cpu device cannot be used: " + cpu.reason() + ". Without a C++ compiler, install one and run"
                    + " this again: sudo apt-get install g++ make. Or use plain Java, about a hundred times slower:"
                    + " --device reference");
        }
        return best;
    }

    private static Device named(String name, CommandLine command) {
        List<String> names = Devices.candidates().stream().map(Candidate::name).toList();
        if (!names.contains(name)) {
            throw new ParameterException(command, "--device is " + name + ", must be one of " + names);
        }
        return Devices.named(name);
    }

    private static Candidate find(String name) {
        return Devices.candidates().stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
    }
}
