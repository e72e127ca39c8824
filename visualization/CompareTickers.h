// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/LogLevels.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"

#include <algorithm>
#include <functional>
#include <utility>

// Sources include this, and no header does.
namespace spectune {

/// Round ticks whose labels are written as the rest of the studio writes numbers.
class StudioTicker : public QCPAxisTicker {
public:
    /// @param least smallest step between two ticks, asked at every drawing
    explicit StudioTicker(
        std::function<QString(double value, double step)> text, std::function<double()> least = [] { return 0.0; })
        : m_text(std::move(text))
        , m_least(std::move(least))
    {
        setTickCount(6);
    }

protected:
    double getTickStep(const QCPRange& range) override
    {
        return m_step = std::max(QCPAxisTicker::getTickStep(range), m_least());
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return m_text(tick, m_step); }

private:
    std::function<QString(double, double)> m_text;
    std::function<double()> m_least;
    double m_step = 1.0;
};

/// Ticks of an upright logarithmic axis, as the plots of Live have them.
class LogTicker : public QCPAxisTicker {
public:
    explicit LogTicker(const QCPAxis* axis)
        : m_axis(axis)
    {
    }

protected:
    QVector<double> createTickVector(double, const QCPRange& range) override
    {
        QVector<double> ticks;
        for (const TickPlace& place : standingLogLevels(
                 range.lower, range.upper, [this](double tick) { return m_axis->coordToPixel(tick); },
                 m_axis->axisRect()->top()))
            ticks.append(place.tick);
        return ticks;
    }
    QVector<double> createSubTickVector(int, const QVector<double>&) override { return {}; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return formatLogTick(tick); }

private:
    const QCPAxis* m_axis; ///< has this ticker
};

} // namespace spectune
