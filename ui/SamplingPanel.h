// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

class QGridLayout;
class QLabel;
class QSlider;

namespace spectune {

class FieldLine;
class KeyValueList;
class RunModel;
class Segmented;

/// Try's right column: how tokens are drawn, and what the run's evaluations said.
class SamplingPanel : public QWidget {
    Q_OBJECT
public:
    explicit SamplingPanel(RunModel& run, QWidget* parent = nullptr);

    /// Temperature, top-p, top-k, length, seed and stop text; the rest is left to the caller.
    [[nodiscard]] Generate settings() const;

private:
    struct Row {
        QSlider* slider = nullptr;
        FieldLine* field = nullptr;
        QLabel* name = nullptr;
        double scale = 1.0; ///< value of one slider step
        int decimals = 0;
    };

    void addRows(QGridLayout* grid);
    Row addRow(
        QGridLayout* grid, const QString& name, double low, double high, double scale, int decimals, double value);
    /// Tip, "What is this?" and F1's term of each setting.
    void explainRows();
    void applyPreset(int preset);
    void setValue(const Row& row, double value);
    static void setRowEnabled(const Row& row, bool enabled);
    void refresh();
    void refreshEvaluations();

    RunModel& m_run;
    Segmented* m_presets = nullptr;
    Row m_temperature;
    Row m_topP;
    Row m_topK;
    Row m_length;
    QLabel* m_seedName = nullptr;
    QLabel* m_stopName = nullptr;
    FieldLine* m_seed = nullptr;
    FieldLine* m_stop = nullptr;
    QLabel* m_hint = nullptr;
    KeyValueList* m_evaluations = nullptr;
    QLabel* m_noEvaluations = nullptr;
};

} // namespace spectune
