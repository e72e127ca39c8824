// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FailurePanel.h"

#include "ui/ConfigForm.h"
#include "ui/FailureChoices.h"
#include "ui/FailureStory.h"
#include "ui/KeyValueList.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/StudioIcons.h"
#include "ui/WholeWordsArea.h"
#include "visualization/Fonts.h"
#include "visualization/MemoryBar.h"
#include "visualization/NumberFormat.h"

#include <QClipboard>
#include <QFrame>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>
#include <optional>

namespace spectune {

namespace {

constexpr std::chrono::seconds roomPause {2};

} // namespace

FailurePanel::FailurePanel(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    // With choices it may be higher than the window.
    column->addWidget(new WholeWordsArea(makeBody(), tr("What happened")), 1);
    column->addWidget(makeRule());
    column->addWidget(makeFoot());
    m_roomPause.setInterval(roomPause);
    connect(&m_roomPause, &QTimer::timeout, this, &FailurePanel::askDisk);
    connect(&m_disk, &DiskQuestion::answered, this, &FailurePanel::takeDisk);
    connect(&run, &RunModel::snapshotChanged, this, &FailurePanel::refreshMemory);
    connect(&run, &RunModel::stateChanged, this, &FailurePanel::refresh);
    connect(&run, &RunModel::checkpointAppended, this, &FailurePanel::refresh);
}

QWidget* FailurePanel::makeFoot()
{
    auto* widget = new QWidget;
    auto* foot = new QHBoxLayout(widget);
    foot->setContentsMargins(12, 10, 12, 10);
    auto* copy = makeSmallButton(tr("Copy message"));
    m_folder = makeSmallButton(tr("Open folder"));
    m_log = makeSmallButton(tr("Open log"));
    foot->addWidget(copy);
    foot->addWidget(m_folder);
    foot->addWidget(m_log);
    foot->addStretch();
    connect(copy, &QPushButton::clicked, this, [this] {
        const Failure& failure = m_run.failure();
        const QStringList words {labelledWords(failure.message), labelledWords(failure.detail)};
        QGuiApplication::clipboard()->setText(words.join(QLatin1Char('\n')).trimmed());
    });
    connect(m_folder, &QPushButton::clicked, this, &FailurePanel::openFolderWanted);
    connect(m_log, &QPushButton::clicked, this, &FailurePanel::openLogWanted);
    return widget;
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
    m_title->setWordWrap(true);
    m_title->setProperty("tone", "error");
    head->addWidget(makeIcon(QStringLiteral("cross"), IconTone::Error));
    head->addWidget(m_title, 1);
    cause->addLayout(head);
    m_message = makeText(QString(), "", true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    cause->addWidget(m_message);
    m_facts = new KeyValueList;
    cause->addWidget(m_facts);
    column->addLayout(cause);
    column->addWidget(makeRule());
    auto* change = makeSection();
    m_adviceHeading = makeHeading(QString());
    change->addWidget(m_adviceHeading);
    m_adviceText = makeText(QString(), "second", true);
    change->addWidget(m_adviceText);
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
    m_details = makeDetails();
    column->addWidget(m_details);
    column->addStretch();
    return body;
}

/// A library's own words, below what a person can do without them.
QWidget* FailurePanel::makeDetails()
{
    auto* details = new QWidget;
    auto* whole = new QVBoxLayout(details);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(makeRule());
    auto* section = makeSection();
    section->addWidget(makeHeading(tr("Details")));
    m_detail = new QPlainTextEdit;
    m_detail->setReadOnly(true);
    m_detail->setFont(Fonts::mono());
    m_detail->setAccessibleName(tr("Details"));
    // One that takes what is left would draw the texts above it apart.
    m_detail->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    section->addWidget(m_detail);
    whole->addLayout(section);
    return details;
}

void FailurePanel::setForm(const ConfigForm& form)
{
    m_form = &form;
    connect(&form, &ConfigForm::checked, this, [this] { // what is free is answered after the end
        if (m_run.state() == SessionState::Failed)
            refreshChoices();
    });
    refresh();
}

QString FailurePanel::adviceOnMemory() const
{
    const MemoryWays& ways = m_choices->ways();
    const QString need = formatMemory(static_cast<double>(ways.need));
    const QString free = formatMemory(static_cast<double>(ways.free));
    if (ways.need <= 0)
        return tr("One of these needs less. Resumed as it is, the run would ask for the same memory again.");
    if (ways.free <= 0)
        return tr("The run needs about %1. Resumed as it is, it would ask for the same memory again.").arg(need);
    if (ways.need > ways.free)
        return tr("The run needs about %1, and %2 are free now. One of these needs less.").arg(need, free);
    return tr("The run needs about %1, and %2 are free now: another program may have had the rest. One of these needs "
              "less.")
        .arg(need, free);
}

void FailurePanel::refreshChoices()
{
    const bool memory
        = m_form && m_run.state() == SessionState::Failed && m_run.failure().kind == FailureKind::OutOfMemory;
    const auto& saved = m_run.checkpoints();
    m_choices->offer(memory ? MemoryWays::of(m_run.config(), *m_form) : MemoryWays {}, m_run.config(),
        saved.empty() ? std::nullopt : std::optional(saved.back()));
    m_adviceText->setText(m_choices->isEmpty() ? m_advice : adviceOnMemory());
}

void FailurePanel::refreshKept(const FailureStory& story)
{
    while (QLayoutItem* item = m_kept->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    for (const FailureStory::Kept& kept : story.kept) {
        auto* row = new QWidget;
        auto* grid = new QGridLayout(row);
        grid->setContentsMargins(0, 0, 0, 2);
        grid->setVerticalSpacing(0);
        grid->addWidget(kept.safe ? makeIcon(QStringLiteral("check"), IconTone::Ok)
                                  : makeIcon(QStringLiteral("warning"), IconTone::Warn),
            0, 0);
        grid->addWidget(makeText(kept.title, "", true), 0, 1);
        grid->addWidget(makeCaption(kept.detail, "third", true), 1, 1);
        grid->setColumnStretch(1, 1);
        m_kept->addWidget(row);
    }
}

void FailurePanel::refreshFacts(const FailureStory& story)
{
    KeyValueList::Rows rows = story.facts;
    if (m_run.isHeld() && m_told.room >= 0)
        rows.emplace_back(tr("free on its disk"), formatFileSize(static_cast<double>(m_told.room)));
    m_memory = m_run.mostMemory();
    m_facts->setRows(std::move(rows));
}

// The engine is not asked: it waits for this very disk.
void FailurePanel::askDisk()
{
    if (m_run.isHeld() && isVisible())
        m_roomPause.start();
    else
        m_roomPause.stop();
    if (FailureStory::isToTell(m_run))
        m_disk.ask(m_run.folder());
}

void FailurePanel::takeDisk(const QString& folder, const DiskAnswer& answer)
{
    if (folder != m_run.folder() || !FailureStory::isToTell(m_run))
        return;
    m_known = folder;
    m_told = answer;
    m_log->setVisible(answer.hasLog);
    if (m_run.isHeld())
        refreshFacts(FailureStory::of(m_run));
}

// The last figures of a run may come after its failure.
void FailurePanel::refreshMemory()
{
    if (m_memory != m_run.mostMemory() && FailureStory::isToTell(m_run))
        refreshFacts(FailureStory::of(m_run));
}

void FailurePanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    askDisk();
}

void FailurePanel::refresh()
{
    if (!FailureStory::isToTell(m_run)) {
        m_told = {};
        m_known.clear();
        if (!m_choices->isEmpty()) // another failure has choices of its own
            m_choices->offer({}, m_run.config(), std::nullopt);
        return;
    }
    if (m_known != m_run.folder()) {
        m_told = {};
        m_known.clear();
    }
    const FailureStory story = FailureStory::of(m_run);
    m_title->setText(story.title);
    m_message->setText(story.message);
    m_adviceHeading->setText(story.heading);
    m_advice = story.advice;
    m_detail->setPlainText(story.detail);
    m_details->setVisible(!story.detail.isEmpty());
    // Long lines are wrapped, and how often only the width tells: a few lines are enough to begin with.
    constexpr int lineHeight = 15;
    constexpr qsizetype charactersOfLine = 34;
    qsizetype lines = 0;
    for (const QString& line : story.detail.split(QLatin1Char('\n')))
        lines += 1 + line.size() / charactersOfLine;
    m_detail->setFixedHeight(16 + lineHeight * static_cast<int>(std::clamp<qsizetype>(lines, 1, 8)));
    refreshFacts(story);
    refreshChoices();
    refreshKept(story);
    m_folder->setVisible(m_run.isHeld());
    m_log->setVisible(m_told.hasLog);
    askDisk();
}

} // namespace spectune
