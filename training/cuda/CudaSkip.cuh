// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace spectune::kernels::gpu {

/// Whether the step changes nothing, for one of its numbers is infinite or none. @param loss, gradNorm null: finite
template <typename A>
__device__ bool isSkipped(const A* loss, const A* gradNorm)
{
    const auto isFinite = [](const A* number) { return number == nullptr || *number - *number == A(0); };
    return !isFinite(loss) || !isFinite(gradNorm);
}

} // namespace spectune::kernels::gpu
