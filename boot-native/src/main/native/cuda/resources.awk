# The table of registers, shared memory and occupancy of each kernel. Input, with names demangled: the PTX (which holds the
# threads of a block), then what the assembler says for each architecture. A kernel without launch bounds is an error.

# Limits of a multiprocessor: threads, blocks, bytes of shared memory, and those that the system keeps of each block.
function limits(arch, threads, blocks, shared, kept) {
    limit[arch, "warps"] = threads / 32
    limit[arch, "blocks"] = blocks
    limit[arch, "shared"] = shared * 1024
    limit[arch, "kept"] = kept
    architectures[++architecture_count] = arch
}

BEGIN {
    limits("sm_75", 1024, 16, 64, 0)
    limits("sm_80", 2048, 32, 164, 1024)
    limits("sm_86", 1536, 16, 100, 1024)
    limits("sm_89", 1536, 24, 100, 1024)
    limits("sm_90", 2048, 32, 228, 1024)
    limits("sm_100", 2048, 32, 228, 1024)
    limits("sm_120", 1536, 24, 100, 1024)
}

function round_up(value, unit) { return int((value + unit - 1) / unit) * unit }
function smaller(a, b) { return a < b ? a : b }

# Warps that are on a multiprocessor at a time, in per cent of the most. Registers are given out to warps in units of 256, to
# four schedulers with 16,384 each.
function occupancy(arch, threads, registers, shared,    warps, blocks) {
    warps = int((threads + 31) / 32)
    blocks = smaller(limit[arch, "blocks"], int(limit[arch, "warps"] / warps))
    blocks = smaller(blocks, int(4 * int(16384 / round_up(32 * registers, 256)) / warps))
    if (shared + limit[arch, "kept"] > 0) {
        blocks = smaller(blocks, int(limit[arch, "shared"] / round_up(shared + limit[arch, "kept"], 128)))
    }
    return int(100 * blocks * warps / limit[arch, "warps"] + 0.5)
}

function kernel_name(text) {
    sub(/^void /, "", text)
    sub(/\(.*/, "", text)
    gsub(/boot::/, "", text)
    gsub(/> >/, ">>", text)
    return text
}

/^\.visible \.entry / {
    entry = kernel_name(substr($0, 17))
    kernels[++kernel_count] = entry
}
/^\.maxntid / { threads[entry] = $2 + 0 }
/^ptxas info +: Compiling entry function / {
    split($0, part, "'")
    compiled = kernel_name(part[2])
    arch = part[4]
}
/^ptxas info +: Used / {
    shared = 0
    for (i = 1; i < NF; i++) {
        if ($(i + 1) ~ /^registers/) registers = $i
        if ($(i + 1) == "bytes" && $(i + 2) ~ /^smem/) shared = $i
    }
    cell[compiled, arch] = registers " · " shared " · " occupancy(arch, threads[compiled], registers, shared) " %"
}

END {
    print "# Resources of the CUDA kernels\n"
    print "For each architecture: registers of a thread · bytes of shared memory of a block · occupancy, the share of a"
    print "multiprocessor's warps that fits. Registers and bytes are the assembler's, the occupancy is computed from them;"
    print "it is no measurement of speed. No kernel spills or uses local memory: the build refuses that.\n"
    print "Written by `make -C boot-native/src/main/native/cuda resources`; `check-resources` fails where it differs."
    line = "\n| kernel | threads |"
    rule = "|---|---|"
    for (a = 1; a <= architecture_count; a++) {
        line = line " " architectures[a] " |"
        rule = rule "---|"
    }
    print line "\n" rule
    for (k = 1; k <= kernel_count; k++) {
        if (!(kernels[k] in threads)) {
            print kernels[k] " has no __launch_bounds__" > "/dev/stderr"
            exit 1
        }
        line = "| `" kernels[k] "` | " threads[kernels[k]] " |"
        for (a = 1; a <= architecture_count; a++) {
            line = line " " cell[kernels[k], architectures[a]] " |"
        }
        print line
    }
}
