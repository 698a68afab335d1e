package io.bootdistill.cuda.cudnn;

import org.bytedeco.javacpp.Pointer;

/** An address in device memory, as the presets take it: one object for many calls, owner of nothing. */
final class Address extends Pointer {

    Address to(long to) {
        address = to;
        return this;
    }
}
