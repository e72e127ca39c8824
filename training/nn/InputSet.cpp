// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/InputSet.h"

#include <algorithm>
#include <string_view>

namespace spectune {

Matrix matrixOf(const ModuleInfo& module)
{
    const std::string_view path = module.name;
    return static_cast<Matrix>(matrixOrder(path.substr(path.rfind('.') + 1)));
}

std::span<const Matrix> matricesOf(InputSet set)
{
    static constexpr std::array qkv {Matrix::Q, Matrix::K, Matrix::V};
    static constexpr std::array o {Matrix::O};
    static constexpr std::array gateUp {Matrix::Gate, Matrix::Up};
    static constexpr std::array down {Matrix::Down};
    switch (set) {
    case InputSet::Qkv: return qkv;
    case InputSet::O: return o;
    case InputSet::GateUp: return gateUp;
    case InputSet::Down: break;
    }
    return down;
}

InputSet inputSetOf(Matrix matrix)
{
    for (const InputSet set : inputSets) {
        if (std::ranges::find(matricesOf(set), matrix) != matricesOf(set).end())
            return set;
    }
    return InputSet::Down;
}

std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module)
{
    const ModuleInfo& first = layout.modules[module];
    const InputSet set = inputSetOf(matrixOf(first));
    std::size_t end = module + 1;
    while (end < layout.modules.size() && layout.modules[end].layer == first.layer
        && inputSetOf(matrixOf(layout.modules[end])) == set)
        ++end;
    return static_cast<std::int32_t>(end - module);
}

} // namespace spectune
