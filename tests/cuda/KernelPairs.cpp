// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/KernelPairs.h"

#include <ATen/CPUGeneratorImpl.h>

namespace spectune::test {

Pair::Pair(at::IntArrayRef sizes, at::ScalarType type, bool strided, double size)
{
    static at::Generator generator = at::detail::createCPUGenerator(5);
    const std::int64_t margin = strided ? 8 : 0;
    auto wide = sizes.vec();
    wide.back() += 2 * margin;
    const at::Tensor whole = (at::randn(wide, generator, at::kFloat) * size).to(type);
    cpu = whole.narrow(-1, margin, sizes.back());
    gpu = whole.to(at::kCUDA).narrow(-1, margin, sizes.back());
}

void Pair::compare(const std::string& what, double terms) const
{
    report(what, apart(gpu, cpu), allowed(cpu.scalar_type(), terms));
}

} // namespace spectune::test
