package io.bootdistill.network.unet;

import io.bootdistill.Fixtures;
import java.nio.file.Path;

/** The configurations of models that people have, as their files say them, at their true sizes. */
final class TrueConfigs {

    private TrueConfigs() {}

    static Path file(String name) {
        return Fixtures.file("text-to-image/configs/" + name + ".json");
    }
}
