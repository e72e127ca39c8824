// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TopBar.h"

#include "ui/PageParts.h"
#include "visualization/Fonts.h"

#include <QButtonGroup>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QToolButton>

namespace spectune {

TopBar::TopBar(const QStringList& workspaces, QWidget* parent)
    : QWidget(parent)
    , m_tabs(new QButtonGroup(this))
{
    setObjectName(QStringLiteral("TopBar"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(30);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 12, 0);
    row->setSpacing(0);
    m_menus = new QMenuBar;
    m_menus->setNativeMenuBar(false);
    m_menus->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    row->addWidget(m_menus);
    auto* rule = new QFrame;
    rule->setObjectName(QStringLiteral("Rule"));
    rule->setFixedSize(1, 16);
    row->addSpacing(12);
    row->addWidget(rule);
    row->addSpacing(12);
    for (int i = 0; i < workspaces.size(); ++i) {
        auto* tab = new QToolButton;
        tab->setText(workspaces.at(i));
        tab->setCheckable(true);
        tab->setProperty("role", "tab");
        tab->setToolTip(tr("%1 (Ctrl+%2)").arg(workspaces.at(i)).arg(i + 1));
        tab->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
        m_tabs->addButton(tab, i);
        row->addWidget(tab);
    }
    m_tabs->setExclusive(true);
    m_tourPlace = makeCaption(QString(), "focus");
    m_tourPlace->setFont(Fonts::captionBold());
    row->addWidget(m_tourPlace);
    row->addStretch();
    m_meta = makeText(QString(), "second");
    row->addWidget(m_meta);
    connect(m_tabs, &QButtonGroup::idClicked, this, &TopBar::workspaceChosen);
}

void TopBar::setWorkspace(int index)
{
    if (auto* tab = m_tabs->button(index))
        tab->setChecked(true);
}

void TopBar::setTourPlace(const QString& text)
{
    m_tourPlace->setText(text);
}

void TopBar::setMeta(const QString& text)
{
    m_meta->setText(text);
}

} // namespace spectune
