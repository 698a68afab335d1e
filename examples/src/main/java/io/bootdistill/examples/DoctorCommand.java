package io.bootdistill.examples;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Devices.Candidate;
import io.bootdistill.selftest.SelfTest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boot doctor}: which device is used here, why the others are not, and whether it calculates rightly. */
@Command(
        name = "doctor",
        header = "Tells which device is used here, and why others are not.",
        description = {"", "Look here first when something is slow or does not start.", ""})
final class DoctorCommand implements Callable<Integer> {

    @Option(
            names = "--self-test",
            description = "Compares every operation of the device with the next best device, and times it. Takes about 10"
                    + " seconds; exit code 1 if one fails.")
    private boolean selfTest;

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
        return selfTest ? report(SelfTest.of(Devices.best()), out) : Boot.OK;
    }

    /** Prints a self-test; returns the exit code that it asks for. */
    static int report(SelfTest test, PrintWriter out) {
        out.println();
        out.print(SelfTestReport.text(test));
        out.flush();
        return test.passed() ? Boot.OK : Boot.FAILED;
    }
}
