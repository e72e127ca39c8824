// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CloseQuestion.h"

#include "ui/PageParts.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>

namespace spectune {

CloseQuestion::CloseQuestion(QWidget* parent)
    : QWidget(parent)
    , m_title(makeHeading(QString()))
    , m_text(makeText(QString(), "second"))
    , m_stay(new QPushButton)
    , m_close(new QPushButton)
{
    setObjectName(QStringLiteral("BarQuestion"));
    setAttribute(Qt::WA_StyledBackground);
    m_stay->setObjectName(QStringLiteral("KeepTraining"));
    m_close->setObjectName(QStringLiteral("StopAndClose"));
    m_close->setProperty("role", "primary");
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(12, 0, 12, 0);
    line->setSpacing(8);
    line->addWidget(m_title);
    line->addWidget(m_text);
    for (QPushButton* button : {m_stay, m_close}) {
        button->setAutoDefault(true); // Return presses the one that has the focus, as in a dialog
        line->addWidget(button);
    }
    connect(m_stay, &QPushButton::clicked, this, [this] { answer(false); });
    connect(m_close, &QPushButton::clicked, this, [this] { answer(true); });
    hide();
}

void CloseQuestion::ask(OpenWork work)
{
    m_work = work;
    switch (work) {
    case OpenWork::None: return;
    case OpenWork::Run:
        m_title->setText(tr("A run is going on."));
        m_text->setText(tr("Stop it, save it and close?"));
        m_stay->setText(tr("Keep training"));
        m_close->setText(tr("Stop, save and close"));
        break;
    case OpenWork::Export:
    case OpenWork::Animation:
        m_title->setText(
            work == OpenWork::Export ? tr("An export is being written.") : tr("An animation is being written."));
        m_text->setText(tr("Closing now leaves nothing of it."));
        m_stay->setText(tr("Keep writing"));
        m_close->setText(tr("Close without it"));
        break;
    }
    show();
}

void CloseQuestion::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        answer(false);
    else
        QWidget::keyPressEvent(event);
}

void CloseQuestion::answer(bool close)
{
    hide();
    Q_EMIT answered(close);
}

} // namespace spectune
