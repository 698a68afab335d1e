// Runs all cases of the emulator's own tests in every schedule; status 0 if each reports what it must and nothing else.
#include "trip.h"

static int failures = 0;

static void run(const Trip& trip, int schedule, int seed) {
    boot_emulator_reset();
    boot_emulator_configure("schedule", schedule);
    boot_emulator_configure("seed", seed);
    const bool right = trip.run();
    const std::string report = boot_emulator_report();
    const bool passed =
        trip.expected == nullptr ? right && report.empty() : report.find(trip.expected) != std::string::npos;
    if (!passed) {
        failures++;
        printf("FAILED %s, schedule %d: %s; reported: %s\n", trip.name, schedule,
            trip.expected == nullptr ? (right ? "values right" : "values wrong") : trip.expected,
            report.empty() ? "nothing" : report.c_str());
    }
}

int main() {
    boot_emulator_configure("quiet", 1);
    int count = 0;
    for (const auto& trips : {kernel_trips(), stream_trips(), tensor_core_trips()}) {
        for (const Trip& trip : trips) {
            for (const int schedule : {0, 1, 2}) {
                run(trip, schedule, 1);
            }
            count++;
        }
    }
    printf("%d of %d cases of the emulator failed\n", failures, 3 * count);
    return failures == 0 ? 0 : 1;
}
