package io.bootdistill.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the calls of a benchmark have done, beside the time they took: JMH reports it as time per unit. */
@AuxCounters
@State(Scope.Thread)
public class Work {

    /** Floating-point operations, by definition and not by algorithm. */
    public double flops;

    /** Bytes that had to be read or written; counted where no arithmetic is. */
    public double bytes;
}
