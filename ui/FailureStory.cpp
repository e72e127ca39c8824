// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FailureStory.h"

#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "visualization/MemoryBar.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <cmath>
#include <optional>

namespace spectune {

namespace {

struct StoryTexts {
    Q_DECLARE_TR_FUNCTIONS(FailureStory)
};

/// The step that is safe on disk; nothing: none is.
std::optional<std::int64_t> savedStep(const RunModel& run)
{
    return run.checkpoints().empty() ? std::nullopt : std::optional(run.checkpoints().back());
}

/// The bytes that LibTorch's words name where @p pattern stands; nothing: they name none.
std::optional<double> bytesIn(const QString& words, const char* pattern)
{
    const QRegularExpression amount(
        QString::fromLatin1(pattern).arg(QStringLiteral("([0-9]+(?:\\.[0-9]+)?) (bytes|KiB|MiB|GiB)")));
    const QRegularExpressionMatch found = amount.match(words);
    if (!found.hasMatch())
        return std::nullopt;
    const QStringList units {
        QStringLiteral("bytes"), QStringLiteral("KiB"), QStringLiteral("MiB"), QStringLiteral("GiB")};
    return std::ldexp(found.captured(1).toDouble(), 10 * static_cast<int>(units.indexOf(found.captured(2))));
}

void addMemory(KeyValueList::Rows& rows, const RunModel& run)
{
    const QString words = QString::fromStdString(run.failure().detail.english());
    if (!run.deviceName().isEmpty())
        rows.emplace_back(StoryTexts::tr("device"), run.deviceName());
    if (const auto asked = bytesIn(words, "[Tt]ried to allocate %1"))
        rows.emplace_back(StoryTexts::tr("asked for"), formatMemory(*asked));
    if (const auto free = bytesIn(words, "of which %1 is free"))
        rows.emplace_back(StoryTexts::tr("free then"), formatMemory(*free));
    if (run.mostMemory() <= 0)
        return;
    const QString most = formatMemory(static_cast<double>(run.mostMemory()));
    rows.emplace_back(StoryTexts::tr("run held at most"),
        run.memory().total > 0
            ? StoryTexts::tr("%1 of %2").arg(most, formatMemory(static_cast<double>(run.memory().total)))
            : most);
}

KeyValueList::Rows factsOf(const RunModel& run)
{
    KeyValueList::Rows rows;
    const std::int64_t total = run.resolved().totalSteps;
    const QString step = formatCount(run.step());
    rows.emplace_back(
        StoryTexts::tr("step"), total > 0 ? StoryTexts::tr("%1 of %2").arg(step, formatCount(total)) : step);
    const auto& metrics = run.history().metrics;
    if (!run.isRecorded() && run.since().isValid()) {
        const QString time = run.since().toString(QStringLiteral("HH:mm"));
        if (run.isHeld())
            rows.emplace_back(StoryTexts::tr("waits since"), time);
        else
            rows.emplace_back(StoryTexts::tr("time"),
                metrics.empty() ? time
                                : StoryTexts::tr("%1, after %2").arg(time, formatDuration(metrics.back().seconds)));
    }
    if (run.isHeld() || run.isRecorded()) {
        rows.emplace_back(StoryTexts::tr("folder"), shownPath(run.folder()));
        return rows;
    }
    const FailureKind kind = run.failure().kind;
    if (kind == FailureKind::OutOfMemory)
        addMemory(rows, run);
    if (kind == FailureKind::Diverged && !metrics.empty()) {
        rows.emplace_back(StoryTexts::tr("last task loss"), formatLoss(metrics.back().loss));
        rows.emplace_back(StoryTexts::tr("gradient norm"), formatShort(metrics.back().gradNorm));
        rows.emplace_back(StoryTexts::tr("learning rate"), formatScientific(metrics.back().lr));
    }
    return rows;
}

QString adviceOnFailure(const RunModel& run)
{
    const auto saved = savedStep(run);
    switch (run.failure().kind) {
    case FailureKind::Config: return StoryTexts::tr("Mend the named field in Set up and start again.");
    case FailureKind::Io:
        return saved ? StoryTexts::tr("Look at the named file, then resume from step %1.").arg(formatCount(*saved))
                     : StoryTexts::tr("Look at the named file, then start again.");
    case FailureKind::OutOfMemory:
        return StoryTexts::tr("With the same result: a smaller micro-batch size, or gradient checkpointing. A smaller "
                              "“Length limit” needs less, too, but cuts samples.");
    case FailureKind::Diverged:
        return StoryTexts::tr("A lower learning rate, a longer warm-up or stronger gradient clipping; or resume from "
                              "an earlier checkpoint.");
    case FailureKind::DeviceLost: return StoryTexts::tr("Restart the program before using the device again.");
    case FailureKind::Internal: break;
    }
    return StoryTexts::tr("Please report it with the message and the log.");
}

QString adviceOnRecorded(const RunModel& run)
{
    const auto saved = savedStep(run);
    return saved ? StoryTexts::tr("Mend what the message names, then resume the run: it goes on from step %1.")
                       .arg(formatCount(*saved))
                 : StoryTexts::tr("Mend what the message names, then start the run again: there is no checkpoint to "
                                  "resume from.");
}

QString adviceOnHold(const RunModel& run)
{
    const QString again = StoryTexts::tr("Make room on its disk, or let its folder be written to. “Try again” then "
                                         "writes what is missing, and the run goes on as if nothing had been.");
    const QString lost = unsavedSteps(run);
    return lost.isEmpty()
        ? again
        : again + QLatin1Char(' ') + StoryTexts::tr("“Give up” ends the run: what is not saved is lost.");
}

std::vector<FailureStory::Kept> keptOf(const RunModel& run)
{
    std::vector<FailureStory::Kept> kept;
    const auto saved = savedStep(run);
    if (saved)
        kept.push_back({true, StoryTexts::tr("Checkpoint of step %1").arg(formatCount(*saved)),
            StoryTexts::tr("on disk: adapter, moments, averages, order of data")});
    else
        kept.push_back(
            {false, StoryTexts::tr("No checkpoint"), StoryTexts::tr("none had been reached; “Save every” makes them")});
    if (const QString steps = unsavedSteps(run); !steps.isEmpty()) {
        const QString lost = saved ? StoryTexts::tr("not saved: a resumed run does them again")
                                   : StoryTexts::tr("not saved: a new start does them again");
        kept.push_back(
            {false, steps, run.isHeld() ? StoryTexts::tr("in memory alone, as long as the program stays open") : lost});
    }
    if (const auto& history = run.history(); !history.metrics.empty()) {
        const QString replayed = counted(static_cast<std::int64_t>(history.events.size()),
            StoryTexts::tr("the timeline replays %1 masking event"),
            StoryTexts::tr("the timeline replays %1 masking events"));
        kept.push_back({!run.isHeld(), // it is their file that could not be written, or the next in turn
            counted(static_cast<std::int64_t>(history.metrics.size()), StoryTexts::tr("Loss and ranks of %1 step"),
                StoryTexts::tr("Loss and ranks of %1 steps")),
            run.isHeld() ? StoryTexts::tr("the newest lines are in memory alone; %1").arg(replayed) : replayed});
    }
    return kept;
}

QString titleOf(const RunModel& run)
{
    const QString what = run.isHeld() ? StoryTexts::tr("Cannot write")
        : run.isRecorded()            ? StoryTexts::tr("Failed")
                                      : failureTitle(run.failure().kind);
    const std::int64_t step = run.isRecorded() ? run.step() : run.failure().step;
    return step >= 0 ? StoryTexts::tr("%1 at step %2").arg(what, formatCount(step)) : what;
}

} // namespace

QString failureTitle(FailureKind kind)
{
    switch (kind) {
    case FailureKind::Config: return StoryTexts::tr("The set-up does not work");
    case FailureKind::Io: return StoryTexts::tr("A file could not be used");
    case FailureKind::OutOfMemory: return StoryTexts::tr("Out of memory");
    case FailureKind::Diverged: return StoryTexts::tr("The loss diverged");
    case FailureKind::DeviceLost: return StoryTexts::tr("The device was lost");
    case FailureKind::Internal: break;
    }
    return StoryTexts::tr("A fault of the program");
}

QString unsavedSteps(const RunModel& run)
{
    const std::int64_t first = savedStep(run).value_or(0) + 1;
    const QString last = formatCount(run.step());
    if (first > run.step())
        return {};
    return first == run.step() ? StoryTexts::tr("Step %1").arg(last)
                               : StoryTexts::tr("Steps %1 to %2").arg(formatCount(first), last);
}

bool FailureStory::isToTell(const RunModel& run)
{
    const bool recorded = run.record() == RecordState::Failed && !run.failure().message.empty();
    return run.state() == SessionState::Failed || run.isHeld() || recorded;
}

FailureStory FailureStory::of(const RunModel& run)
{
    const bool held = run.isHeld();
    return {.title = titleOf(run),
        .message = labelledWords(run.failure().message),
        .facts = factsOf(run),
        .heading = held ? StoryTexts::tr("What to do") : StoryTexts::tr("What may help"),
        .advice = held         ? adviceOnHold(run)
            : run.isRecorded() ? adviceOnRecorded(run)
                               : adviceOnFailure(run),
        .kept = keptOf(run),
        .detail = labelledWords(run.failure().detail)};
}

} // namespace spectune
