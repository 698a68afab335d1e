// Runs one operation of an emulated library and compares it with the CPU library, whose ABI is the same:
//     operations <library> <CPU library> <operation>
// Status 0 if no check reported anything and the values agree; what was found goes to stdout.
#include "table.h"

static bool agree(const std::vector<float>& found, const std::vector<float>& expected, double tolerance) {
    double largest = 0;
    for (const float value : expected) {
        largest = fmax(largest, fabs(value));
    }
    for (size_t i = 0; i < expected.size(); i++) {
        const double error = fabs(static_cast<double>(found[i]) - expected[i]);
        if (found.size() != expected.size() || !(error <= tolerance * largest)) {
            printf("values: [%zu] is %.9g, must be %.9g, allowed error %.3g\n", i, found[i], expected[i], tolerance * largest);
            return false;
        }
    }
    return true;
}

int main(int count, char** arguments) {
    const auto found = count == 4 ? operations.find(arguments[3]) : operations.end();
    if (found == operations.end()) {
        fprintf(stderr, "operations <library> <CPU library> <operation>; one of:\n");
        for (const auto& operation : operations) {
            fprintf(stderr, "%s\n", operation.first.c_str());
        }
        return 2;
    }
    const Library library(arguments[1]), oracle(arguments[2]);
    const Operation& operation = found->second;
    Run run(library, operation.precision, FLOAT32), expected(oracle, 1, operation.precision);
    for (Run* r : {&run, &expected}) {
        operation.run(*r);
        r->finish();
    }
    const auto report = reinterpret_cast<const char* (*)()>(dlsym(library.handle, "boot_emulator_report"));
    const std::string reported = report == nullptr ? "" : report();
    if (!reported.empty()) {
        printf("check: %s", reported.c_str());
        return 1;
    }
    bool all = run.results.size() == expected.results.size();
    for (size_t i = 0; all && i < expected.results.size(); i++) {
        all = agree(run.results[i], expected.results[i], operation.tolerance);
    }
    return all ? 0 : 1;
}
