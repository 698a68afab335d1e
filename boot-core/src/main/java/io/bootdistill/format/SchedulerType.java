package io.bootdistill.format;

/** The supported schedulers. */
public enum SchedulerType {
    DDPM,
    DDIM;

    /** As the file names it. */
    String className() {
        return name() + "Scheduler";
    }
}
