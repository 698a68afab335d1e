/** The fast devices of BOOT Distill, {@code cpu} and {@code cuda}, which {@code io.bootdistill.core} finds as services. */
module io.bootdistill.natives {
    requires transitive io.bootdistill.core;
    requires org.bytedeco.javacpp;
    requires static org.bytedeco.cuda; // where cuDNN is asked for

    exports io.bootdistill.cpu;
    exports io.bootdistill.cuda;

    // what binds the library of JNI functions
    exports io.bootdistill.internal.natives to org.bytedeco.javacpp;
    exports io.bootdistill.internal.natives.presets to org.bytedeco.javacpp;

    provides io.bootdistill.device.DeviceProvider with
            io.bootdistill.cpu.CpuDeviceProvider,
            io.bootdistill.cuda.CudaDeviceProvider;
}
