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
/// demand, between steps: of the paused step, or of the newest checkpoint.
class GeometrySection : public QWidget {
    Q_OBJECT
public:
    explicit GeometrySection(RunModel& run, QWidget* parent = nullptr);

    /// Another matrix, or the same one at another step: what is shown is no longer of it.
    void setModule(const std::string& module);
    void setGeometry(const TripletGeometry& geometry);
    void setProblem(const QString& text);
    [[nodiscard]] SpectrumBars& spectrum() { return *m_spectrum; }
    [[nodiscard]] GramView& gram(int index) { return *m_grams[index]; } ///< 0: of P, 1: of Q
    /// Asks where the run's state allows it without being told to.
    void refresh();

Q_SIGNALS:
    void geometryWanted(const std::string& module);

private:
    [[nodiscard]] bool canAsk() const;
    void ask();
    void showParts(bool values);

    RunModel& m_run;
    std::string m_module;
    std::int64_t m_askedStep = -1; ///< of the run, when it was asked; −1: not yet
    SpectrumBars* m_spectrum = nullptr;
    GramView* m_grams[2] = {};
    QLabel* m_when = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_ask = nullptr;
};

} // namespace spectune
