// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/GpuCheck.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace spectune::test {

namespace {

int failed = 0;

} // namespace

int withoutDevice()
{
    if (at::globalContext().hasCUDA())
        return 0;
    const bool required = std::getenv("SPECTUNE_REQUIRE_GPU") != nullptr; // ./test.sh --gpu saw one
    std::puts(required ? "LibTorch finds no CUDA device, though this machine has a GPU" : "SKIP: no CUDA device here");
    return required ? 1 : 77;
}

void report(const std::string& what, double difference, double allowed)
{
    if (difference <= allowed)
        return;
    ++failed;
    std::printf("%-58s %9.2e, allowed %9.2e  FAILED\n", what.c_str(), difference, allowed);
}

int failures()
{
    return failed;
}

double apart(const at::Tensor& actual, const at::Tensor& expected)
{
    const at::Tensor a = actual.cpu().to(at::kDouble);
    const at::Tensor b = expected.cpu().to(at::kDouble);
    return ((a - b).abs().max() / b.abs().max().clamp_min(1e-30)).item<double>();
}

double allowed(at::ScalarType type, double terms)
{
    const double unit = type == at::kDouble ? 0x1p-53 : type == at::kFloat ? 0x1p-24 : 0x1p-8;
    const double sums = type == at::kBFloat16 ? 0.0 : 4.0 * std::sqrt(terms) * unit;
    return 8.0 * unit + sums;
}

} // namespace spectune::test
