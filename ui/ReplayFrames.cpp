// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ReplayFrames.h"

#include "ui/RunModel.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/PictureFile.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>
#include <numeric>

namespace spectune {

namespace {

constexpr int captionHeight = 34;
constexpr double gridShare = 0.54; ///< of the width, beside curves
constexpr int padding = 12;

} // namespace

ReplayFrames::ReplayFrames(const RunModel& run, const FrameLook& look)
    : m_run(run)
    , m_look(look)
{
    m_grid.setReducedMotion(true);
    m_grid.setModuleLayout(run.layout());
    m_grid.setMode(look.mode);
    m_grid.setTransposed(look.transposed);
    m_plots.setPlan(run.plan());
    m_plots.setHistory(run.history(), run.curves());
    m_plots.setEnded(isTerminal(run.state()));
    m_plots.setRange(PlotRange::WholeRun);
}

QImage ReplayFrames::at(std::int64_t step)
{
    const auto snapshot = m_run.replay().at(m_run.layout(), m_run.history().events, step);
    m_grid.setSnapshot(snapshot);
    m_plots.setShownStep(step);
    const Theme& theme = Theme::current();
    QImage image(m_look.size, QImage::Format_RGB32);
    image.fill(theme.panel);
    const int gridWidth
        = m_look.curves ? static_cast<int>(m_look.size.width() * gridShare) : m_look.size.width() - padding;
    const QSize body(gridWidth - padding, m_look.size.height() - captionHeight - padding);
    const auto part = [](QSize size, const PaintPicture& paint) { return pictureOf(size, 1.0, paint); };
    QPainter painter(&image);
    painter.drawImage(QPoint(padding, captionHeight),
        part(body, [this](QPaintDevice& device, QSize size) { m_grid.paintOn(device, size); }));
    if (m_look.curves) {
        const QSize rest(m_look.size.width() - gridWidth - 2 * padding, body.height());
        painter.drawImage(QPoint(gridWidth + padding, captionHeight),
            part(rest, [this](QPaintDevice& device, QSize size) { m_plots.paintOn(device, size); }));
    }
    painter.setFont(Fonts::heading());
    painter.setPen(theme.text);
    const QRectF line(padding, 0, m_look.size.width() - 2.0 * padding, captionHeight);
    drawTabular(painter, line, Qt::AlignLeft | Qt::AlignVCenter, m_run.name());
    painter.setFont(Fonts::body());
    painter.setPen(theme.text2);
    drawTabular(painter, line, Qt::AlignRight | Qt::AlignVCenter, caption(step, snapshot.get()));
    return image;
}

QString ReplayFrames::caption(std::int64_t step, const RankSnapshot* snapshot) const
{
    QString words = RunModel::tr("step %1 of %2").arg(formatCount(step), formatCount(m_run.resolved().totalSteps));
    if (snapshot == nullptr)
        return words;
    std::int64_t kept = 0;
    for (const ModuleState& module : snapshot->modules)
        kept += module.rank;
    words += RunModel::tr(", %1 of %2 triplets kept")
                 .arg(formatCount(kept), formatCount(snapshot->layout->tripletCount()));
    const QString nearest = m_grid.nearestText();
    return nearest.isEmpty() ? words : words + QStringLiteral(", ") + nearest;
}

std::vector<std::int64_t> ReplayFrames::moments(const RunModel& run, std::size_t most)
{
    std::vector<std::int64_t> steps {1};
    for (const MaskEvent& event : run.history().events)
        if (event.step > steps.back() && event.step <= run.step())
            steps.push_back(event.step);
    if (steps.size() == 1) {
        for (std::size_t i = 1; i < most; ++i)
            steps.push_back(1 + (run.step() - 1) * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(most - 1));
        steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
        return steps;
    }
    if (steps.size() <= most || most < 2)
        return steps;
    std::vector<std::int64_t> chosen;
    for (std::size_t i = 0; i < most; ++i)
        chosen.push_back(steps[i * (steps.size() - 1) / (most - 1)]);
    return chosen;
}

} // namespace spectune
