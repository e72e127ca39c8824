// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

class GramView;
class RunModel;
class SpectrumBars;

/// The inspector's exact part: singular values of ΔW beside |λ|, and PᵀP and QQᵀ as images. The engine computes them on
/// demand between two steps of a run, which need not pause, or of one that has ended from its newest checkpoint, or the
/// one before the shown step. What is shown says of which step it is, and stays until other values come.
class GeometrySection : public QWidget {
    Q_OBJECT
public:
    explicit GeometrySection(RunModel& run, QWidget* parent = nullptr);

    /// Another matrix: what is shown is no longer of it. The same one: as refresh().
    void setModule(const std::string& module);
    void setGeometry(const TripletGeometry& geometry);
    void setProblem(const QString& text);
    [[nodiscard]] SpectrumBars& spectrum() { return *m_spectrum; }
    [[nodiscard]] GramView& gram(int index) { return *m_grams[index]; } ///< 0: of P, 1: of Q
    /// Follows the run's state; while it is paused it asks by itself.
    void refresh();

Q_SIGNALS:
    /// @param checkpoint steps done at the one to read; −1: the newest, or the run in work
    void geometryWanted(const std::string& module, qint64 checkpoint);
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] bool canAsk() const;
    [[nodiscard]] std::int64_t
    checkpointOfShown() const; ///< the last one until the shown step; −1: none, or nothing past
    void ask();
    void refreshWhen();
    void forget(); ///< all that is shown and asked
    void showParts(bool values, const QString& note);

    RunModel& m_run;
    std::string m_module;
    bool m_waiting = false; ///< asked, not answered
    bool m_refused = false; ///< the last question had no answer, and why is shown
    bool m_shown = false; ///< values of m_module are shown
    std::int64_t m_askedStep = -1; ///< of the run, when it was asked: a paused one is asked once by itself
    std::int64_t m_shownStep = -1; ///< steps done of what is shown; −1: not known
    SpectrumBars* m_spectrum = nullptr;
    GramView* m_grams[2] = {};
    QLabel* m_when = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_ask = nullptr;
};

} // namespace spectune
