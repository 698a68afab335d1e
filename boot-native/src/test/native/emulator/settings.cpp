#include "settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <string>

namespace emulator {

Settings settings;

static int* setting(const char* key) {
    struct Named {
        const char* key;
        int* value;
    };
    static const Named all[] = {{"schedule", &settings.schedule}, {"mma", &settings.mma}, {"streams", &settings.streams},
        {"races", &settings.races}, {"initialisation", &settings.initialisation}, {"quiet", &settings.quiet},
        {"event_error", &settings.event_error}, {"open_error", &settings.open_error}};
    for (const Named& named : all) {
        if (strcmp(named.key, key) == 0) {
            return named.value;
        }
    }
    return nullptr;
}

void load_settings() {
    static bool loaded = false;
    if (loaded) {
        return;
    }
    loaded = true;
    for (const char* key : {"schedule", "mma", "streams", "races", "initialisation", "quiet", "open_error", "seed"}) {
        std::string variable = "BOOT_EMULATOR_";
        for (const char* c = key; *c != 0; c++) {
            variable += static_cast<char>(toupper(*c));
        }
        if (const char* value = getenv(variable.c_str())) {
            boot_emulator_configure(key, atoi(value));
        }
    }
}

}  // namespace emulator

extern "C" bool boot_emulator_configure(const char* key, int value) {
    emulator::load_settings();
    if (strcmp(key, "seed") == 0) {
        emulator::settings.random.seed(static_cast<unsigned>(value));
        return true;
    }
    int* setting = emulator::setting(key);
    if (setting != nullptr) {
        *setting = value;
    }
    return setting != nullptr;
}
