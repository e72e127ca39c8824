// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/TripletHistory.h"

#include "visualization/CsvNumber.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int plotHeight = 52;
constexpr int gap = 6;
constexpr int axisHeight = 18;
constexpr int legendHeight = 17;
constexpr double labelGap = 8.0; ///< the least between two figures, see standingApart()

} // namespace

TripletHistory::TripletHistory(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("History of the triplets"));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void TripletHistory::setHistory(std::vector<TripletMoment> moments, std::vector<std::int64_t> steps,
    std::vector<float> thresholds, int rank, std::int64_t totalSteps)
{
    const bool sameHeight = rank == m_rank;
    m_moments = std::move(moments);
    m_steps = std::move(steps);
    m_thresholds = std::move(thresholds);
    m_rank = rank;
    m_selected = m_selected < rank ? m_selected : -1; // another run's
    m_total = std::max<std::int64_t>(totalSteps, 1);
    m_picture = {};
    if (!sameHeight) {
        updateGeometry();
    }
    update();
    speak();
}

void TripletHistory::setShownStep(std::int64_t step)
{
    m_shown = step;
    update();
    speak();
}

void TripletHistory::setSelected(int triplet)
{
    m_selected = triplet;
    m_picture = {};
    update();
    speak();
}

double TripletHistory::rowHeight() const
{
    return m_rank <= 12 ? 8.0 : m_rank <= 24 ? 5.0 : 3.0;
}

QSize TripletHistory::sizeHint() const
{
    return {220, static_cast<int>(rowHeight() * std::max(1, m_rank)) + gap + plotHeight + axisHeight + legendHeight};
}

QRectF TripletHistory::strip() const
{
    return {numbersWidth, 0.0, std::max(10.0, width() - numbersWidth), rowHeight() * m_rank};
}

QRectF TripletHistory::plot() const
{
    const QRectF rows = strip();
    return {rows.left(), rows.bottom() + gap, rows.width(), plotHeight - 2.0};
}

double TripletHistory::xOf(std::int64_t step) const
{
    const QRectF rows = strip();
    return rows.left() + rows.width() * static_cast<double>(step) / static_cast<double>(m_total);
}

std::vector<TickPlace> TripletHistory::axisPlaces() const
{
    const QFont font = Fonts::caption();
    const auto total = static_cast<double>(m_total);
    const double room = tabularWidth(font, formatCount(m_total)) + labelGap;
    std::vector<TickPlace> standing;
    for (int count = std::max(1, static_cast<int>(plot().width() / room)); count >= 1; --count) {
        std::vector<double> ticks = stepTicks(0.0, total, count);
        // The last step takes the place of a round one beside it; between round ones none may be missing.
        const std::size_t givesWay = ticks.empty() || ticks.back() < total ? 1 : 0;
        if (givesWay > 0) {
            ticks.push_back(total);
        }
        std::vector<TickPlace> places;
        for (const double tick : ticks) {
            const auto step = static_cast<std::int64_t>(std::llround(tick));
            const double wide = tabularWidth(font, formatCount(step));
            places.push_back({tick, centredInside(xOf(step), wide, 0.0, width()), wide});
        }
        standing = standingApart(places, labelGap);
        if (standing.size() + givesWay >= places.size()) {
            break;
        }
    }
    std::reverse(standing.begin(), standing.end());
    return standing;
}

std::vector<TripletHistory::AxisLabel> TripletHistory::axisLabels() const
{
    const double top = plot().bottom() + 5.0;
    std::vector<AxisLabel> labels;
    for (const TickPlace& place : axisPlaces()) {
        const auto step = static_cast<std::int64_t>(std::llround(place.tick));
        labels.push_back({step, xOf(step), formatCount(step), QRectF(place.left, top, place.width, 13.0)});
    }
    return labels;
}

std::vector<TripletHistory::LegendEntry> TripletHistory::legend() const
{
    constexpr double wordGap = 5.0; // behind a piece
    constexpr double usualGap = 12.0; // between entries; narrow views have less
    using Piece = std::vector<Mark>;
    const auto piece = [](Mark before, Mark event, Mark after) {
        Piece marks(16, after);
        std::fill_n(marks.begin(), 6, before);
        std::fill_n(marks.begin() + 6, 4, event); // twice as wide as in a row: of 2 px no colour is seen
        return marks;
    };
    std::vector<LegendEntry> entries {{piece(Mark::Kept, Mark::Kept, Mark::Kept), tr("kept"), {}, {}},
        {piece(Mark::Kept, Mark::Fell, Mark::Pruned), tr("pruned"), {}, {}},
        {piece(Mark::Pruned, Mark::CameBack, Mark::Kept), tr("came back"), {}, {}}};
    const QFont font = Fonts::caption();
    double words = 0.0;
    for (const LegendEntry& entry : entries) {
        words += static_cast<double>(entry.sample.size()) + wordGap + tabularWidth(font, entry.text);
    }
    const QRectF rows = strip();
    const double between = std::clamp((rows.width() - words) / 2.0 - 1.0, 4.0, usualGap);
    const double top = plot().bottom() + 2.0 + axisHeight;
    double x = rows.left();
    for (LegendEntry& entry : entries) {
        entry.piece = {x, top + 4.0, static_cast<double>(entry.sample.size()), 8.0};
        entry.place = {entry.piece.right() + wordGap, top, tabularWidth(font, entry.text), 15.0};
        x = std::ceil(entry.place.right() + between); // a piece is pixels
    }
    return entries;
}

std::size_t TripletHistory::eventNear(double x) const
{
    const QRectF rows = strip();
    const double step = (x - rows.left()) / rows.width() * static_cast<double>(m_total);
    const auto after = std::lower_bound(m_steps.begin(), m_steps.end(), static_cast<std::int64_t>(std::llround(step)));
    auto index = static_cast<std::size_t>(after - m_steps.begin());
    if (index == m_steps.size()
        || (index > 0 && step - static_cast<double>(m_steps[index - 1]) < static_cast<double>(m_steps[index]) - step)) {
        index -= index > 0 ? 1 : 0;
    }
    return index;
}

std::vector<TripletHistory::Mark> TripletHistory::marksOf(int triplet, int columns) const
{
    std::vector<Mark> marks(static_cast<std::size_t>(std::max(columns, 0)), Mark::Nothing);
    const auto columnOf = [&](std::int64_t step) {
        return static_cast<std::size_t>(std::clamp<std::int64_t>(step * columns / m_total, 0, columns - 1));
    };
    if (marks.empty() || m_steps.empty()) {
        return marks;
    }
    bool kept = true; // before the first event all are
    std::size_t from = 0;
    for (std::size_t event = 0; event < m_steps.size(); ++event) {
        const std::size_t at = columnOf(m_steps[event]);
        for (std::size_t column = from; column < at; ++column) {
            marks[column] = marks[column] < Mark::Fell ? (kept ? Mark::Kept : Mark::Pruned) : marks[column];
        }
        const TripletMoment& moment
            = m_moments[event * static_cast<std::size_t>(m_rank) + static_cast<std::size_t>(triplet)];
        kept = moment.kept;
        const Mark now = moment.changed ? (kept ? Mark::CameBack : Mark::Fell) : (kept ? Mark::Kept : Mark::Pruned);
        marks[at] = std::max(marks[at], now);
        from = std::max(from, at);
    }
    const std::size_t last = columnOf(m_steps.back());
    for (std::size_t column = last + 1; column < std::min(marks.size(), last + 3); ++column) {
        marks[column] = kept ? Mark::Kept : Mark::Pruned; // a little more, so that the end can be seen
    }
    return marks;
}

bool TripletHistory::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && !m_steps.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::size_t index = eventNear(help->pos().x());
        const int row = strip().contains(help->pos())
            ? std::clamp(static_cast<int>(help->pos().y() / rowHeight()), 0, m_rank - 1)
            : m_selected;
        if (const QString words = momentText(row, index); !words.isEmpty()) {
            QToolTip::showText(help->globalPos(), words, this);
        }
        return true;
    }
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange
        || event->type() == QEvent::LanguageChange) {
        m_picture = {};
    }
    return QWidget::event(event);
}

QString TripletHistory::momentText(int triplet, std::size_t event) const
{
    if (triplet < 0 || triplet >= m_rank || event >= m_steps.size()) {
        return {};
    }
    const TripletMoment& moment
        = m_moments[event * static_cast<std::size_t>(m_rank) + static_cast<std::size_t>(triplet)];
    QString words = tr("#%1 at step %2: %3")
                        .arg(triplet)
                        .arg(formatCount(m_steps[event]),
                            moment.changed ? (moment.kept ? tr("came back") : tr("pruned"))
                                           : (moment.kept ? tr("kept") : tr("stays pruned")));
    if (moment.hasScore) {
        words += tr("\nS %1, threshold %2, λ %3")
                     .arg(formatScientific(static_cast<double>(moment.score)),
                         formatScientific(static_cast<double>(m_thresholds[event])),
                         formatFixed(static_cast<double>(moment.lambda), 3));
    }
    return words;
}

std::function<QString()> TripletHistory::csvWork() const
{
    return [moments = m_moments, steps = m_steps, thresholds = m_thresholds, rank = m_rank] {
        QString csv = QStringLiteral("step,triplet,kept,changed,lambda,score,threshold\n");
        for (std::size_t event = 0; event < steps.size(); ++event) {
            for (int triplet = 0; triplet < rank; ++triplet) {
                const TripletMoment& moment
                    = moments[event * static_cast<std::size_t>(rank) + static_cast<std::size_t>(triplet)];
                const QStringList cells {QString::number(steps[event]), QString::number(triplet),
                    QString::number(moment.kept ? 1 : 0), QString::number(moment.changed ? 1 : 0),
                    moment.hasScore ? csvNumber(moment.lambda) : QString(),
                    moment.hasScore ? csvNumber(moment.score) : QString(), csvNumber(thresholds[event])};
                csv += cells.join(QLatin1Char(',')) + QLatin1Char('\n');
            }
        }
        return csv;
    };
}

/// What a reader for the blind says: the chosen triplet at the shown event, else at the last.
void TripletHistory::speak()
{
    if (m_steps.empty()) {
        setAccessibleDescription({});
        return;
    }
    setAccessibleDescription(momentText(std::max(m_selected, 0), shownEvent().value_or(m_steps.size() - 1)));
}

std::optional<std::size_t> TripletHistory::shownEvent() const
{
    const auto after = std::upper_bound(m_steps.begin(), m_steps.end(), m_shown);
    if (m_shown < 0 || after == m_steps.begin()) {
        return {};
    }
    return static_cast<std::size_t>(after - m_steps.begin()) - 1;
}

void TripletHistory::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    const int row = key == Qt::Key_Up ? -1 : key == Qt::Key_Down ? 1 : 0;
    const int side = key == Qt::Key_Left ? -1 : key == Qt::Key_Right ? 1 : 0;
    if (m_steps.empty() || m_rank < 1 || event->modifiers() & ~Qt::KeypadModifier || (row == 0 && side == 0)) {
        QWidget::keyPressEvent(event); // Shift with an arrow is the timeline's
        return;
    }
    if (row != 0) {
        Q_EMIT tripletActivated(m_selected < 0 ? 0 : std::clamp(m_selected + row, 0, m_rank - 1));
        return;
    }
    const std::optional<std::size_t> shown = shownEvent();
    const auto last = static_cast<std::ptrdiff_t>(m_steps.size()) - 1;
    // Live stands behind the last event; before the first one nothing is shown but the way on.
    const std::ptrdiff_t from = shown ? static_cast<std::ptrdiff_t>(*shown) : m_shown < 0 ? last + 1 : -1;
    Q_EMIT stepActivated(m_steps[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from + side, 0, last))]);
}

void TripletHistory::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TripletHistory::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

void TripletHistory::mousePressEvent(QMouseEvent* event)
{
    if (m_steps.empty() || event->button() != Qt::LeftButton) {
        return;
    }
    if (strip().contains(event->position())) {
        Q_EMIT tripletActivated(std::clamp(static_cast<int>(event->position().y() / rowHeight()), 0, m_rank - 1));
    }
    Q_EMIT stepActivated(m_steps[eventNear(event->position().x())]);
}

} // namespace spectune
