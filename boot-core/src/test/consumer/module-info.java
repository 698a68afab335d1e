module consumer {
    requires io.bootdistill.core;
}
