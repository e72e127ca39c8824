// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/monitor/RankSnapshot.h"

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

namespace spectune {

/// The lines that explain one triplet: a name on the left, the formula with this triplet's numbers on the right.
struct FormulaLines {
    QString title; ///< "Why #6 is back"
    QString note; ///< "pruned at 1,020, back at 1,100"
    std::vector<std::pair<QString, QString>> rows;

    /// None for a triplet that the matrix does not have.
    /// S = s(λ) + mean s(P) + mean s(Q), with s = Ī·Ū (AdaLoRA, equations 9 to 11) or the chosen variant.
    [[nodiscard]] static FormulaLines of(
        const RankSnapshot& snapshot, ModuleIndex module, int triplet, ScoreKind score);
};

/// Draws them, and breaks at spaces what a line does not hold: its height follows its width.
class FormulaView : public QWidget {
    Q_OBJECT
public:
    explicit FormulaView(QWidget* parent = nullptr);
    void setLines(FormulaLines lines);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] bool noteHasItsLine(int width) const; ///< title and note do not fit beside each other

    FormulaLines m_lines;
};

} // namespace spectune
