package io.bootdistill.cpu;

/** The instruction sets that the kernels are compiled for, in the order of the native header. */
enum CpuTier {
    BASELINE("baseline", "SSE2"),
    AVX2("avx2", "AVX2+FMA"),
    AVX512("avx512", "AVX-512");

    /** The most that the library has. */
    static final CpuTier BEST = AVX512;

    private final String name;
    private final String instructions;

    CpuTier(String name, String instructions) {
        this.name = name;
        this.instructions = instructions;
    }

    /** What the kernels use, for a person. */
    String instructions() {
        return instructions;
    }

    /** @throws IllegalArgumentException if there is no tier of that name */
    static CpuTier named(String name) {
        for (CpuTier tier : values()) {
            if (tier.name.equals(name)) {
                return tier;
            }
        }
        throw new IllegalArgumentException(name + " is no tier, must be baseline, avx2 or avx512");
    }
}
