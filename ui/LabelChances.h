// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace spectune {

/// The labels of a classification with the probability that each side gives them, as pairs of bars with a key.
class LabelChances : public QWidget {
    Q_OBJECT
public:
    struct Label {
        QString text;
        double chances[2] = {-1.0, -1.0}; ///< base, tuned: 0 … 1; negative: not read
        bool expected = false;
    };

    explicit LabelChances(QWidget* parent = nullptr);

    void setLabels(std::vector<Label> labels);
    [[nodiscard]] const std::vector<Label>& labels() const { return m_labels; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    std::vector<Label> m_labels;
};

} // namespace spectune
