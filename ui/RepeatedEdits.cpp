// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RepeatedEdits.h"

#include "training/config/Validation.h"
#include "training/core/Error.h"
#include "ui/FieldTexts.h"
#include "ui/LoadedRun.h"
#include "ui/MessageWords.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>

namespace spectune {

namespace {

struct RepeatTexts {
    Q_DECLARE_TR_FUNCTIONS(RepeatTexts)
};

QString labelOf(const std::string& key)
{
    const FieldInfo* info = findField(key);
    return info ? fieldLabel(*info) : QString::fromStdString(key);
}

} // namespace

QString RepeatedEdits::whyNot(RunConfig config, ResolvedRun resolved) const
{
    const std::int64_t end = resolved.totalSteps;
    for (const AppliedEdit& edit : edits)
        if (end > 0 && edit.step >= end)
            return RepeatTexts::tr("%1 would change at step %2, but the run ends with step %3.")
                .arg(labelOf(edit.key), formatCount(edit.step + 1), formatCount(end));
    if (end == 0 || resolved.matrices == 0)
        return {};
    try { // as the engine will, one upon the other
        for (const AppliedEdit& edit : edits)
            (void)applyLiveEdit(config, resolved, {.key = edit.key, .value = edit.after}, edit.step);
    } catch (const Error& error) {
        return labelledWords(error.message());
    }
    return {};
}

RepeatedEdits repeatedEditsOf(const LoadedRun& run, const QString& name)
{
    return {.edits = run.edits, .run = name};
}

QString whyNotRepeated(const LoadedRun& run)
{
    const RunFacts facts {.matrices = static_cast<std::int64_t>(run.ranks.size())};
    return repeatedEditsOf(run, {}).whyNot(run.config, resolveRun(run.config, facts));
}

} // namespace spectune
