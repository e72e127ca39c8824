// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SetupEdits.h"

#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/LiveControls.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <algorithm>
#include <optional>
#include <utility>

namespace spectune {

namespace {

QString keyOf(const QString& folder)
{
    return QFileInfo(folder).absoluteFilePath();
}

/// Gives @p config back what @p edits change, as it was in @p there. An edit may change a second field: a target rank
/// changes the budget.
void turnBack(RunConfig& config, RunConfig there, const std::vector<AppliedEdit>& edits, std::int64_t matrices)
{
    const RunConfig before = there;
    for (const AppliedEdit& edit : edits) {
        repeatEdit(there, edit, matrices);
        for (const std::string& key : liveKeys())
            if (key == edit.key || fieldValue(there, key) != fieldValue(before, key))
                setFieldValue(config, key, fieldValue(before, key));
    }
}

} // namespace

SetupEdits::SetupEdits(ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_title(makeText(QString()))
    , m_list(new ElidedLabel)
    , m_reason(makeCaption(QString(), "second", true))
    , m_remove(makeSmallButton(tr("Remove")))
{
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    setMinimumHeight(32);
    m_title->setTextFormat(Qt::PlainText); // a run's name is in it
    m_reason->setTextFormat(Qt::PlainText);
    m_list->setFont(Fonts::caption());
    setTone(m_list, "second");
    m_remove->setAccessibleName(tr("Remove the changes"));
    m_remove->setToolTip(tr("The run then keeps the values below from its first step to its last"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 12, 4);
    row->setSpacing(10);
    row->addWidget(m_title);
    row->addWidget(m_list, 1);
    row->addWidget(m_reason, 1);
    row->addWidget(m_remove);
    connect(m_remove, &QPushButton::clicked, this, &SetupEdits::take);
    connect(&form, &ConfigForm::checked, this, &SetupEdits::refresh);
    refresh();
}

void SetupEdits::carry(RepeatedEdits edits)
{
    m_carried = std::move(edits);
    for (AppliedEdit& edit : m_carried.edits)
        edit.line = 0; // of no file that the person has in hand: a sentence of the engine shall not count its lines
    refresh();
}

void SetupEdits::carryFrom(const RunModel& run)
{
    const std::optional<PlannedEdits::Start> start = m_starts.of(keyOf(run.folder()));
    RepeatedEdits later = start ? start->edits : RepeatedEdits {};
    std::erase_if(later.edits, [&run](const AppliedEdit& edit) {
        return edit.step < run.step()
            || std::ranges::any_of(run.edits(), [&edit](const AppliedEdit& taken) { return isSameEdit(taken, edit); });
    });
    carry(std::move(later));
}

RepeatedEdits SetupEdits::take()
{
    RepeatedEdits taken = std::exchange(m_carried, {});
    refresh();
    return taken;
}

std::vector<AppliedEdit> SetupEdits::forStart() const
{
    return m_whyNot.isEmpty() ? m_carried.edits : std::vector<AppliedEdit> {};
}

QString SetupEdits::started(const QString& folder)
{
    const QString leftOut = m_whyNot.isEmpty() ? QString() : text();
    RepeatedEdits taken = take();
    m_starts.keep(keyOf(folder), {m_form.config(), leftOut.isEmpty() ? std::move(taken) : RepeatedEdits {}});
    return leftOut;
}

SetupEdits::Rest SetupEdits::restOf(const RunModel& run, RunConfig& config) const
{
    const std::optional<PlannedEdits::Start> start = m_starts.of(keyOf(run.folder()));
    if (!start)
        return {};
    Rest rest {start->edits, {}};
    std::vector<AppliedEdit>& edits = rest.changes.edits;
    const std::int64_t done = run.checkpoints().empty() ? 0 : run.checkpoints().back();
    std::erase_if(edits, [done](const AppliedEdit& edit) { return edit.step < done; });
    const std::int64_t matrices = run.resolved().matrices;
    RunConfig there = start->config; // at the checkpoint, as the engine reads it from the folder
    for (const AppliedEdit& taken : run.edits())
        if (taken.step <= done)
            repeatEdit(there, taken, matrices);
    RunConfig asked = config;
    turnBack(asked, there, edits, matrices);
    RunConfig known = withResolved(config, run.resolved()); // the steps, say, that follow from the number of samples
    turnBack(known, there, edits, matrices);
    rest.whyNot = rest.changes.whyNot(known, resolveRun(known, {.matrices = matrices}));
    if (rest.whyNot.isEmpty())
        config = asked;
    return rest;
}

QString SetupEdits::text() const
{
    return m_title->text() + QStringLiteral(": ") + (m_whyNot.isEmpty() ? m_list->text() : m_reason->text());
}

void SetupEdits::refresh()
{
    setVisible(!m_carried.isEmpty());
    // A form with errors starts nothing: what is half typed in it is no reason yet.
    m_whyNot = m_carried.isEmpty() || m_form.errorCount() > 0 ? QString()
                                                              : m_carried.whyNot(m_form.config(), m_form.resolved());
    if (m_carried.isEmpty())
        return;
    const auto number = static_cast<std::int64_t>(m_carried.edits.size());
    const bool possible = m_whyNot.isEmpty();
    m_title->setText(
        (possible ? counted(number, tr("%1 change from %2 at its step"), tr("%1 changes from %2 at their steps"))
                  : counted(number, tr("%1 change from %2 is left out"), tr("%1 changes from %2 are left out")))
            .arg(m_carried.run));
    setTone(m_title, possible ? "" : "warn");
    QStringList list;
    for (const AppliedEdit& edit : m_carried.edits)
        list << tr("step %1: %2").arg(formatCount(edit.step + 1), editText(edit));
    m_list->setText(list.join(QStringLiteral(", ")));
    m_list->setToolTip(list.join(QLatin1Char('\n')));
    m_list->setVisible(possible);
    m_reason->setText(m_whyNot);
    m_reason->setVisible(!possible);
}

} // namespace spectune
