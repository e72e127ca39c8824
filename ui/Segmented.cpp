// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/Segmented.h"

#include "visualization/Fonts.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

#include <algorithm>

namespace spectune {

namespace {

constexpr int frame = 1;

int leastButtonWidth(const QString& label)
{
    return QFontMetrics(Fonts::captionBold()).horizontalAdvance(label) + 20; // padding and rule, see studio.qss
}

} // namespace

int Segmented::leastWidth(const QStringList& labels)
{
    int width = 2 * frame;
    for (const QString& label : labels)
        width += leastButtonWidth(label);
    return width;
}

Segmented::Segmented(const QStringList& labels, QWidget* parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
{
    setObjectName(QStringLiteral("Segmented"));
    setAttribute(Qt::WA_StyledBackground);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    setFixedHeight(24);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(frame, frame, frame, frame);
    row->setSpacing(0);
    for (int i = 0; i < labels.size(); ++i) {
        auto* button = new QToolButton;
        button->setText(labels.at(i));
        button->setCheckable(true);
        button->setProperty("last", i + 1 == labels.size());
        QString corners; // of the frame, which a chosen button's ground would cover
        if (i == 0)
            corners += QStringLiteral("border-top-left-radius: 4px; border-bottom-left-radius: 4px;");
        if (i + 1 == labels.size())
            corners += QStringLiteral("border-top-right-radius: 4px; border-bottom-right-radius: 4px;");
        button->setStyleSheet(corners);
        button->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
        button->setMinimumWidth(leastButtonWidth(labels.at(i)));
        m_group->addButton(button, i);
        row->addWidget(button);
    }
    m_group->setExclusive(true);
    connect(m_group, &QButtonGroup::idToggled, this, &Segmented::placeFocus);
    connect(m_group, &QButtonGroup::idClicked, this, &Segmented::chosen);
    placeFocus();
}

// Where nothing is chosen, or the choice cannot be taken, it is the first one that can.
void Segmented::placeFocus()
{
    const auto takes
        = [this](const QAbstractButton* button) { return button->isEnabledTo(this) && !button->isHidden(); };
    QAbstractButton* place = m_group->checkedButton();
    const QList<QAbstractButton*> buttons = m_group->buttons();
    if (place == nullptr || !takes(place)) {
        const auto first = std::ranges::find_if(buttons, takes);
        place = first != buttons.end() ? *first : buttons.front();
    }
    const bool hadFocus = focusProxy() != nullptr && focusProxy()->hasFocus();
    setFocusProxy(place);
    if (hadFocus && !place->hasFocus())
        place->setFocus(Qt::OtherFocusReason); // from a button beside it an arrow would move, and choose nothing
}

int Segmented::current() const
{
    return m_group->checkedId();
}

void Segmented::setCurrent(int index)
{
    if (auto* button = m_group->button(index)) {
        button->setChecked(true);
    } else if (auto* checked = m_group->checkedButton()) {
        m_group->setExclusive(false);
        checked->setChecked(false);
        m_group->setExclusive(true);
    }
}

void Segmented::setToolTips(const QStringList& tips)
{
    for (int i = 0; i < tips.size(); ++i)
        if (auto* button = m_group->button(i))
            button->setToolTip(tips.at(i));
}

void Segmented::setName(const QString& name, const QString& help)
{
    m_name = name;
    setAccessibleName(name);
    setAccessibleDescription(help);
    const QList<QAbstractButton*> buttons = m_group->buttons();
    for (QAbstractButton* button : buttons) {
        nameButton(*button);
        button->setAccessibleDescription(help);
    }
}

void Segmented::nameButton(QAbstractButton& button)
{
    if (!m_name.isEmpty())
        button.setAccessibleName(tr("%1: %2").arg(m_name, button.text()));
}

void Segmented::setLabel(int index, const QString& text)
{
    auto* button = m_group->button(index);
    if (button == nullptr || button->text() == text)
        return;
    button->setText(text);
    nameButton(*button);
    button->setMinimumWidth(leastButtonWidth(text));
}

void Segmented::setChoiceEnabled(int index, bool enabled)
{
    if (auto* button = m_group->button(index))
        button->setEnabled(enabled);
    placeFocus();
}

void Segmented::setShown(int count)
{
    const QList<QAbstractButton*> buttons = m_group->buttons();
    for (int i = 0; i < buttons.size(); ++i)
        buttons.at(i)->setVisible(i < count);
    placeFocus();
}

} // namespace spectune
