// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ScrollBarRoom.h"

#include <QAbstractScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QVariant>

namespace spectune {

void keepScrollBarRoom(QAbstractScrollArea& area)
{
    area.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    QScrollBar* bar = area.verticalScrollBar();
    const auto show = [bar] {
        const bool idle = bar->maximum() <= bar->minimum();
        if (bar->property("idle").isValid() && bar->property("idle").toBool() == idle)
            return;
        bar->setProperty("idle", idle);
        bar->style()->unpolish(bar);
        bar->style()->polish(bar);
    };
    show();
    QObject::connect(bar, &QScrollBar::rangeChanged, bar, show);
}

} // namespace spectune
