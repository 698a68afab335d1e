// What can be set, by the environment when the emulator starts and by boot_emulator_configure at any time.
#pragma once
#include <random>

namespace emulator {

struct Settings {
    int schedule = 2;  // order of threads: 0 as numbered, 1 reversed, 2 shuffled at every barrier
    int mma = 0;       // how tensor cores round: 0 fused in order, 1 once, 2 as sm_80 to sm_89, 3 as sm_90 and later
    int streams = -1;  // 0 work runs at once, 1 as late as the program allows; -1: late where accesses are checked
    int races = 1;     // 0 leaves these checks out
    int initialisation = 1;
    int quiet = 0;  // 1: a report is kept for boot_emulator_report, not written to stderr
    int event_error = 0;  // a cudaError_t with which the next wait for an event fails
    int open_error = 0;   // one with which the first call that opens the device fails
    std::mt19937 random{1};
};

extern Settings settings;

// Reads the environment (BOOT_EMULATOR_SCHEDULE and so on); the first call alone does something.
void load_settings();

}  // namespace emulator

// key: a name above, or "seed"; for whoever loads the library. False for an unknown key.
extern "C" bool boot_emulator_configure(const char* key, int value);
