// Attention and its gradients against the definition in float64.
#include <algorithm>

#include "operation_test.h"

using namespace boot::test;

struct Case {
    int32_t n, queries, keys, heads, size, gap;
    bool mask;
    bool causal = false;
};

static void run(boot_context context, int32_t precision, const std::string& name, const Case& t) {
    const std::string what = name + " " + std::to_string(t.n) + "×" + std::to_string(t.queries) + " queries " +
        std::to_string(t.keys) + " keys heads " + std::to_string(t.heads) + "×" + std::to_string(t.size) +
        (t.mask ? " mask" : "") + (t.causal ? " causal" : "") + (t.gap > 0 ? " strided" : "");
    const int32_t channels = t.heads * t.size;
    Operand q(context, 1, t.n * t.queries, channels, t.gap), k(context, 2, t.n * t.keys, channels, t.gap);
    Operand v(context, 3, t.n * t.keys, channels, 2 * t.gap), mask(context, 4, t.n, t.keys, 0);
    Operand y(context, 5, t.n * t.queries, channels, t.gap), statistics(context, 6, t.n * t.heads, t.queries, 0);
    // Whole tiles of keys are excluded, the last key never; but no tile that is all that a causal query sees.
    for (int32_t sample = 0; sample < t.n; sample++) {
        for (int32_t key = 0; key + 1 < t.keys; key++) {
            if (key % 3 == 1 || (key < 70 && t.keys > 70 && !t.causal)) {
                mask.at(sample, key) = -INFINITY;
            }
        }
    }
    mask.upload();
    require_ok(boot::boot_attention_forward(context, t.n, t.queries, t.keys, t.heads, t.size, t.causal, q.address(), q.stride,
        k.address(), k.stride, v.address(), v.stride, t.mask ? mask.address() : 0, y.address(), y.stride,
        statistics.address()), what);

    Operand dy(context, 7, t.n * t.queries, channels, t.gap);
    Operand dq(context, 8, t.n * t.queries, channels, t.gap), dk(context, 9, t.n * t.keys, channels, t.gap);
    Operand dv(context, 10, t.n * t.keys, channels, t.gap);
    require_ok(boot::boot_attention_backward(context, t.n, t.queries, t.keys, t.heads, t.size, t.causal, q.address(),
        q.stride, k.address(), k.stride, v.address(), v.stride, t.mask ? mask.address() : 0, y.address(), y.stride,
        statistics.address(), dy.address(), dy.stride, dq.address(), dq.stride, dk.address(), dk.stride, dv.address(),
        dv.stride), what);

    std::vector<double> out(q.rows * channels), logs(statistics.rows * t.queries), grad_q(out.size());
    std::vector<double> grad_k(k.rows * channels), grad_v(grad_k.size()), p(t.keys), dp(t.keys);
    const double scale = 1 / sqrt(t.size);
    double weights = 0;  // Σ p²
    for (int32_t group = 0; group < t.n * t.heads; group++) {
        const int32_t sample = group / t.heads, from = group % t.heads * t.size;
        const auto product = [&](Operand& a, int64_t row_a, Operand& b, int64_t row_b) {
            double sum = 0;
            for (int32_t c = from; c < from + t.size; c++) {
                sum += static_cast<double>(a.at(row_a, c)) * b.at(row_b, c);
            }
            return sum;
        };
        for (int32_t i = 0; i < t.queries; i++) {
            const int64_t query = static_cast<int64_t>(sample) * t.queries + i;
            const int64_t first = static_cast<int64_t>(sample) * t.keys;
            const int32_t seen = t.causal ? std::min(t.keys, i + 1) : t.keys;
            double sum = 0, mean = 0;
            for (int32_t j = 0; j < seen; j++) {
                p[j] = exp(product(q, query, k, first + j) * scale + (t.mask ? mask.at(sample, j) : 0));
                sum += p[j];
            }
            logs[static_cast<int64_t>(group) * t.queries + i] = log(sum);
            for (int32_t j = 0; j < seen; j++) {
                p[j] /= sum;
                dp[j] = product(dy, query, v, first + j);
                mean += p[j] * dp[j];
            }
            for (int32_t j = 0; j < seen; j++) {
                weights += p[j] * p[j];
                const double ds = p[j] * (dp[j] - mean) * scale;
                for (int32_t c = from; c < from + t.size; c++) {
                    const int64_t a = query * channels + c, b = (first + j) * channels + c;
                    out[a] += p[j] * v.at(first + j, c);
                    grad_q[a] += ds * k.at(first + j, c);
                    grad_k[b] += ds * q.at(query, c);
                    grad_v[b] += p[j] * dy.at(query, c);
                }
            }
        }
    }
    const auto in = [&](std::vector<double>& values, int32_t columns) {
        return [&values, columns](int64_t row, int32_t c) { return values[row * columns + c]; };
    };
    // Gradients pass through two more products. In those of q and k, dS = P∘(dP − δ)/√d is a difference of terms near P.
    const double forward = tolerance(precision, t.keys + t.size);
    const double backward = 2 * tolerance(precision, t.queries + t.keys + t.size);
    const double groups = t.n * t.heads;
    compare(what + " y", y, forward, in(out, channels));
    compare(what + " log-sum-exp", statistics, forward, in(logs, t.queries), 1);
    compare(what + " dv", dv, backward, in(grad_v, channels));
    compare(what + " dk", dk, backward, in(grad_k, channels), sqrt(weights / groups / t.keys));
    compare(what + " dq", dq, backward, in(grad_q, channels), sqrt(weights / groups / t.queries));
}

int main() {
    return in_each_precision([](boot_context context, int32_t precision, const std::string& name) {
        const Case cases[] = {
            {1, 1, 1, 1, 1, 0, true}, {2, 1, 2, 1, 1, 1, false}, {2, 5, 7, 3, 5, 0, true}, {1, 63, 65, 1, 16, 0, true},
            {1, 65, 64, 2, 8, 4, false}, {2, 3, 77, 2, 20, 0, true}, {1, 64, 130, 1, 33, 3, true},
            {1, 129, 5, 1, 64, 0, true},
            {1, 7, 70, 1, 65, 0, false}, {1, 10, 9, 2, 130, 2, true}, {1, 66, 66, 1, 192, 0, false},
            {1, 5, 67, 1, 200, 0, true},
            {1, 65, 65, 1, 16, 0, false, true}, {2, 70, 130, 2, 5, 1, true, true}, {1, 130, 70, 1, 65, 0, true, true},
            {1, 3, 4, 1, 511, 1, true}, {1, 2, 3, 2, 512, 0, false}, {1, 2, 5, 1, 514, 1, true},
        };
        for (const Case& t : cases) {
            run(context, precision, name, t);
        }
    });
}
