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
    , m_again(new QPushButton(tr("Try again")))
    , m_stay(new QPushButton)
    , m_close(new QPushButton)
{
    setObjectName(QStringLiteral("BarQuestion"));
    setAttribute(Qt::WA_StyledBackground);
    m_again->setObjectName(QStringLiteral("SaveAgain"));
    m_again->setToolTip(tr("Saves what is missing, then stops the run and closes"));
    m_stay->setObjectName(QStringLiteral("KeepTraining"));
    m_close->setObjectName(QStringLiteral("StopAndClose"));
    m_close->setProperty("role", "primary");
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(12, 0, 12, 0);
    line->setSpacing(8);
    line->addWidget(m_title);
    line->addWidget(m_text);
    for (QPushButton* button : {m_again, m_stay, m_close}) {
        button->setAutoDefault(true); // Return presses the one that has the focus, as in a dialog
        line->addWidget(button);
    }
    connect(m_again, &QPushButton::clicked, this, [this] { answer(CloseAnswer::SaveAndClose); });
    connect(m_stay, &QPushButton::clicked, this, [this] { answer(CloseAnswer::Stay); });
    connect(m_close, &QPushButton::clicked, this,
        [this] { answer(m_work == OpenWork::HeldRun ? CloseAnswer::CloseAnyway : CloseAnswer::SaveAndClose); });
    hide();
}

void CloseQuestion::ask(OpenWork work, const QString& unsaved)
{
    m_work = work;
    place(work == OpenWork::HeldRun);
    setRole(m_close, work == OpenWork::HeldRun ? "" : "primary"); // what loses something is not what is proposed
    setRole(m_again, work == OpenWork::HeldRun ? "primary" : "");
    switch (work) {
    case OpenWork::None: return;
    case OpenWork::Run:
        m_title->setText(tr("A run is going on."));
        m_text->setText(tr("Stop it, save it and close?"));
        m_stay->setText(tr("Keep training"));
        m_close->setText(tr("Stop, save and close"));
        break;
    case OpenWork::HeldRun: askHeld(unsaved); break;
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

// A run may turn out to be held while a click on "Stop, save and close" is under way: where that stood, "Cancel" does.
void CloseQuestion::place(bool held)
{
    m_again->setVisible(held);
    auto* line = static_cast<QHBoxLayout*>(layout());
    line->removeWidget(m_stay);
    line->insertWidget(held ? line->count() : line->indexOf(m_close), m_stay);
    setTabOrder(held ? m_close : m_stay, held ? m_stay : m_close);
}

// Why it cannot be saved stands beside the question, in the run bar.
void CloseQuestion::askHeld(const QString& unsaved)
{
    m_stay->setText(tr("Cancel"));
    if (unsaved.isEmpty()) {
        m_title->setText(tr("The run’s last files cannot be written."));
        m_text->setText(tr("Close without them?"));
        m_close->setText(tr("Close without them"));
        return;
    }
    m_title->setText(tr("%1 cannot be saved.").arg(unsaved));
    m_text->setText(tr("Close and lose that work?"));
    m_close->setText(tr("Close and lose it"));
}

void CloseQuestion::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        answer(CloseAnswer::Stay);
    else
        QWidget::keyPressEvent(event);
}

void CloseQuestion::answer(CloseAnswer answer)
{
    hide();
    Q_EMIT answered(answer);
}

} // namespace spectune
