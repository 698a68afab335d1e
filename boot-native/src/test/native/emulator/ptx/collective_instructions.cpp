// Barriers, warp operations and tensor cores: the same functions as on the source path, fed from registers.
#include "program.h"

namespace emulator::ptx {

static int line_here() { return execution.here().source.line; }

// shfl.sync.bfly.b32 d|p, a, b, c, mask; the segment of a lane and its limit are coded in c.
static Action decode_shuffle(const Statement& s) {
    const std::string mode = s.words[2];
    const Operand d = s.operands[0], a = s.operands[1], b = s.operands[2], c = s.operands[3], mask = s.operands[4];
    return [=](Frame& f) {
        const int lane = lane_index(), by = static_cast<int>(b.value(f) & 31), code = static_cast<int>(c.value(f));
        const int segment = code >> 8 & 31, limit = (lane & segment) | (code & 31 & ~segment);
        int source = (lane & segment) | (by & ~segment);
        bool inside = source <= limit;
        if (mode == "up") {
            source = lane - by;
            inside = source >= limit;
        } else if (mode == "down" || mode == "bfly") {
            source = mode == "down" ? lane + by : lane ^ by;
            inside = source <= limit;
        }
        Lane mine;
        mine.value = a.value(f);
        mine.source = inside ? source : lane;
        const uint64_t result =
            collective(static_cast<unsigned>(mask.value(f)), line_here(), combine_shuffle, mine);
        f.registers[static_cast<size_t>(d.reg)] = zero_extended(result, 32);
        if (d.second >= 0) {
            f.registers[static_cast<size_t>(d.second)] = inside;
        }
    };
}

// vote.sync.ballot.b32 d, p, mask;
static Action decode_vote(const Statement& s) {
    const Operand d = s.operands[0], p = s.operands[1], mask = s.operands[2];
    const bool ballot = s.has("ballot"), all = s.has("all");
    return [=](Frame& f) {
        const unsigned lanes = static_cast<unsigned>(mask.value(f));
        Lane mine;
        mine.value = p.predicate(f);
        const uint64_t votes = collective(lanes, line_here(), combine_ballot, mine);
        f.registers[static_cast<size_t>(d.reg)] = ballot ? votes : all ? votes == lanes : votes != 0;
    };
}

static Action decode_matrix_load(const Statement& s) {
    const Operand d = s.operands[0], address = s.operands[1];
    const Combine combine = s.has("trans") ? combine_ldmatrix_x4_trans : combine_ldmatrix_x4;
    return [=](Frame& f) {
        uint32_t r[4];
        Lane mine;
        mine.a = static_cast<char*>(dynamic_shared()) + static_cast<uint32_t>(address.value(f));
        mine.d = r;
        collective(~0u, line_here(), combine, mine);
        for (size_t i = 0; i < 4; i++) {
            f.registers[static_cast<size_t>(d.parts[i].reg)] = r[i];
        }
    };
}

static Action decode_matrix_product(const Statement& s) {
    const Operand d = s.operands[0], a = s.operands[1], b = s.operands[2], c = s.operands[3];
    const Combine combine = s.has("tf32") ? combine_mma_tf32 : combine_mma_bf16;
    return [=](Frame& f) {
        uint32_t from_a[4], from_b[2];
        float sum[4];
        for (size_t i = 0; i < 4; i++) {
            from_a[i] = static_cast<uint32_t>(a.parts[i].value(f));
            sum[i] = as_float(c.parts[i].value(f));
        }
        for (size_t i = 0; i < 2; i++) {
            from_b[i] = static_cast<uint32_t>(b.parts[i].value(f));
        }
        Lane mine;
        mine.a = from_a;
        mine.b = from_b;
        mine.d = sum;
        collective(~0u, line_here(), combine, mine);
        for (size_t i = 0; i < 4; i++) {
            f.registers[static_cast<size_t>(d.parts[i].reg)] = as_bits(sum[i]);
        }
    };
}

Action decode_collective(const Statement& s) {
    const std::string operation = s.operation();
    if (operation == "bar" && s.has("warp")) {
        return [mask = s.operands[0]](Frame& f) {
            collective(static_cast<unsigned>(mask.value(f)), line_here(), combine_nothing, {});
        };
    }
    if ((operation == "bar" || operation == "barrier") && s.has("sync")) {
        return [](Frame&) { barrier(line_here(), false); };
    }
    if (operation == "shfl") {
        return decode_shuffle(s);
    }
    if (operation == "vote") {
        return decode_vote(s);
    }
    if (operation == "ldmatrix" && s.has("x4")) {
        return decode_matrix_load(s);
    }
    const bool known_shape = (s.has("m16n8k16") && s.has("bf16")) || (s.has("m16n8k8") && s.has("tf32"));
    if (operation == "mma" && known_shape && s.has("row") && s.has("col") && s.type() == "f32") {
        return decode_matrix_product(s);
    }
    if (operation == "trap") {
        return [](Frame&) { trap(); };
    }
    return nullptr;
}

}  // namespace emulator::ptx
