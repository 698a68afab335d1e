package io.bootdistill.format;

/** Which indices few-step sampling visits. */
public enum TimestepSpacing {
    LEADING,
    TRAILING,
    LINSPACE
}
