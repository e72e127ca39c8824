// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/GpuCheck.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>

#include <cstdio>
#include <cstdlib>
#include <limits>

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

void reportEqual(const std::string& what, const at::Tensor& actual, const at::Tensor& expected)
{
    report(what, at::equal(actual.cpu(), expected.cpu()) ? 0.0 : 1.0, 0.0);
}

int failures()
{
    return failed;
}

at::Tensor inDouble(const at::Tensor& x)
{
    return x.cpu().to(at::kDouble);
}

at::Tensor explained(const at::Tensor& expected, at::ScalarType type, const Roundings& of, const Sizes& sizes)
{
    constexpr double secondOrder = 1.0 + 1.0 / 16.0;
    const at::Tensor own = inDouble(expected).abs();
    const at::Tensor terms = sizes.terms.defined() ? inDouble(sizes.terms) : own;
    const at::Tensor stores = sizes.stores.defined() ? inDouble(sizes.stores) : own;
    const double unit = type == at::kDouble ? 0x1p-53 : 0x1p-24;
    const double store = type == at::kBFloat16 ? 0x1p-8 : 0.0;
    return (terms * (of.terms * unit) + stores * (of.stores * store)) * (of.sides * secondOrder);
}

double excess(
    const at::Tensor& actual, const at::Tensor& expected, at::ScalarType type, const Roundings& of, const Sizes& sizes)
{
    if (actual.sizes() != expected.sizes())
        return std::numeric_limits<double>::infinity();
    if (actual.numel() == 0)
        return 0.0;
    const at::Tensor difference = (inDouble(actual) - inDouble(expected)).abs();
    constexpr double nothing = 1e-30; // what is 0 on both sides is no 0 / 0
    return (difference / explained(expected, type, of, sizes).clamp_min(nothing)).max().item<double>();
}

} // namespace spectune::test
