// SPDX-License-Identifier: GPL-3.0-or-later
// Shared by the tests that see the engine's insides.
#pragma once

#include "tests/support/Files.h"
#include "training/io/ModelFolder.h"
#include "training/loop/Device.h"
#include "training/nn/DecoderModel.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <memory>
#include <string>

namespace spectune::testing {

/// Largest |a − b| over largest |b|; not a number where either is not.
inline double relativeDifference(const at::Tensor& a, const at::Tensor& b)
{
    const at::Tensor wide = b.to(at::kDouble);
    const double largest = wide.abs().max().item<double>();
    const double difference = (a.to(at::kDouble) - wide).abs().max().item<double>();
    return largest > 0.0 ? difference / largest : difference;
}

/// Equal type, shape and bits.
inline bool identical(const at::Tensor& a, const at::Tensor& b)
{
    return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() && at::equal(a, b);
}

/// The same numbers on every machine and in every order of the tests.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_generator(at::detail::createCPUGenerator(seed))
    {
    }

    [[nodiscard]] at::Tensor normal(at::IntArrayRef shape, at::TensorOptions options = at::kDouble)
    {
        return at::normal(0.0, 1.0, shape, m_generator, at::kDouble).to(options);
    }
    [[nodiscard]] at::Tensor integers(std::int64_t end, at::IntArrayRef shape)
    {
        return at::randint(0, end, shape, m_generator, at::kLong);
    }

private:
    at::Generator m_generator;
};

/// A small random model of tests/reference/models (no tokenizer), or another folder.
inline std::filesystem::path tinyModel(const std::string& name)
{
    return sourcePath("tests/reference/models/" + name);
}

inline std::shared_ptr<DecoderModel> loadWeights(const std::filesystem::path& path, at::ScalarType type)
{
    const ModelFolder folder(path);
    const WeightSource source = [&folder](const std::string& name, at::IntArrayRef shape) {
        return folder.weight(name, std::span<const std::int64_t>(shape.data(), shape.size()));
    };
    return std::make_shared<DecoderModel>(folder.spec(), source, at::TensorOptions().dtype(type));
}

} // namespace spectune::testing
