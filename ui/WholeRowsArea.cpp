// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/WholeRowsArea.h"

#include "ui/CompareTable.h"

#include <QEvent>
#include <QScrollBar>

#include <utility>

namespace spectune {

WholeRowsArea::WholeRowsArea(QWidget* body, WholeRows wholeRows, int step, QWidget* parent)
    : QScrollArea(parent)
    , m_body(body)
    , m_wholeRows(std::move(wholeRows))
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    verticalScrollBar()->setSingleStep(step);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &WholeRowsArea::fit); // rows differ in height
    body->setObjectName(QStringLiteral("ScrollBody"));
    body->setAttribute(Qt::WA_StyledBackground);
    setWidget(body);
}

WholeRowsArea::WholeRowsArea(CompareTable* table, QWidget* parent)
    : WholeRowsArea(
        table, [table](int top, int height) { return table->wholeRows(top, height); }, CompareTable::rowHeight, parent)
{
}

bool WholeRowsArea::event(QEvent* event)
{
    const bool taken = QScrollArea::event(event);
    if (event->type() == QEvent::LayoutRequest)
        fit(); // there are other rows
    return taken;
}

void WholeRowsArea::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    fit();
}

// What was given other rows while it could not be seen has the height of the earlier ones still.
void WholeRowsArea::showEvent(QShowEvent* event)
{
    QScrollArea::showEvent(event);
    m_body->updateGeometry();
}

void WholeRowsArea::fit()
{
    const int left = viewportMargins().bottom();
    const int room = viewport()->height() + left;
    const int cut = room - m_wholeRows(verticalScrollBar()->value(), room);
    if (cut != left)
        setViewportMargins(0, 0, 0, cut);
}

} // namespace spectune
