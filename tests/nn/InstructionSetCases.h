// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the CPU's instruction sets share: the tables that this processor can run, and what each of them
// made of the same random inputs.
#pragma once

#include "tests/nn/KernelCases.h"
#include "training/cuda/CpuLevels.h"
#include "training/nn/KernelTypes.h"

#include <string>
#include <vector>

namespace spectune::testing {

inline bool hasAvx2()
{
#if SPECTUNE_X86
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
    return false;
#endif
}

inline bool hasAvx512()
{
#if SPECTUNE_X86
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0
        && __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
#else
    return false;
#endif
}

template <typename T>
const kernels::Table<T>& tableOf(const QString& level)
{
#if SPECTUNE_X86
    if (level == "avx2")
        return kernels::avx2::table<T>();
    if (level == "avx512")
        return kernels::avx512::table<T>();
#endif
    return kernels::sse2::table<T>();
}

/// Rows of a test: each set above SSE2 with each element type.
inline void addLevels()
{
    QTest::addColumn<QString>("level");
    QTest::addColumn<int>("typeNumber");
    for (const char* level : {"avx2", "avx512"}) {
        QTest::addRow("%s, float64", level) << level << static_cast<int>(at::kDouble);
        QTest::addRow("%s, float32", level) << level << static_cast<int>(at::kFloat);
        QTest::addRow("%s, bfloat16", level) << level << static_cast<int>(at::kBFloat16);
    }
}

/// The row of addLevels() that runs.
struct LevelRow {
    QString level;
    at::ScalarType type = at::kFloat;
    bool isHere = false; ///< this processor has the set
};

inline LevelRow levelRow()
{
    QFETCH(const QString, level);
    QFETCH(const int, typeNumber);
    return {.level = level,
        .type = static_cast<at::ScalarType>(typeNumber),
        .isHere = level == "avx2" ? hasAvx2() : hasAvx512()};
}

/// What a table makes of the same random inputs, by name. Sets differ in the order of sums alone, and in whether a
/// product is rounded before it is added: 250 terms at most (headDim and keys, or a vocabulary). bfloat16 may then fall
/// on the other side of a rounding, which a backward reads once more.
struct Outputs {
    struct Output {
        std::string name;
        at::Tensor value;
        double tolerance = 0.0; ///< of @c size; 0: the same bits
        double size = 1.0; ///< or of the largest element, where that is larger
    };
    std::vector<Output> all;
    bool stayedInside = true;

    /// @param type that the numbers are rounded to on their way
    explicit Outputs(at::ScalarType type)
        : m_tolerance(type == at::kDouble ? 1e-13 : allowed(type, 250, 2))
    {
    }

    void add(const std::string& name, const Range& range)
    {
        add(name, range.rows);
        stayedInside = stayedInside && range.marginsHold();
    }
    void add(const std::string& name, const at::Tensor& tensor, double size = 1.0)
    {
        if (tensor.numel() > 0) // a rank of 0 makes nothing
            all.push_back({.name = name, .value = tensor, .tolerance = m_tolerance, .size = size});
    }
    /// What no order of sums can change.
    void addExact(const std::string& name, const Range& range)
    {
        addExact(name, range.rows);
        stayedInside = stayedInside && range.marginsHold();
    }
    void addExact(const std::string& name, const at::Tensor& tensor) { all.push_back({.name = name, .value = tensor}); }

private:
    double m_tolerance;
};

/// For NEAR: empty where two sets made the same and wrote nothing beside it.
inline QString apart(const Outputs& actual, const Outputs& expected)
{
    if (!actual.stayedInside || !expected.stayedInside)
        return "something beside the outputs was written, or a kernel refused";
    if (actual.all.size() != expected.all.size())
        return "another number of outputs";
    for (std::size_t i = 0; i < expected.all.size(); ++i) {
        const auto& [name, value, tolerance, size] = expected.all[i];
        QString difference;
        if (tolerance > 0.0)
            difference = apart(name.c_str(), actual.all[i].value, value, tolerance, size);
        else if (!identical(actual.all[i].value, value))
            difference = QString("%1: not the same bits").arg(name.c_str());
        if (!difference.isEmpty())
            return difference;
    }
    return {};
}

} // namespace spectune::testing
