// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/WholeRowsArea.h"

#include "ui/CompareTable.h"

#include <QEvent>
#include <QScrollBar>

namespace spectune {

WholeRowsArea::WholeRowsArea(CompareTable* table, const QString& name, QWidget* parent)
    : QScrollArea(parent)
    , m_table(table)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setAccessibleName(name);
    verticalScrollBar()->setSingleStep(CompareTable::rowHeight);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &WholeRowsArea::fit); // rows differ in height
    table->setObjectName(QStringLiteral("ScrollBody"));
    table->setAttribute(Qt::WA_StyledBackground);
    setWidget(table);
}

bool WholeRowsArea::event(QEvent* event)
{
    const bool taken = QScrollArea::event(event);
    if (event->type() == QEvent::LayoutRequest)
        fit(); // the table has other rows
    return taken;
}

void WholeRowsArea::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    fit();
}

// A table that was given other rows while it could not be seen has the height of the earlier ones still.
void WholeRowsArea::showEvent(QShowEvent* event)
{
    QScrollArea::showEvent(event);
    m_table->updateGeometry();
}

void WholeRowsArea::fit()
{
    const int left = viewportMargins().bottom();
    const int room = viewport()->height() + left;
    const int cut = room - m_table->wholeRows(verticalScrollBar()->value(), room);
    if (cut != left)
        setViewportMargins(0, 0, 0, cut);
}

} // namespace spectune
