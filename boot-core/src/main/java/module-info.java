/**
 * Data-free distillation of diffusion models into one-step generators.
 *
 * <p>EJML, which has no module name, is no part of the module graph: it lies in this module's own jar.
 */
@SuppressWarnings("module") // boot-native, which is compiled later, is named below
module io.bootdistill.core {
    requires com.google.gson;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires transitive java.desktop;

    exports io.bootdistill;
    exports io.bootdistill.config;
    exports io.bootdistill.device;
    exports io.bootdistill.diffusion;
    exports io.bootdistill.error;
    exports io.bootdistill.format;
    exports io.bootdistill.lesson;
    exports io.bootdistill.matching;
    exports io.bootdistill.metric;
    exports io.bootdistill.network;
    exports io.bootdistill.network.autoencoder;
    exports io.bootdistill.network.dit;
    exports io.bootdistill.network.text;
    exports io.bootdistill.network.unet;
    exports io.bootdistill.objective;
    exports io.bootdistill.phase;
    exports io.bootdistill.selftest;
    exports io.bootdistill.text;

    exports io.bootdistill.internal.device to io.bootdistill.natives; // how memory is owned is the same on every device

    uses io.bootdistill.device.DeviceProvider;

    provides io.bootdistill.device.DeviceProvider with
            io.bootdistill.reference.ReferenceDeviceProvider;
}
