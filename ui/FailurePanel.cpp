// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FailurePanel.h"

#include "ui/FailureChoices.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/StudioIcons.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QClipboard>
#include <QFileInfo>
#include <QFrame>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>

namespace spectune {

namespace {

QString advice(FailureKind kind)
{
    switch (kind) {
    case FailureKind::Config: return FailurePanel::tr("Mend the named field in Set up and start again.");
    case FailureKind::Io: return FailurePanel::tr("Look at the named file, then start again.");
    case FailureKind::OutOfMemory:
        return FailurePanel::tr(
            "With the same result: a smaller micro-batch size, or gradient checkpointing. A smaller "
            "“Longest sample” needs less, too, but cuts samples.");
    case FailureKind::Diverged:
        return FailurePanel::tr("A lower learning rate, a longer warm-up or stronger gradient clipping; or resume from "
                                "an earlier checkpoint.");
    case FailureKind::DeviceLost: return FailurePanel::tr("Restart the program before using the device again.");
    case FailureKind::Internal: break;
    }
    return FailurePanel::tr("Please report it with the message and the log.");
}

} // namespace

QString failureTitle(FailureKind kind)
{
    switch (kind) {
    case FailureKind::Config: return FailurePanel::tr("The set-up does not work");
    case FailureKind::Io: return FailurePanel::tr("A file could not be used");
    case FailureKind::OutOfMemory: return FailurePanel::tr("Out of memory");
    case FailureKind::Diverged: return FailurePanel::tr("The loss diverged");
    case FailureKind::DeviceLost: return FailurePanel::tr("The device was lost");
    case FailureKind::Internal: break;
    }
    return FailurePanel::tr("A fault of the program");
}

FailurePanel::FailurePanel(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeScroll(makeBody()), 1); // with choices it may be higher than the window
    column->addWidget(makeRule());
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(12, 10, 12, 10);
    auto* copy = makeSmallButton(tr("Copy message"));
    m_log = makeSmallButton(tr("Open log"));
    foot->addWidget(copy);
    foot->addWidget(m_log);
    foot->addStretch();
    column->addLayout(foot);
    connect(copy, &QPushButton::clicked, this, [this] {
        const Failure& failure = m_run.failure();
        QGuiApplication::clipboard()->setText(
            labelledWords(failure.message) + QLatin1Char('\n') + labelledWords(failure.detail));
    });
    connect(m_log, &QPushButton::clicked, this, &FailurePanel::openLogWanted);
    connect(&run, &RunModel::stateChanged, this, &FailurePanel::refresh);
    connect(&run, &RunModel::checkpointAppended, this, &FailurePanel::refresh);
}

QWidget* FailurePanel::makeBody()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* cause = makeSection();
    auto* head = new QHBoxLayout;
    m_title = makeHeading(QString());
    m_title->setProperty("tone", "error");
    head->addWidget(makeIcon(QStringLiteral("cross"), IconTone::Error));
    head->addWidget(m_title, 1);
    cause->addLayout(head);
    m_message = makeText(QString(), "", true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    cause->addWidget(m_message);
    m_detail = new QPlainTextEdit;
    m_detail->setReadOnly(true);
    m_detail->setFont(Fonts::mono());
    m_detail->setAccessibleName(tr("Details"));
    // One that takes what is left would draw the texts above it apart.
    m_detail->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    cause->addWidget(m_detail);
    column->addLayout(cause);
    column->addWidget(makeRule());
    auto* change = makeSection();
    change->addWidget(makeHeading(tr("What may help")));
    m_advice = makeText(QString(), "second", true);
    change->addWidget(m_advice);
    m_choices = new FailureChoices;
    m_choices->hide();
    change->addWidget(m_choices);
    column->addLayout(change);
    column->addWidget(makeRule());
    auto* kept = makeSection();
    kept->addWidget(makeHeading(tr("What is kept")));
    m_kept = new QVBoxLayout;
    kept->addLayout(m_kept);
    column->addLayout(kept);
    column->addStretch();
    return body;
}

void FailurePanel::setForm(const ConfigForm& form)
{
    m_form = &form;
    refresh();
}

void FailurePanel::refreshChoices()
{
    const bool memory = m_form && m_run.failure().kind == FailureKind::OutOfMemory;
    const auto& saved = m_run.checkpoints();
    m_choices->offer(memory ? MemoryWays::of(m_run.config(), *m_form) : MemoryWays {}, m_run.config(),
        saved.empty() ? std::nullopt : std::optional(saved.back()));
    m_advice->setText(m_choices->isEmpty() ? advice(m_run.failure().kind)
                                           : tr("One of these needs less. Resumed as it is, the run would ask for the "
                                                "same memory again."));
}

void FailurePanel::addKept(const char* icon, const QString& title, const QString& detail)
{
    auto* row = new QWidget;
    auto* grid = new QGridLayout(row);
    grid->setContentsMargins(0, 0, 0, 2);
    grid->setVerticalSpacing(0);
    const QLatin1String name(icon);
    const IconTone tone = name == QLatin1String("check") ? IconTone::Ok : IconTone::Warn;
    grid->addWidget(makeIcon(name, tone), 0, 0);
    grid->addWidget(makeText(title, "", true), 0, 1);
    grid->addWidget(makeCaption(detail, "third", true), 1, 1);
    grid->setColumnStretch(1, 1);
    m_kept->addWidget(row);
}

void FailurePanel::refresh()
{
    if (m_run.state() != SessionState::Failed)
        return;
    const Failure& failure = m_run.failure();
    const QString where = failure.step >= 0 ? tr(" at step %1").arg(formatCount(failure.step)) : QString();
    m_title->setText(failureTitle(failure.kind) + where);
    m_message->setText(labelledWords(failure.message));
    m_detail->setPlainText(labelledWords(failure.detail));
    m_detail->setVisible(!failure.detail.empty());
    constexpr int lineHeight = 15;
    m_detail->setFixedHeight(16 + lineHeight * std::clamp(m_detail->blockCount() + 1, 2, 8));
    refreshChoices();
    while (QLayoutItem* item = m_kept->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    const auto& saved = m_run.checkpoints();
    if (saved.empty())
        addKept("warning", tr("No checkpoint"), tr("none had been reached; “save every” makes them"));
    else
        addKept("check", tr("Checkpoint of step %1").arg(formatCount(saved.back())),
            tr("adapter, moments, averages, order of data"));
    if (!m_run.history().metrics.empty())
        addKept("check",
            tr("Loss, ranks, masking events: %1")
                .arg(formatCount(static_cast<std::int64_t>(m_run.history().events.size()))),
            tr("the timeline replays them"));
    m_log->setVisible(QFileInfo::exists(m_run.folder() + QStringLiteral("/log.txt")));
}

} // namespace spectune
