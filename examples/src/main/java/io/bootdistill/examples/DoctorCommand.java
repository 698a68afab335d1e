package io.bootdistill.examples;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Devices.Candidate;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code boot doctor}: which device is used here, and why the others are not. */
@Command(
        name = "doctor",
        header = "Tells which device is used here, and why others are not.",
        description = {"", "Look here first when something is slow or does not start.", ""})
final class DoctorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        out.println("Java       " + System.getProperty("java.runtime.version") + ", " + System.getProperty("java.home"));
        out.println("system     " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + runtime.availableProcessors() + " processors, Java heap up to " + (runtime.maxMemory() >> 20) + " MiB");
        for (Candidate candidate : Devices.candidates()) {
            boolean usable = candidate.device() != null;
            out.println("device     " + candidate.name() + (usable ? ": can be used, " : ": CANNOT be used, ")
                    + candidate.reason());
        }
        out.println("so         " + Devices.explanation());
        out.flush();
        return Boot.OK;
    }
}
