package io.bootdistill.device;

/** A device lacks an operation; {@link Device#supports} tells it beforehand. */
public final class UnsupportedKernelException extends UnsupportedOperationException {

    private static final long serialVersionUID = 1;

    /** What an operation throws that a device does not have. */
    public UnsupportedKernelException(Kernel kernel) {
        super("this device does not support " + kernel);
    }

    /**
     * What refuses to begin without it.
     *
     * @param device the device's name
     * @param use completes the sentence: what needs it
     */
    public UnsupportedKernelException(String device, Kernel kernel, String use) {
        super("device " + device + " does not support " + kernel + ", " + use);
    }
}
