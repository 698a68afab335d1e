// Graphs: a step is recorded once and launched as a whole.
#include "context.h"

#include <stdlib.h>

namespace boot {

struct Graph {
    const boot_functions* functions;  // the first field of what a handle points to
    cudaGraphExec_t executable;
    float* scratch;  // of the context that recorded it: the kernels hold its address
};

}  // namespace boot

using namespace boot;

// In a stream of its own: what other contexts put into the shared one meanwhile is none of the graph.
int32_t boot_cuda_capture_begin(boot_context context) {
    cudaStream_t own = nullptr;
    cudaError_t error = cudaStreamCreateWithFlags(&own, cudaStreamNonBlocking);
    if (error != cudaSuccess) {
        return status(error);
    }
    error = cudaStreamBeginCapture(own, cudaStreamCaptureModeThreadLocal);
    if (error != cudaSuccess) {
        cudaStreamDestroy(own);
        return status(error);
    }
    of(context).stream = own;
    return BOOT_OK;
}

int32_t boot_cuda_capture_end(boot_context context, boot_graph* graph) {
    cudaGraph_t recorded = nullptr;
    cudaError_t error = cudaStreamEndCapture(of(context).stream, &recorded);
    cudaStreamDestroy(of(context).stream);
    of(context).stream = of(context).shared_stream;
    Graph* created = static_cast<Graph*>(calloc(1, sizeof(Graph)));
    if (error == cudaSuccess && created != nullptr) {
        error = cudaGraphInstantiate(&created->executable, recorded, 0);
    }
    if (recorded != nullptr) {
        cudaGraphDestroy(recorded);
    }
    if (error != cudaSuccess || created == nullptr) {
        free(created);
        return error == cudaSuccess ? BOOT_OUT_OF_MEMORY : status(error);
    }
    created->functions = &boot_functions_of(context);
    created->scratch = of(context).scratch;
    of(context).scratch = nullptr;
    of(context).capacity = 0;
    *graph = reinterpret_cast<boot_graph>(created);
    return BOOT_OK;
}

int32_t boot_cuda_graph_launch(boot_context context, boot_graph graph) {
    return status(cudaGraphLaunch(reinterpret_cast<Graph*>(graph)->executable, of(context).stream));
}

int32_t boot_cuda_graph_destroy(boot_graph graph) {
    Graph* destroyed = reinterpret_cast<Graph*>(graph);
    const int32_t result = wait_for_calls();  // a launch may be on its way
    cudaGraphExecDestroy(destroyed->executable);
    cudaFree(destroyed->scratch);
    free(destroyed);
    return result;
}
