// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>
#include <string>
#include <vector>

class QLabel;

namespace spectune {

class ConfigForm;
class RankGrid;
class Segmented;
class SetupFields;

/// Which layers and which kinds of matrices are adapted: their product, as adalora.layers × adalora.targets say it.
struct TargetChoice {
    std::vector<std::int64_t> layers; ///< empty: all
    std::vector<std::string> kinds; ///< empty: all

    /// The product that a person meant who changed the ticks of a @p layers × kinds grid from @p before to @p after:
    /// ticks bring in their rows and columns; ticks taken away take out the row when they lie in one row, else the column.
    [[nodiscard]] static TargetChoice fromTicks(const std::vector<bool>& before, const std::vector<bool>& after,
        const std::vector<std::string>& kinds, int layers);
};

/// Set up's second column: the grid of targets.
class TargetsPanel : public QWidget {
    Q_OBJECT
public:
    TargetsPanel(ConfigForm& form, SetupFields& fields, QWidget* parent = nullptr);

private:
    void refresh();
    void applyTicks(const std::vector<bool>& ticked);
    void applyKinds(const std::vector<std::string>& kinds);

    ConfigForm& m_form;
    QLabel* m_count = nullptr;
    Segmented* m_presets = nullptr;
    RankGrid* m_grid = nullptr;
};

} // namespace spectune
