// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

/// The twin of CUDA's. The CPU itself takes BLAS's products.
template <typename T>
bool thinRows(const ThinRowArgs<T>& args, Stream)
{
    for (std::int64_t i = 0; i < args.count; ++i) {
        const ThinRow<T>& product = args.products[i];
        for (std::int64_t t = 0; t < args.rows; ++t) {
            const T* x = product.x.data + t * product.x.stride;
            for (std::int64_t r = 0; r < product.rank; ++r) {
                Wide<T> sum = 0;
                for (std::int64_t k = 0; k < product.depth; ++k)
                    sum += widened(x[k]) * widened(product.factor.data[k * product.factor.stride + r]);
                product.out.data[t * product.out.stride + r] = narrowed<T>(sum);
            }
        }
    }
    return true;
}

template bool thinRows(const ThinRowArgs<float>&, Stream);
template bool thinRows(const ThinRowArgs<double>&, Stream);
template bool thinRows(const ThinRowArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
