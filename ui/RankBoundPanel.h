// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;

namespace spectune {

class ConfigForm;

/// The rank from which on theory knows of no spurious local minima, beside the ranks of the set-up (ADALORA.md, section
/// 9).
class RankBoundPanel : public QWidget {
    Q_OBJECT
public:
    explicit RankBoundPanel(ConfigForm& form, QWidget* parent = nullptr);

    /// "r ≥ 55"; empty while the number of samples is not known.
    [[nodiscard]] QString bound() const;
    [[nodiscard]] QString comparison() const;

private:
    void refresh();

    ConfigForm& m_form;
    QLineEdit* m_outputs = nullptr; ///< K
    QLabel* m_comparison = nullptr;
};

} // namespace spectune
