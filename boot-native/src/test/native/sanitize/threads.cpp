// Calls each operation of a native library in four threads at once, each with a context of its own, for the thread sanitizer:
//     threads <library>
// What is only read they share; what they write lies side by side in one block, so that a value too many is a race. Status 0 if
// each thread, on every instruction set of the processor, has the bits of one that is alone.
#include <thread>

#include "table.h"

constexpr int THREADS = 4, ROUNDS = 3;

static bool same(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
    bool all = a.size() == b.size();
    for (size_t i = 0; all && i < a.size(); i++) {
        all = a[i].size() == b[i].size() && memcmp(a[i].data(), b[i].data(), a[i].size() * sizeof(float)) == 0;
    }
    return all;
}

// Before the threads: what it reads is theirs, too, and beside each operand that it writes it makes a block for all of theirs.
struct Alone : Run {
    std::vector<boot_floats> read, blocks;

    using Run::Run;

    boot_floats place(const std::vector<float>& values) override {
        read.push_back(Run::place(values));
        return read.back();
    }

    boot_floats own(const std::vector<float>& values) override {
        blocks.push_back(allocate(THREADS * static_cast<int64_t>(values.size())));
        return Run::own(values);
    }
};

class OneOfMany : public Run {
    const Alone& alone;
    const int number;
    size_t read = 0, blocks = 0;

public:
    OneOfMany(const Library& library, int32_t tier, const Alone& alone, int number)
        : Run(library, tier, FLOAT32), alone(alone), number(number) {}

    boot_floats place(const std::vector<float>&) override { return alone.read[read++]; }

    boot_floats own(const std::vector<float>& values) override {
        const size_t offset = static_cast<size_t>(number) * values.size() * sizeof(float);
        const boot_floats memory = alone.blocks[blocks++] + static_cast<boot_floats>(offset);
        upload(values, memory);
        return memory;
    }

    void prepare(const std::function<int32_t()>&) override {}
};

static bool agree(const Library& library, int32_t tier, const Operation& operation) {
    Alone alone(library, tier, FLOAT32);
    operation.run(alone);
    alone.finish();
    bool agree[THREADS];
    std::vector<std::thread> threads;
    for (int number = 0; number < THREADS; number++) {
        threads.emplace_back([&, number] {
            agree[number] = true;
            for (int round = 0; round < ROUNDS; round++) {
                OneOfMany run(library, tier, alone, number);
                operation.run(run);
                run.finish();
                agree[number] &= same(run.results, alone.results);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    return agree[0] && agree[1] && agree[2] && agree[3];
}

int main(int count, char** arguments) {
    if (count != 2) {
        fprintf(stderr, "threads <library>\n");
        return 2;
    }
    const Library library(arguments[1]);
    int status = 0;
    for (int32_t tier = 0; tier <= 2 && boot::boot_tier(library.device, tier) == tier; tier++) {
        for (const auto& [name, operation] : operations) {
            if (!agree(library, tier, operation)) {
                printf("%s, tier %d: other bits in %d threads than in one\n", name.c_str(), tier, THREADS);
                status = 1;
            }
        }
    }
    return status;
}
