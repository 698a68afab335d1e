package io.bootdistill.examples;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.lesson.UpdateRule;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a run takes of a machine besides its time, for networks that are large beside it. */
final class SizeOptions {

    @Option(names = "--held-out", paramLabel = "N",
            description = "Noises that the student is compared with the teacher on; 0 for none. Default: as many as take a tenth of"
                    + " the run, 16 to 1,000, or none where fewer fit.")
    private Integer heldOut;

    @Option(names = "--block", paramLabel = "N",
            description = "Images that a worker takes through the networks at once. Default: 16, or fewer for a large network.")
    private Integer block;

    @Option(names = "--lanes", paramLabel = "N",
            description = "Gradient sums, each as large as the network; at most so many workers train. Default: 8, or fewer for a"
                    + " large network.")
    private Integer lanes;

    @Option(names = "--optimiser", paramLabel = "O",
            description = "muon, or adam (AdamW), which needs a little less memory. Default: muon, or the recipe's.")
    private String optimiser;

    @Option(names = "--no-corrector",
            description = "Leaves out the corrector, which trains a second network in the last quarter of a run.")
    private boolean noCorrector;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Sets what was given. */
    void set(DistillationConfig.Builder builder) {
        if (heldOut != null) {
            Arguments.require(spec, heldOut >= 0 && heldOut <= 1 << 20, "--held-out", heldOut, "0 … 1,048,576");
            builder.heldOut(heldOut);
        }
        if (block != null) {
            Arguments.require(spec, block >= 1 && block <= 4096, "--block", block, "1 … 4,096");
            builder.block(block);
        }
        if (lanes != null) {
            Arguments.require(spec, lanes >= 1 && lanes <= 256, "--lanes", lanes, "1 … 256");
            builder.lanes(lanes);
        }
        if (optimiser != null) {
            Arguments.require(spec, optimiser.equals("adam") || optimiser.equals("muon"), "--optimiser", optimiser, "adam or muon");
            builder.optimiser(builder.build().optimiser()
                    .withRule(optimiser.equals("adam") ? UpdateRule.ADAM : UpdateRule.MUON));
        }
        if (noCorrector) {
            builder.noCorrector();
        }
    }
}
