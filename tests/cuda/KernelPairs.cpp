// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/KernelPairs.h"

#include <ATen/CPUGeneratorImpl.h>

namespace spectune::test {

Pair::Pair(at::IntArrayRef sizes, at::ScalarType type, bool strided, double size)
    : m_margin(strided ? 8 : 0)
{
    static at::Generator generator = at::detail::createCPUGenerator(5);
    auto whole = sizes.vec();
    whole.back() += 2 * m_margin;
    m_wholeCpu = (at::randn(whole, generator, at::kFloat) * size).to(type);
    m_wholeGpu = m_wholeCpu.to(at::kCUDA);
    if (strided)
        m_before = m_wholeCpu.clone();
    cpu = m_wholeCpu.narrow(-1, m_margin, sizes.back());
    gpu = m_wholeGpu.narrow(-1, m_margin, sizes.back());
}

void Pair::compare(const std::string& what, const Roundings& of, const Sizes& sizes) const
{
    report(what, excess(gpu, cpu, cpu.scalar_type(), of, sizes), 1.0);
    compareMargins(what);
}

void Pair::compareBits(const std::string& what) const
{
    reportEqual(what, gpu, cpu);
    compareMargins(what);
}

void Pair::compareMargins(const std::string& what) const
{
    if (m_margin == 0)
        return;
    for (const std::int64_t begin : {std::int64_t {0}, m_before.size(-1) - m_margin}) {
        const at::Tensor before = m_before.narrow(-1, begin, m_margin);
        reportEqual(what + ", beside it", m_wholeGpu.narrow(-1, begin, m_margin), before);
        reportEqual(what + ", beside it on the CPU", m_wholeCpu.narrow(-1, begin, m_margin), before);
    }
}

at::Tensor gatedSizes(const at::Tensor& gateUp, const at::Tensor& dOut)
{
    const auto halves = inDouble(gateUp).chunk(2, 1);
    const at::Tensor share = halves[0].sigmoid();
    const at::Tensor gate = halves[0].abs();
    const at::Tensor d = inDouble(dOut).abs();
    return at::cat({d * halves[1].abs() * share * (1.0 + gate), d * gate * share}, 1);
}

} // namespace spectune::test
