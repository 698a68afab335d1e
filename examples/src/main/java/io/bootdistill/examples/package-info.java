/**
 * The command line. {@link io.bootdistill.examples.Boot} is the entry; {@link io.bootdistill.examples.DistillCommand} and
 * {@link io.bootdistill.examples.SampleCommand} show how a program uses the library.
 */
package io.bootdistill.examples;

