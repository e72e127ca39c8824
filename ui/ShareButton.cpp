// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ShareButton.h"

#include "ui/StudioIcons.h"

#include <QMenu>

#include <utility>

namespace spectune {

ShareButton::ShareButton(
    const QString& name, QWidget* picture, std::function<std::function<QString()>()> csv, QWidget* parent)
    : QToolButton(parent)
    , m_paint(paintOf(*picture))
    , m_name([name] { return name; })
    , m_source {.name = [this] { return m_name(); },
          .size = [picture] { return picture->size(); },
          .paint = [this](QPaintDevice& device, QSize size) { m_paint(device, size); },
          .csv = std::move(csv)}
{
    setText(tr("Save"));
    setIcon(studioIcon(QStringLiteral("export")));
    setToolTip(tr("Copy or save this"));
    setAccessibleName(tr("Copy or save"));
    setFixedSize(28, 24);
    setIconSize(QSize(13, 13));
    setAutoRaise(true);
    setPopupMode(QToolButton::InstantPopup);
    setObjectName(QStringLiteral("Share"));
    auto* menu = new QMenu(this);
    addPictureActions(
        *menu, *this, m_source, [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    setMenu(menu);
    openByRightClick(*picture, *menu);
}

} // namespace spectune
