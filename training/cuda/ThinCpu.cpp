// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

// The twins of CUDA's, row by row of the batch. The CPU itself takes BLAS's products.
namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

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

template <typename T>
void thinSums(const ThinSumArgs<T>& args, Stream)
{
    for (std::int64_t i = 0; i < args.count; ++i) {
        const ThinSum<T>& product = args.products[i];
        for (std::int64_t t = 0; t < args.rows; ++t) {
            const T* thin = product.thin.data + t * product.thin.stride;
            const T* wide = product.wide.data + t * product.wide.stride;
            for (std::int64_t r = 0; r < product.rank; ++r) {
                const Wide<T> factor = widened(thin[r]);
                Wide<T>* sums = product.sums.data + r * product.sums.stride;
                for (std::int64_t j = 0; j < product.width; ++j)
                    sums[j] += factor * widened(wide[j]);
            }
        }
    }
}

template bool thinRows(const ThinRowArgs<float>&, Stream);
template bool thinRows(const ThinRowArgs<double>&, Stream);
template bool thinRows(const ThinRowArgs<BFloat16>&, Stream);
template void thinSums(const ThinSumArgs<float>&, Stream);
template void thinSums(const ThinSumArgs<double>&, Stream);
template void thinSums(const ThinSumArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
