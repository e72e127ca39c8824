// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/ArenaOrder.h"

namespace spectune {

/// Some triplets of a run as an arena of their own. The whole is a flat buffer of all, where every module has the
/// layout's initial rank; the part is one of the chosen ones.
/// Both may end before their λ, as Adam's moments do where λ is not trained.
class TripletSelection {
public:
    /// @param chosen [modules, r] bool
    TripletSelection(const ModuleLayout& layout, const at::Tensor& chosen);

    [[nodiscard]] const ArenaOrder& order() const noexcept { return m_order; } ///< of the part
    /// The part of @p whole, on its device.
    [[nodiscard]] at::Tensor take(const at::Tensor& whole) const;
    /// Writes @p part to its places in @p whole; nothing else of it changes. They may be on different devices.
    void put(const at::Tensor& part, const at::Tensor& whole) const;
    /// The same with a value per triplet: @p whole [modules, r], the part [its triplets].
    [[nodiscard]] at::Tensor takeByTriplet(const at::Tensor& whole) const;
    void putByTriplet(const at::Tensor& part, const at::Tensor& whole) const;

private:
    ArenaOrder m_whole;
    ArenaOrder m_order;
    std::vector<at::Tensor> m_rows; ///< by group, of the whole's: int64 on the device of what was chosen from
    at::Tensor m_triplets; // among all of the whole, int64
};

} // namespace spectune
