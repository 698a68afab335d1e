package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/**
 * A device cannot be used on this machine; the message says why and what would change it. Between providers and
 * {@link Devices} alone, hence checked: users get the reason from {@link Devices#candidates}.
 */
public final class DeviceUnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    public DeviceUnavailableException(String reason) {
        super(reason);
    }

    public DeviceUnavailableException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
