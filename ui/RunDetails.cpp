// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunDetails.h"

#include "ui/KeyValueList.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "visualization/NumberFormat.h"

#include <QAbstractTextDocumentLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QTextDocument>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

namespace spectune {

namespace {

constexpr int labelGap = 4; ///< px between a label and its field
constexpr int fieldGap = 12; ///< px between a field and the next label
constexpr int foldsFrom = 380; ///< px of width: half of it holds most facts
constexpr int leastNotes = 58; ///< px: two lines
constexpr int leastLines = 2;
constexpr int mostLines = 8; ///< more of them scroll

QStringList tagsFrom(const QString& text)
{
    QStringList tags;
    const QStringList parts = text.split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (const QString& part : parts)
        if (const QString tag = part.simplified(); !tag.isEmpty() && !tags.contains(tag, Qt::CaseInsensitive))
            tags << tag;
    tags.sort();
    return tags;
}

QLabel* makeLabelFor(QWidget* field, const QString& text)
{
    QLabel* label = makeCaption(text, "second");
    label->setBuddy(field);
    field->setAccessibleName(text);
    return label;
}

/// Whether steps and losses were read: nought of them is not shown for what cannot be read.
bool knowsCourse(const RunRecord& record)
{
    return record.state != RecordState::Unreadable || record.steps > 0;
}

template <typename Add>
void addCourse(const Add& add, const RunRecord& record)
{
    add(RunDetails::tr("steps"),
        record.totalSteps > 0
            ? RunDetails::tr("%1 of %2").arg(formatCount(record.steps), formatCount(record.totalSteps))
            : formatCount(record.steps));
    const auto loss = [](double value) { return std::isfinite(value) ? formatLoss(value) : RunDetails::tr("none"); };
    add(RunDetails::tr("evaluation loss"), loss(record.evalLoss));
    add(RunDetails::tr("task loss, smoothed"), loss(record.loss));
    add(RunDetails::tr("time"), formatDuration(record.seconds));
}

/// What the time of a run's last word is called.
QString endedName(RecordState state)
{
    switch (state) {
    case RecordState::Stopped: return RunDetails::tr("stopped");
    case RecordState::Failed: return RunDetails::tr("failed");
    case RecordState::Interrupted:
    case RecordState::Unreadable: return RunDetails::tr("last written"); // nobody knows when its process ended
    case RecordState::Running:
    case RecordState::Missing:
    case RecordState::Finished: break;
    }
    return RunDetails::tr("ended");
}

KeyValueList::Rows factsOf(const RunRecord& record)
{
    KeyValueList::Rows rows {{RunDetails::tr("state"), record.stateText()}};
    const auto add = [&rows](const QString& name, const QString& value) {
        if (!value.isEmpty())
            rows.emplace_back(name, value);
    };
    add(RunDetails::tr("method"), record.methodText());
    add(RunDetails::tr("model"), record.model);
    if (knowsCourse(record))
        addCourse(add, record);
    else if (record.totalSteps > 0)
        add(RunDetails::tr("steps"), RunDetails::tr("%1 planned").arg(formatCount(record.totalSteps)));
    if (record.ranks.matrices > 0) {
        add(RunDetails::tr("kept triplets"), formatCount(record.ranks.kept));
        add(RunDetails::tr("matrices at rank 0"),
            RunDetails::tr("%1 of %2").arg(formatCount(record.ranks.atZero), formatCount(record.ranks.matrices)));
        add(RunDetails::tr("largest rank"), formatCount(record.ranks.largest));
        add(RunDetails::tr("revived in total"), formatCount(record.ranks.revived));
    }
    if (record.started.isValid())
        add(RunDetails::tr("started"), shortTime(record.started, QDateTime::currentDateTime()));
    if (record.ended.isValid() && record.state != RecordState::Finished) // whose state says when
        add(endedName(record.state), shortTime(record.ended, QDateTime::currentDateTime()));
    add(RunDetails::tr("device"), record.device);
    if (record.state != RecordState::Missing)
        add(RunDetails::tr("on disk"), formatFileSize(static_cast<double>(record.bytes)));
    add(RunDetails::tr("folder"), shownPath(record.folder));
    return rows;
}

} // namespace

RunDetails::RunDetails(RunLibrary& library, QWidget* parent)
    : QWidget(parent)
    , m_library(library)
    , m_name(new QLineEdit)
    , m_tags(new QLineEdit)
    , m_notes(new QPlainTextEdit)
    , m_problem(makeText(QString(), "error", true))
    , m_facts(new KeyValueList)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 4, 2, 12); // the scroll bar has a place of its own beside it
    column->setSpacing(labelGap);
    m_tags->setPlaceholderText(tr("gsm8k, baseline"));
    m_notes->setPlaceholderText(tr("What this run was for, what came out"));
    m_notes->setObjectName(QStringLiteral("RunNotes")); // else the sheet's height of a field holds
    m_notes->setFixedHeight(leastNotes);
    m_notes->setTabChangesFocus(true);
    m_facts->setFoldsFrom(foldsFrom);
    m_problem->setContentsMargins(0, 0, 0, fieldGap - labelGap); // goes with it where there is none
    column->addWidget(m_problem);
    const std::initializer_list<std::pair<QWidget*, QString>> fields {
        {m_name, tr("Name")}, {m_tags, tr("Tags, with commas between them")}, {m_notes, tr("Notes")}};
    for (const auto& [field, label] : fields) {
        column->addWidget(makeLabelFor(field, label));
        column->addWidget(field);
        if (field == m_notes)
            break;
        column->addSpacing(fieldGap - labelGap); // beside the layout's own
        if (field == m_name) { // what came out stands before what is written about it
            column->addWidget(m_facts);
            column->addSpacing(fieldGap - labelGap);
        }
    }
    column->addStretch();
    m_later.setSingleShot(true);
    m_later.setInterval(500);
    connect(&m_later, &QTimer::timeout, this, &RunDetails::store);
    const auto later = [this] { m_later.start(); };
    connect(m_name, &QLineEdit::textEdited, this, later);
    connect(m_tags, &QLineEdit::textEdited, this, later);
    connect(m_notes, &QPlainTextEdit::textChanged, this, later);
    // Later: it is told of while the lines are laid out.
    connect(m_notes->document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
        &RunDetails::fitNotes, Qt::QueuedConnection);
    connect(m_name, &QLineEdit::editingFinished, this, &RunDetails::settle);
    connect(m_tags, &QLineEdit::editingFinished, this, &RunDetails::settle);
}

void RunDetails::setRun(std::int64_t id)
{
    if (id != m_id)
        flush(); // of the run that is left
    const bool another = id != m_id;
    m_id = id;
    const RunRecord* record = m_library.find(id);
    if (!record)
        return;
    if (another || !m_later.isActive()) {
        const QSignalBlocker quiet(m_notes);
        if (another || !m_name->hasFocus())
            m_name->setText(record->name);
        if (another || !m_tags->hasFocus())
            m_tags->setText(record->tags.join(QStringLiteral(", ")));
        if ((another || !m_notes->hasFocus()) && m_notes->toPlainText() != record->notes)
            m_notes->setPlainText(record->notes);
    }
    refresh(*record);
}

void RunDetails::refresh(const RunRecord& record)
{
    QString problem = record.problem;
    if (record.state == RecordState::Missing)
        problem
            = tr("The folder is not there: %1. It may have been moved, or be on a disk that is not mounted. What the "
                 "history knows of it is below.")
                  .arg(record.folder);
    else if (record.state == RecordState::Unreadable)
        problem = tr("This run is damaged. %1").arg(record.problemText());
    else if (const QString why = record.insideFolder(m_library.whyNotLoaded(record.id)); !why.isEmpty())
        problem = tr("This run is damaged. %1").arg(why);
    m_problem->setVisible(!problem.isEmpty());
    m_problem->setText(problem);
    m_facts->setRows(factsOf(record));
}

void RunDetails::fitNotes()
{
    const int lines = std::clamp(m_notes->document()->lineCount(), leastLines, mostLines);
    m_notes->setFixedHeight(leastNotes + (lines - leastLines) * m_notes->fontMetrics().lineSpacing());
}

void RunDetails::writeName()
{
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

void RunDetails::flush()
{
    if (m_later.isActive())
        store();
}

void RunDetails::settle()
{
    flush();
    const RunRecord* record = m_library.find(m_id);
    if (!record)
        return;
    m_name->setText(record->name); // an empty one is not taken
    m_tags->setText(record->tags.join(QStringLiteral(", ")));
}

void RunDetails::store()
{
    m_later.stop();
    if (m_id == 0)
        return;
    const std::int64_t id = m_id; // changed() comes back here while it is stored
    const QStringList tags = tagsFrom(m_tags->text());
    const QString notes = m_notes->toPlainText();
    m_library.setName(id, m_name->text().simplified());
    m_library.setNotes(id, notes);
    m_library.setTags(id, tags);
}

} // namespace spectune
