// SPDX-License-Identifier: GPL-3.0-or-later
// Attention on CUDA, values and gradients, against the CPU in float64: cuDNN's forward with flash attention's backward
// (samples of one length, bfloat16), flash attention in both (different lengths, a window), and kernels of our own
// (float32, float64, and heads that those cannot read).
#include "tests/cuda/KernelPairs.h"
#include "tests/support/AttentionCases.h"
#include "training/cuda/KernelArgs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace spectune::test {

namespace {

using testing::AttentionBuffers;
using testing::Lengths;
using testing::packOf;
using testing::stillRotary;
using testing::widthOf;

struct Result {
    at::Tensor out;
    at::Tensor gradient; // of q | k | v
};

/// Forward and backward.
Result attend(const at::Tensor& qkv, const at::Tensor& dOut, const Lengths& lengths, const AttentionForm& form,
    AttentionBuffers& buffers)
{
    const PackedBatch batch = packOf(lengths, qkv.device());
    const Rotary rotary = stillRotary(form, qkv.options());
    attentionForward(qkv, batch, form, buffers.scratch, buffers.saved);
    constexpr std::int64_t margin = 8;
    const at::Tensor wide = at::full({qkv.size(0), qkv.size(1) + 2 * margin}, 7.0, qkv.options());
    const Result result {.out = buffers.saved.out, .gradient = wide.narrow(1, margin, qkv.size(1))};
    attentionBackward(qkv, batch, form, buffers.saved, dOut, rotary, buffers.scratch, result.gradient);
    TORCH_CHECK(wide.narrow(1, 0, margin).eq(7.0).all().item<bool>()
            && wide.narrow(1, margin + qkv.size(1), margin).eq(7.0).all().item<bool>(),
        "something beside the gradient was written to");
    return result;
}

/// Of the terms of a value and of a gradient: with P the probabilities and |·| element by element, A = P |V| for the
/// value. The gradient of a score is P ∘ (dO Vᵀ − D) with D = Σ dO ∘ O, its terms are E = P ∘ (|dO| |V|ᵀ + Σ |dO| ∘ A);
/// those of q, k and v are E |K|, Eᵀ |Q| and Pᵀ |dO|, over the query heads that read a key head.
Result sizesOf(const at::Tensor& qkv, const at::Tensor& dOut, const Lengths& lengths, const AttentionForm& form)
{
    const std::int64_t group = form.heads / form.kvHeads;
    const double scale = 1.0 / std::sqrt(static_cast<double>(form.headDim));
    std::vector<at::Tensor> outs;
    std::vector<at::Tensor> gradients;
    std::int64_t first = 0;
    for (const std::int64_t length : lengths) {
        const auto heads = [&](const at::Tensor& rows, std::int64_t count) { // [count, S, headDim]
            return rows.narrow(0, first, length).unflatten(1, {count, form.headDim}).transpose(0, 1);
        };
        const at::Tensor all = heads(qkv, form.heads + 2 * form.kvHeads);
        const at::Tensor q = all.narrow(0, 0, form.heads);
        const at::Tensor k = all.narrow(0, form.heads, form.kvHeads).repeat_interleave(group, 0);
        const at::Tensor v = all.narrow(0, form.heads + form.kvHeads, form.kvHeads).repeat_interleave(group, 0).abs();
        const at::Tensor d = heads(dOut, form.heads).abs();
        const at::Tensor query = at::arange(length).unsqueeze(1);
        const at::Tensor key = at::arange(length).unsqueeze(0);
        at::Tensor hidden = key > query;
        if (form.window > 0)
            hidden = hidden.logical_or(key <= query - form.window);
        const at::Tensor p = at::softmax((at::matmul(q, k.transpose(1, 2)) * scale).masked_fill(hidden, -INFINITY), -1);
        const at::Tensor a = at::matmul(p, v);
        const at::Tensor e = p * (at::matmul(d, v.transpose(1, 2)) + (d * a).sum(2, /*keepdim=*/true)) * scale;
        const auto together = [&](const at::Tensor& perHead) {
            return perHead.unflatten(0, {form.kvHeads, group}).sum(1); // [kvHeads, S, headDim]
        };
        const at::Tensor ofQ = at::matmul(e, k.abs());
        const at::Tensor ofK = together(at::matmul(e.transpose(1, 2), q.abs()));
        const at::Tensor ofV = together(at::matmul(p.transpose(1, 2), d));
        outs.push_back(a.transpose(0, 1).flatten(1));
        gradients.push_back(at::cat({ofQ, ofK, ofV}, 0).transpose(0, 1).flatten(1));
        first += length;
    }
    return {.out = at::cat(outs), .gradient = at::cat(gradients)};
}

/// One form on all of CUDA's types, whose inputs are the same numbers.
class Case {
public:
    Case(const Lengths& lengths, const AttentionForm& form)
        : m_lengths(lengths)
        , m_form(form)
    {
        std::int64_t rows = 0;
        for (const std::int64_t length : lengths)
            rows += length;
        m_qkv = at::randn({rows, widthOf(form)}, at::kFloat).to(at::kBFloat16).to(at::kDouble);
        m_dOut = at::randn({rows, form.heads * form.headDim}, at::kFloat).to(at::kBFloat16).to(at::kDouble);
        AttentionBuffers buffers;
        m_expected = attend(m_qkv, m_dOut, lengths, form, buffers);
        m_sizes = sizesOf(m_qkv, m_dOut, lengths, form);
    }

    void check(at::ScalarType type, AttentionBuffers& buffers) const
    {
        const std::string name = nameOf(type);
        try {
            const at::TensorOptions there = at::TensorOptions().dtype(type).device(at::kCUDA);
            const at::Tensor qkv = m_qkv.to(there);
            const at::Tensor dOut = m_dOut.to(there);
            const Result first = attend(qkv, dOut, m_lengths, m_form, buffers);
            const at::Tensor out = first.out.clone();
            compare(name, type, out, first.gradient);
            const Result again = attend(qkv, dOut, m_lengths, m_form, buffers);
            reportEqual(name + ", out again", again.out, out);
            reportEqual(name + ", gradient again", again.gradient, first.gradient);
        } catch (const std::exception& error) {
            std::printf("%s: %s\n", name.c_str(), error.what());
            report(name + " is computed", 1.0, 0.0);
        }
    }

private:
    [[nodiscard]] std::string nameOf(at::ScalarType type) const
    {
        std::string text = std::string("attention, ") + at::toString(type) + ", heads " + std::to_string(m_form.heads)
            + "/" + std::to_string(m_form.kvHeads) + " of " + std::to_string(m_form.headDim) + ", window "
            + std::to_string(m_form.window) + ", samples of";
        for (const std::int64_t length : m_lengths)
            text += " " + std::to_string(length);
        return text;
    }

    /// A score is a sum over headDim whose absolute terms come to some 10, and an error of a score is one of its
    /// probability relative to itself; tensor cores cut off, which doubles it. An element of a value or a gradient has
    /// one more sum over headDim and one over the keys behind that, and functions and rescalings make 64. In bfloat16
    /// stored are, of a value, the probabilities, itself and perhaps its mean before it is divided. Of the gradient the
    /// gradient of a score and the value that D reads (with its own three), then each head's part, and their sum; of v
    /// the probabilities, a part, a sum.
    void compare(const std::string& name, at::ScalarType type, const at::Tensor& out, const at::Tensor& gradient) const
    {
        const std::int64_t longest = *std::max_element(m_lengths.begin(), m_lengths.end());
        const double terms = 24.0 * static_cast<double>(m_form.headDim) + 4.0 * static_cast<double>(longest) + 64.0;
        const double sides = type == at::kDouble ? 2.0 : 1.0;
        report(name + ", value",
            excess(out, m_expected.out, type, {.terms = terms, .stores = 3.0, .sides = sides},
                {.terms = m_sizes.out, .stores = m_sizes.out}),
            1.0);
        const auto part = [&](const char* what, std::int64_t begin, std::int64_t width, double stores) {
            const at::Tensor sizes = m_sizes.gradient.narrow(1, begin, width);
            report(name + what,
                excess(gradient.narrow(1, begin, width), m_expected.gradient.narrow(1, begin, width), type,
                    {.terms = terms, .stores = stores, .sides = sides}, {.terms = sizes, .stores = sizes}),
                1.0);
        };
        const std::int64_t queries = m_form.heads * m_form.headDim;
        const std::int64_t keys = m_form.kvHeads * m_form.headDim;
        part(", gradient of q", 0, queries, 6.0);
        part(", gradient of k", queries, keys, 6.0);
        part(", gradient of v", queries + keys, keys, 3.0);
    }

    Lengths m_lengths;
    AttentionForm m_form;
    at::Tensor m_qkv; // float64, of numbers that bfloat16 has
    at::Tensor m_dOut;
    Result m_expected;
    Result m_sizes;
};

} // namespace

void checkAttention(bool ours)
{
    std::vector<Lengths> packs {{5, 1, 70, 0, 2}};
    std::vector<std::int64_t> windows {0, 5};
    if (!ours) {
        packs = {{1}, {2}, {17}, {3, 3}, {64, 64, 64}, {130, 130}, {5, 1, 33, 16, 2}, {4, 0, 3, 0}, {200, 1, 77, 130},
            {1, 300}};
        windows = {0, 1, 5, 100};
    }
    std::vector<AttentionBuffers> buffers(3); // of each type, used again by longer and shorter cases
    for (const AttentionForm& form : {AttentionForm {.heads = 2, .kvHeads = 2, .headDim = 64},
             AttentionForm {.heads = 4, .kvHeads = 1, .headDim = 80},
             AttentionForm {.heads = 8, .kvHeads = 2, .headDim = 128},
             AttentionForm {.heads = 4, .kvHeads = 2, .headDim = 16},
             AttentionForm {.heads = 6, .kvHeads = 2, .headDim = 12}, // no kernel of ATen's reads it in bfloat16
             AttentionForm {.heads = 2, .kvHeads = 1, .headDim = 2},
             AttentionForm {.heads = 2, .kvHeads = 2, .headDim = 32},
             AttentionForm {.heads = 2, .kvHeads = 1, .headDim = 256}}) {
        for (const std::int64_t window : windows) {
            AttentionForm windowed = form;
            windowed.window = window;
            for (const Lengths& lengths : packs) {
                const Case test(lengths, windowed);
                if (form.headDim <= kernels::mostHeadDimOnCuda<double>)
                    test.check(at::kDouble, buffers[0]);
                test.check(at::kFloat, buffers[1]);
                if (!ours || form.headDim % 8 != 0)
                    test.check(at::kBFloat16, buffers[2]);
            }
        }
    }
}

} // namespace spectune::test
