// SPDX-License-Identifier: GPL-3.0-or-later
// What the run bar is made of.
#include "ui/FigureLabel.h"
#include "ui/PageParts.h"
#include "ui/RunBar.h"
#include "ui/StateMarkView.h"
#include "ui/StudioIcons.h"
#include "visualization/Fonts.h"
#include "visualization/ProgressLine.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

namespace {

QWidget* makeStat(FigureLabel*& value, const QString& caption)
{
    auto* stat = new QWidget;
    auto* column = new QVBoxLayout(stat);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    value = new FigureLabel;
    value->setFont(Fonts::heading());
    value->setMinimumWidth(54);
    value->setAccessibleName(caption);
    column->addWidget(value);
    column->addWidget(makeCaption(caption));
    return stat;
}

} // namespace

QWidget* RunBar::makeStateColumn()
{
    auto* column = new QWidget;
    column->setMinimumWidth(188);
    auto* grid = new QVBoxLayout(column);
    grid->setContentsMargins(0, 9, 0, 9);
    grid->setSpacing(1);
    auto* first = new QHBoxLayout;
    first->setSpacing(7);
    m_mark = new StateMarkView;
    m_title = new QLabel;
    m_title->setFont(Fonts::state());
    m_titleNote = makeText(QString(), "third");
    first->addWidget(m_mark);
    first->addWidget(m_title);
    first->addWidget(m_titleNote);
    first->addStretch();
    grid->addLayout(first);
    m_subtitle = makeCaption(QString());
    m_subtitle->setObjectName(QStringLiteral("RunSubtitle"));
    m_subtitle->setIndent(19);
    grid->addWidget(m_subtitle);
    return column;
}

QWidget* RunBar::makeProgressColumn()
{
    m_progressColumn = new QWidget;
    auto* column = new QVBoxLayout(m_progressColumn);
    column->setContentsMargins(0, 8, 0, 12);
    column->setSpacing(4);
    auto* texts = new QHBoxLayout;
    m_stepText = new FigureLabel;
    m_stepText->setFont(Fonts::heading());
    m_stepText->setRestLook(Fonts::body(), &Theme::text);
    m_leftText = new FigureLabel;
    m_leftText->setFont(Fonts::body());
    m_leftText->setProperty("tone", QStringLiteral("second"));
    m_leftText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_leftText->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long time left does not widen the bar
    texts->addWidget(m_stepText);
    texts->addWidget(m_leftText, 1);
    column->addLayout(texts);
    m_progress = new ProgressLine;
    column->addWidget(m_progress);
    return m_progressColumn;
}

void RunBar::addStats(QHBoxLayout* row)
{
    m_stats = new QWidget;
    auto* stats = new QHBoxLayout(m_stats);
    stats->setContentsMargins(0, 8, 0, 8);
    stats->setSpacing(12);
    stats->addWidget(makeStat(m_loss, tr("task loss")));
    stats->addWidget(makeStat(m_speed, tr("tok/s")));
    stats->addWidget(makeStat(m_rate, tr("learning rate")));
    m_rate->setObjectName(QStringLiteral("LearningRate"));
    m_memoryStat = makeStat(m_memory, tr("memory"));
    m_memory->setRestLook(Fonts::heading(), &Theme::text3);
    m_memory->setObjectName(QStringLiteral("DeviceMemory"));
    m_memoryStat->setMinimumWidth(112); // what is held grows, and its place shall not jump
    m_memoryStat->setVisible(false);
    stats->addWidget(m_memoryStat);
    row->addWidget(m_stats);
}

void RunBar::addButtons(QHBoxLayout* row)
{
    m_buttons = new QWidget;
    auto* buttons = new QHBoxLayout(m_buttons);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->setSpacing(6);
    const auto add = [&](QPushButton*& button, const char* icon, int width) {
        button = new QPushButton;
        button->setMinimumWidth(width);
        button->setFixedHeight(28);
        button->setIconSize(QSize(14, 14));
        if (icon)
            button->setIcon(studioIcon(QString::fromLatin1(icon)));
        buttons->addWidget(button);
    };
    add(m_details, nullptr, 74);
    add(m_export, "export", 92);
    add(m_main, nullptr, 112);
    add(m_step, "step", 74);
    add(m_stop, "stop", 74);
    add(m_evaluate, "evaluate", 96);
    add(m_save, "save", 74);
    m_details->setText(tr("Details"));
    m_main->setProperty("role", "primary");
    m_main->setObjectName(QStringLiteral("MainButton"));
    m_main->installEventFilter(this);
    m_step->setToolTip(tr("One optimizer step (.)"));
    m_stop->setToolTip(tr("Saves, then ends the run (Ctrl+.)"));
    m_evaluate->setObjectName(QStringLiteral("EvaluateButton"));
    m_save->setToolTip(tr("Saves a checkpoint now (Ctrl+S)"));
    connect(m_main, &QPushButton::clicked, this, [this] { Q_EMIT actionTriggered(m_state.action); });
    connect(m_step, &QPushButton::clicked, this, &RunBar::stepTriggered);
    connect(m_stop, &QPushButton::clicked, this, &RunBar::stopTriggered);
    connect(m_evaluate, &QPushButton::clicked, this, &RunBar::evaluateTriggered);
    connect(m_save, &QPushButton::clicked, this, &RunBar::saveTriggered);
    connect(m_export, &QPushButton::clicked, this, &RunBar::exportTriggered);
    connect(m_details, &QPushButton::clicked, this, &RunBar::detailsTriggered);
    row->addWidget(m_buttons);
}

// A double click is one click where its first half has changed what the button does: on "Start again" the second would
// meet "Start" in the same place. A button that has been out of sight since was not pressed at all.
bool RunBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_main && event->type() == QEvent::MouseButtonPress)
        m_pressed = m_state.action;
    else if (watched == m_main && event->type() == QEvent::Hide)
        m_pressed = MainAction::None;
    else if (watched == m_main && event->type() == QEvent::MouseButtonDblClick && m_pressed != m_state.action)
        return true;
    return QWidget::eventFilter(watched, event);
}

void RunBar::addQuestion(QHBoxLayout* row)
{
    m_question = new CloseQuestion;
    connect(m_question, &CloseQuestion::answered, this, [this](CloseAnswer answer) {
        refresh();
        Q_EMIT closeAnswered(answer);
    });
    row->addWidget(m_question);
}

} // namespace spectune
