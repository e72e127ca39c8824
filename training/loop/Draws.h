// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <exception>
#include <utility>
#include <vector>

namespace spectune {

/// Where dropout's generators stand, to put them back there: a step that failed draws again as if it had not been.
class Draws {
public:
    /// @param generators none where there is no dropout
    explicit Draws(std::vector<at::Generator> generators)
        : m_generators(std::move(generators))
    {
        for (const at::Generator& generator : m_generators)
            m_states.push_back(generator.get_state());
    }

    void putBack() noexcept
    {
        try {
            for (std::size_t i = 0; i < m_generators.size(); ++i)
                m_generators[i].set_state(m_states[i]);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): what failed before is what must be told
        }
    }

private:
    std::vector<at::Generator> m_generators;
    std::vector<at::Tensor> m_states; ///< [generators], each on the CPU
};

} // namespace spectune
