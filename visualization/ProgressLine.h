// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PlotPlan.h"

#include <QWidget>

namespace spectune {

/// The run bar's thin progress: steps done, with the phases' borders as ticks.
class ProgressLine : public QWidget {
    Q_OBJECT
public:
    explicit ProgressLine(QWidget* parent = nullptr);

    void setPlan(const PlotPlan& plan);
    void setStep(std::int64_t step); ///< steps done
    void setFailed(bool failed);
    [[nodiscard]] QSize sizeHint() const override { return {160, 6}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {80, 6}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    PlotPlan m_plan;
    std::int64_t m_step = 0;
    bool m_failed = false;
};

} // namespace spectune
