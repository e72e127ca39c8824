// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LiveControls.h"

#include "training/core/Error.h"
#include "ui/FieldLine.h"
#include "ui/FieldTexts.h"
#include "ui/HelpKey.h"
#include "ui/KeyValueList.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "visualization/NumberFormat.h"

#include <QGridLayout>
#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

/// As it is typed.
QString valueText(const FieldValue& value)
{
    if (const auto* real = std::get_if<double>(&value))
        return plainNumber(*real);
    return QString::fromStdString(toText(value));
}

void setMark(FieldLine* field, const char* mark)
{
    if (field->property("mark").toString() == QLatin1String(mark))
        return;
    field->setProperty("mark", QLatin1String(mark));
    field->style()->unpolish(field);
    field->style()->polish(field);
}

/// Whether the run ends at a number of triplets that its target rank does not tell: it was set by total_budget.
bool endsByTriplets(const RunModel& run)
{
    const ResolvedRun& resolved = run.resolved();
    const std::int64_t matrices = resolved.matrices;
    return run.config().adalora.totalBudget && matrices > 0
        && resolved.schedule.targetBudget != run.config().adalora.targetRank * matrices;
}

bool acceptsEdits(const RunModel& run)
{
    const SessionState state = run.state();
    return run.hasRun() && !run.isRecorded()
        && (state == SessionState::Running || state == SessionState::Pausing || state == SessionState::Paused);
}

} // namespace

QString shortFieldName(const std::string& key)
{
    if (key == "optim.lr")
        return QStringLiteral("lr");
    if (key == "optim.max_grad_norm")
        return LiveControls::tr("clip");
    if (key == "adalora.gamma")
        return QStringLiteral("γ");
    if (key == "adalora.delta_t")
        return QStringLiteral("ΔT");
    if (key == "adalora.target_rank")
        return LiveControls::tr("target rank");
    if (key == "adalora.total_budget")
        return LiveControls::tr("budget end");
    if (key == "train.eval_every")
        return LiveControls::tr("eval every");
    if (key == "train.save_every")
        return LiveControls::tr("save every");
    return QString::fromStdString(key);
}

QString editText(const AppliedEdit& edit)
{
    return QStringLiteral("%1 %2").arg(shortFieldName(edit.key), toldValue(edit.key, edit.after));
}

LiveControls::LiveControls(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeRule());
    m_fields = new QWidget;
    auto* section = makeSection();
    m_fields->setLayout(section);
    section->addWidget(makeHeading(tr("Change while it runs")));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(2); // in the narrowest rail the longest label and "at the end" just fit side by side
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(0, 1);
    for (const std::string& key : liveKeys())
        addRow(grid, key);
    section->addLayout(grid);
    m_note = makeCaption(QString(), "third", true);
    section->addWidget(m_note);
    column->addWidget(m_fields);
    auto* done = makeSection(0, 10);
    m_editsHeading = makeHeading(tr("Changed"));
    done->addWidget(m_editsHeading);
    m_edits = new KeyValueList;
    done->addWidget(m_edits);
    column->addLayout(done);
    connect(&run, &RunModel::reset, this, &LiveControls::refresh);
    connect(&run, &RunModel::stateChanged, this, &LiveControls::refresh);
    connect(&run, &RunModel::metricsAppended, this, [this] {
        if (isScheduleOver() != m_isOver) // at one step of the run, not at each
            refresh();
    });
    connect(&run, &RunModel::editTaken, this, &LiveControls::take);
    connect(&run, &RunModel::editRefused, this,
        [this](const LiveEdit& edit, const QString& why) { refuse(edit.key, why); });
    refresh();
}

void LiveControls::addRow(QGridLayout* grid, const std::string& key)
{
    const FieldInfo& info = *findField(key);
    Row row {.key = key, .label = makeText(shortFieldName(key), "second"), .field = new FieldLine};
    row.field->setFixedWidth(78);
    row.field->setAlignment(Qt::AlignRight);
    row.field->setAccessibleName(fieldLabel(info));
    setHelpKey(*row.field, QString::fromStdString(key));
    const QString help = fieldHelp(info);
    row.field->setToolTip(QStringLiteral("%1 (%2)\n%3").arg(fieldLabel(info), QString::fromUtf8(info.key), help));
    if (info.type == FieldType::Integer)
        row.field->setStepping(info.minimum, info.maximum);
    const int line = static_cast<int>(m_rows.size());
    grid->addWidget(row.label, line, 0);
    grid->addWidget(row.field, line, 1);
    m_rows.push_back(row);
    const auto index = m_rows.size() - 1;
    connect(row.field, &QLineEdit::editingFinished, this, [this, index] { commit(m_rows[index]); });
    connect(row.field, &FieldLine::entered, this,
        [this, label = fieldLabel(info), help] { Q_EMIT helpWanted(label, help); });
}

bool LiveControls::isOpen() const
{
    return acceptsEdits(m_run);
}

void LiveControls::type(const std::string& key, const QString& text)
{
    const auto row = std::ranges::find(m_rows, key, &Row::key);
    if (row == m_rows.end())
        return;
    row->field->setText(text);
    commit(*row);
}

QString LiveControls::note() const
{
    return m_note->text();
}

QString LiveControls::text(const std::string& key) const
{
    const auto row = std::ranges::find(m_rows, key, &Row::key);
    return row == m_rows.end() ? QString() : row->field->text();
}

void LiveControls::commit(Row& row)
{
    const FieldValue present = row.asked.value_or(fieldValue(m_run.config(), row.key));
    const QString typed = plainNumberText(row.field->text());
    const auto leave = [this, &row] {
        row.refused.reset();
        row.field->setModified(false);
        showValue(row);
    };
    if (!isOpen())
        return leave();
    try {
        RunConfig config = m_run.config();
        setFieldFromText(config, row.key, typed.toStdString());
        const LiveEdit edit {.key = row.key, .value = fieldValue(config, row.key)};
        if (edit.value == present)
            return leave();
        RunConfig now = m_run.config();
        ResolvedRun resolved = m_run.resolved();
        (void)applyLiveEdit(now, resolved, edit, m_run.step());
        row.asked = edit.value;
        leave();
        say(tr("%1: asked for, holds from the next step on.").arg(editText({0, edit.key, {}, edit.value})), "second");
        Q_EMIT editWanted(edit);
    } catch (const Error& error) {
        row.refused = FieldValue(typed.toStdString());
        row.field->setRestingText({}, false); // what is wrong stays to be mended
        setMark(row.field, "error");
        say(labelledWords(error.message()), "error");
    }
}

void LiveControls::take(const AppliedEdit& edit)
{
    const auto row = std::ranges::find(m_rows, edit.key, &Row::key);
    if (row != m_rows.end() && row->asked == edit.after)
        row->asked.reset();
    refresh();
    say(tr("%1 holds from step %2 on.").arg(editText(edit), formatCount(edit.step + 1)), "ok");
}

void LiveControls::refuse(const std::string& key, const QString& why)
{
    const auto row = std::ranges::find(m_rows, key, &Row::key);
    if (row != m_rows.end())
        row->asked.reset();
    refresh();
    say(why, "error");
}

void LiveControls::say(const QString& text, const char* tone)
{
    m_note->setText(text);
    setTone(m_note, tone);
}

void LiveControls::showValue(Row& row)
{
    // What is being typed stays; so does what was refused, to be mended.
    if (row.refused || (row.field->hasFocus() && row.field->isModified()))
        return;
    setMark(row.field, "");
    const FieldValue value = row.asked.value_or(fieldValue(m_run.config(), row.key));
    const QString text = valueText(value);
    if (row.field->text() != text)
        row.field->setText(text);
    // In the form of the rows above, or in words; the digits as they were typed come with the keyboard.
    const QString told = toldValue(row.key, value);
    row.field->setRestingText(told == text ? QString() : told, row.key != "optim.lr");
}

bool LiveControls::isScheduleOver() const
{
    return m_run.step() > m_run.resolved().schedule.finalStart();
}

void LiveControls::refresh()
{
    const bool open = isOpen();
    std::vector<std::string> meant = liveKeysOf(m_run.config());
    // One of the two rows for the budget's end: the one whose number is in force.
    std::erase(meant, std::string(endsByTriplets(m_run) ? "adalora.target_rank" : "adalora.total_budget"));
    m_isOver = isScheduleOver();
    for (Row& row : m_rows) {
        const bool shown = std::ranges::find(meant, row.key) != meant.end();
        row.label->setVisible(shown);
        row.field->setVisible(shown);
        const bool ofSchedule
            = row.key == "adalora.target_rank" || row.key == "adalora.total_budget" || row.key == "adalora.delta_t";
        row.field->setEnabled(open && !(m_isOver && ofSchedule));
        if (!open) {
            row.asked.reset();
            row.refused.reset();
        }
        showValue(row);
    }
    if (open && m_note->text().isEmpty())
        say(tr("Return asks for the change. It is recorded, and a replay repeats it."), "third");
    if (!open)
        m_note->clear();
    m_fields->setVisible(open);
    KeyValueList::Rows rows;
    for (const AppliedEdit& edit : m_run.edits())
        rows.emplace_back(tr("step %1").arg(formatCount(edit.step + 1)), editText(edit));
    m_edits->setRows(std::move(rows));
    const bool any = !m_run.edits().empty() && m_run.hasRun();
    m_editsHeading->setVisible(any);
    m_edits->setVisible(any);
    setVisible(open || any);
}

} // namespace spectune
