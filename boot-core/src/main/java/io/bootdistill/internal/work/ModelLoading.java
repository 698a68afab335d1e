package io.bootdistill.internal.work;

import io.bootdistill.device.Kernels;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterSource;
import io.bootdistill.network.ParameterWriter;
import java.util.ArrayList;
import java.util.List;

/** Fills a model with weights by several workers, a parameter at a time each. */
public final class ModelLoading {

    /** More would wait for the memory, and take two megabytes of the heap each. */
    private static final int MOST_WORKERS = 8;

    private ModelLoading() {}

    /**
     * Reads all parameters and prepares the weights.
     *
     * @param source of any thread at once, each parameter from its first element to its last
     */
    public static void load(Model model, ParameterSource source) {
        int workers = Math.min(MOST_WORKERS, model.device().workers(Runtime.getRuntime().availableProcessors()));
        List<Parameter> parameters = model.graph().layout().all();
        List<Kernels> kernels = new ArrayList<>();
        List<ParameterWriter> writers = new ArrayList<>();
        try (Scope scope = new Scope()) {
            for (int i = 0; i < workers; i++) {
                kernels.add(scope.own(model.device().openKernels()));
                writers.add(new ParameterWriter(model, kernels.get(i)));
            }
            WorkerPool pool = scope.own(new WorkerPool(workers));
            pool.run(parameters.size(), (worker, task) -> writers.get(worker).write(parameters.get(task), source));
            pool.run(workers, (worker, task) -> model.prepare(kernels.get(worker), task, workers));
        }
    }
}
