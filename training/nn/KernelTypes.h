// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Kernels.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

namespace spectune::ops {

/// Calls @p body with a null pointer of the kernels' element type for @p type.
template <typename Body>
decltype(auto) withElementType(at::ScalarType type, const Body& body)
{
    switch (type) {
    case at::kDouble: return body(static_cast<double*>(nullptr));
    case at::kBFloat16: return body(static_cast<kernels::BFloat16*>(nullptr));
    default: TORCH_CHECK(type == at::kFloat, "no kernel for ", type); return body(static_cast<float*>(nullptr));
    }
}

template <typename T>
const kernels::Table<T>& tableFor(at::Device device)
{
    return device.is_cuda() ? kernels::cudaTable<T>() : kernels::cpuTable<T>();
}

template <typename T>
kernels::Rows<T> rowsOf(const at::Tensor& x)
{
    if (!x.defined())
        return {};
    return {.data = static_cast<T*>(x.data_ptr()), .stride = x.stride(0)};
}

template <typename T>
T* pointerOf(const at::Tensor& x)
{
    return x.defined() ? static_cast<T*>(x.data_ptr()) : nullptr;
}

} // namespace spectune::ops
