// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"

#include <QWidget>

#include <memory>

class QLabel;
class QLayout;
class QStackedWidget;

namespace spectune {

class FailurePanel;
class FirstSteps;
class FormulaView;
class GeometrySection;
class HistorySection;
struct ModuleLayout;
class OrthogonalityBars;
class RunModel;
class Segmented;
class TripletList;

/// Live's right column: how to read the map, then the triplets of the chosen cell; of a run that failed or waits for
/// its disk what happened.
class Inspector : public QWidget {
    Q_OBJECT
public:
    explicit Inspector(RunModel& run, QWidget* parent = nullptr);

    void setModule(ModuleIndex module);
    [[nodiscard]] ModuleIndex module() const { return m_module; }
    /// One of the matrix's triplets, as a click on its row does.
    void chooseTriplet(int triplet);
    [[nodiscard]] FirstSteps& firstSteps() { return *m_first; }
    [[nodiscard]] FailurePanel& failurePanel() { return *m_failure; }
    /// "What happened" in front.
    void showFailure();
    [[nodiscard]] GeometrySection& geometrySection() { return *m_geometry; }
    [[nodiscard]] HistorySection& historySection() { return *m_history; }

Q_SIGNALS:
    void setupWanted();
    void openRunWanted();
    void openLogWanted();
    void openFolderWanted();
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] QWidget* makeCellPage();
    [[nodiscard]] QLayout* makeTriplets();
    [[nodiscard]] QWidget* makeNumbers();
    void refreshPages();
    void refreshCell();
    void refreshFormula();
    [[nodiscard]] QString whyNone(bool lambdas) const; ///< @param lambdas those are there, and the scores alone are not

    RunModel& m_run;
    ModuleIndex m_module;
    int m_triplet = -1;
    std::weak_ptr<const ModuleLayout> m_layout; ///< whose triplet that is
    Segmented* m_tabs = nullptr;
    QWidget* m_tabRow = nullptr;
    QStackedWidget* m_pages = nullptr;
    FirstSteps* m_first = nullptr;
    FailurePanel* m_failure = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_kept = nullptr;
    QLabel* m_subtitle = nullptr;
    Segmented* m_order = nullptr;
    TripletList* m_triplets = nullptr;
    FormulaView* m_formula = nullptr;
    OrthogonalityBars* m_orthogonality = nullptr;
    QWidget* m_numbers = nullptr; ///< formula and orthogonality, of steps with λ
    QWidget* m_scores = nullptr; ///< the formula of them, where there are scores too
    GeometrySection* m_geometry = nullptr;
    HistorySection* m_history = nullptr;
    QLabel* m_none = nullptr; ///< "No scores at this step", and why
};

} // namespace spectune
