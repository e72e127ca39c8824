// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>

class QLabel;
class QLineEdit;

namespace spectune {

class ConfigForm;

/// The rank from which on theory knows of no spurious local minima (see rankWithoutSpuriousMinima()), beside the ranks
/// of the set-up. It counts outputs: for a table's labels they are few, 1 unless another number is given; generated
/// text has the whole vocabulary for outputs, and nothing is compared until a number is given.
class RankBoundPanel : public QWidget {
    Q_OBJECT
public:
    explicit RankBoundPanel(ConfigForm& form, QWidget* parent = nullptr);

    /// "r ≥ 55"; empty while the number of samples is not known, or that of the outputs is not small.
    [[nodiscard]] QString bound() const;
    [[nodiscard]] QString comparison() const;

private:
    void refresh();
    [[nodiscard]] bool learnsLabels() const;
    [[nodiscard]] std::int64_t outputs() const; ///< K; 0: as many as the vocabulary has

    ConfigForm& m_form;
    QLineEdit* m_outputs = nullptr; ///< K
    QLabel* m_comparison = nullptr;
    QLabel* m_meaning = nullptr;
};

} // namespace spectune
