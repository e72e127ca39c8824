// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/TripletList.h"

#include "visualization/CsvNumber.h"
#include "visualization/TripletListColumns.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spectune {

using namespace tripletlist;

TripletList::TripletList(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // an own, thin one marks the threshold
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Triplets"));
    verticalScrollBar()->setSingleStep(1);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
}

const TripletState& TripletList::triplet(int row) const
{
    return m_snapshot->tripletsOf(m_module)[m_rows[static_cast<std::size_t>(row)]];
}

void TripletList::setModule(std::shared_ptr<const RankSnapshot> snapshot, ModuleIndex module)
{
    const bool other = module != m_module || m_rows.empty();
    m_snapshot = std::move(snapshot);
    m_module = module;
    if (!m_snapshot || !m_snapshot->layout || !module.isValid() || module.at() >= m_snapshot->modules.size()) {
        m_snapshot.reset();
    }
    sortRows();
    updateScroll(other);
    if (other) {
        m_selected = -1;
    }
    viewport()->update();
}

void TripletList::setOrder(TripletOrder order)
{
    m_order = order;
    sortRows();
    updateScroll(true);
    viewport()->update();
}

void TripletList::setSelected(int triplet)
{
    m_selected = triplet;
    if (m_snapshot && triplet >= 0 && triplet < static_cast<int>(m_snapshot->layout->rankOf(m_module))) {
        const TripletState& state = m_snapshot->tripletsOf(m_module)[triplet];
        setAccessibleDescription(tr("triplet %1, λ %2, %3")
                                     .arg(triplet)
                                     .arg(static_cast<double>(state.lambda), 0, 'g', 3)
                                     .arg(state.kept ? tr("kept") : tr("pruned")));
    }
    viewport()->update();
}

void TripletList::sortRows()
{
    m_rows.clear();
    m_keptRows = 0;
    m_lambdaMax = 1e-12;
    if (!m_snapshot) {
        return;
    }
    const auto count = static_cast<int>(m_snapshot->layout->rankOf(m_module));
    const TripletState* states = m_snapshot->tripletsOf(m_module);
    m_rows.resize(static_cast<std::size_t>(count));
    std::iota(m_rows.begin(), m_rows.end(), 0);
    std::stable_sort(m_rows.begin(), m_rows.end(), [&](int a, int b) {
        if (m_order == TripletOrder::Index) {
            return a < b;
        }
        if (m_order == TripletOrder::Lambda || !m_snapshot->hasScores) {
            return std::abs(states[a].lambda) > std::abs(states[b].lambda);
        }
        return states[a].kept != states[b].kept ? states[a].kept : states[a].score > states[b].score;
    });
    for (int i = 0; i < count; ++i) {
        m_keptRows += states[i].kept ? 1 : 0;
        m_lambdaMax = std::max(m_lambdaMax, static_cast<double>(std::abs(states[i].lambda)));
    }
    if (m_snapshot->eventStep < 0) {
        m_keptRows = count;
    }
}

QString TripletList::toCsv() const
{
    QString csv = QStringLiteral("triplet,lambda,score,kept,pruned_at,revived_at\n");
    const auto stepText = [](std::int32_t step) { return step < 0 ? QString() : QString::number(step); };
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const TripletState& state = triplet(static_cast<int>(row));
        const QStringList cells {QString::number(m_rows[row]), csvNumber(state.lambda),
            m_snapshot->hasScores ? csvNumber(state.score) : QString(), QString::number(state.kept ? 1 : 0),
            stepText(state.prunedAt), stepText(state.revivedAt)};
        csv += cells.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return csv;
}

int TripletList::fullHeight() const
{
    return headHeight + static_cast<int>(std::max<std::size_t>(1, m_rows.size())) * rowHeight + footHeight;
}

int TripletList::usualHeight() const
{
    constexpr std::size_t most = 16;
    constexpr int shown = 10;
    return m_rows.size() <= most ? fullHeight() : headHeight + shown * rowHeight + 2 * restHeight + footHeight;
}

int TripletList::visibleRows() const
{
    const int count = static_cast<int>(m_rows.size());
    const int space = viewport()->height() - headHeight - footHeight;
    if (space / rowHeight >= count) {
        return count;
    }
    return std::clamp((space - 2 * restHeight) / rowHeight, 1, std::max(1, count));
}

void TripletList::updateScroll(bool toThreshold)
{
    const int rows = visibleRows();
    const int hidden = std::max(0, static_cast<int>(m_rows.size()) - rows);
    verticalScrollBar()->setRange(0, hidden);
    verticalScrollBar()->setPageStep(rows);
    if (toThreshold && m_order == TripletOrder::Score && hidden > 0) {
        verticalScrollBar()->setValue(m_keptRows - (rows + 1) / 2);
    } else if (toThreshold) {
        verticalScrollBar()->setValue(0);
    }
}

QSize TripletList::sizeHint() const
{
    return {294, fullHeight()};
}

QSize TripletList::minimumSizeHint() const
{
    return {250, headHeight + footHeight + 5 * rowHeight};
}

void TripletList::resizeEvent(QResizeEvent*)
{
    updateScroll(true);
}

void TripletList::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        viewport()->update();
    }
    QAbstractScrollArea::changeEvent(event);
}

void TripletList::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) {
        return; // its menu chooses no triplet
    }
    const int first = verticalScrollBar()->value();
    const bool scrolls = verticalScrollBar()->maximum() > 0;
    const double y = event->position().y() - headHeight - (scrolls ? restHeight : 0);
    if (scrolls && event->position().x() > viewport()->width() - 12.0) {
        const double part = y / std::max(1, visibleRows() * rowHeight);
        verticalScrollBar()->setValue(static_cast<int>(part * static_cast<double>(m_rows.size())) - visibleRows() / 2);
        return;
    }
    const int row = first + static_cast<int>(std::floor(y / rowHeight));
    if (y >= 0.0 && row < static_cast<int>(m_rows.size()) && row < first + visibleRows()) {
        setSelected(m_rows[static_cast<std::size_t>(row)]);
        Q_EMIT tripletActivated(m_selected);
    }
}

void TripletList::keyPressEvent(QKeyEvent* event)
{
    const auto chosen = std::find(m_rows.begin(), m_rows.end(), m_selected);
    const bool moves = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
    if (m_rows.empty() || !moves) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    int row = chosen == m_rows.end() ? verticalScrollBar()->value() - (event->key() == Qt::Key_Down ? 1 : 0)
                                     : static_cast<int>(chosen - m_rows.begin());
    row = std::clamp(row + (event->key() == Qt::Key_Down ? 1 : -1), 0, static_cast<int>(m_rows.size()) - 1);
    const int first = verticalScrollBar()->value();
    if (row < first || row >= first + visibleRows()) {
        verticalScrollBar()->setValue(row < first ? row : row - visibleRows() + 1);
    }
    setSelected(m_rows[static_cast<std::size_t>(row)]);
    Q_EMIT tripletActivated(m_selected);
}

void TripletList::focusInEvent(QFocusEvent*)
{
    viewport()->update();
}

void TripletList::focusOutEvent(QFocusEvent*)
{
    viewport()->update();
}

} // namespace spectune
