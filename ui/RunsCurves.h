// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

class QComboBox;
class QLayout;

namespace spectune {

class CompareCurves;
class ComparePlot;
class ElidedLabel;
class LegendToggle;
enum class CompareValue;

/// The curves of the chosen runs in one plot: above it what is compared, over which axis, and what can be left out.
class RunsCurves : public QWidget {
    Q_OBJECT
public:
    explicit RunsCurves(QWidget* parent = nullptr);

    /// All of them are shown, of the value and over the axis that are chosen. @param curves of the task loss
    /// @param names of the runs, for the legend
    void setCurves(CompareCurves curves, const QStringList& names);
    [[nodiscard]] ComparePlot& plot() { return *m_plot; }
    [[nodiscard]] QComboBox& choice() { return *m_choice; } ///< of the compared value, in the order of allCompareValues

Q_SIGNALS:
    void told(const QString& title, const QString& text);

private:
    [[nodiscard]] QLayout* makeHead();
    [[nodiscard]] QWidget* makeLegend();
    [[nodiscard]] QLayout* makeRunsLegend();
    [[nodiscard]] CompareValue chosenValue() const;
    void showValue(CompareValue value);
    void refreshNote();
    void offerControls(bool any); ///< where there is a curve: over an empty plot they do nothing

    ComparePlot* m_plot = nullptr;
    QWidget* m_axis = nullptr;
    QWidget* m_share = nullptr;
    QWidget* m_legend = nullptr; ///< the row of what a plot consists of
    QComboBox* m_choice = nullptr;
    ElidedLabel* m_note = nullptr;
    std::vector<QWidget*> m_ofNoisy; ///< parts of the legend that a value has which jumps from step to step
    QWidget* m_evaluations = nullptr;
    bool m_evaluated = false; ///< any of the runs
    std::vector<LegendToggle*> m_runToggles; ///< one for each run that can be compared
};

} // namespace spectune
