// SPDX-License-Identifier: GPL-3.0-or-later
// In place of TableCuda.cu where there is no nvcc.
#include "training/cuda/Kernels.h"

namespace spectune::kernels {

template <typename T>
const Table<T>& cudaTable() noexcept
{
    static constexpr Table<T> none {};
    return none;
}

template const Table<float>& cudaTable() noexcept;
template const Table<double>& cudaTable() noexcept;
template const Table<BFloat16>& cudaTable() noexcept;

} // namespace spectune::kernels
