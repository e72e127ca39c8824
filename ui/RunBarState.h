// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/RunEvents.h"
#include "ui/RunRecord.h"

#include <QString>

#include <optional>

namespace spectune {

/// What the run bar's picture and buttons follow from.
struct RunBarInput {
    SessionState state = SessionState::Idle;
    int errors = 0; ///< of the set-up
    bool choiceOpen = false; ///< the set-up lacks what has no default: a model or data
    bool setupShown = false; ///< the Set up workspace is in front: a run that has ended offers a new start there
    std::optional<RecordState> record; ///< of a run opened from its folder: how it stands there
    bool held = false; ///< see RunModel::isHeld()
    bool cancelled = false; ///< see RunModel::isCancelled()
    bool exportable = true; ///< see RunModel::isExportable()
    bool hasHeldOut = true; ///< its configuration names an evaluation file
    bool hasCheckpoint = false; ///< something to resume from
    std::int64_t checkpointStep = 0;
    /// Of a failed run: what it could change stands beside it.
    bool offersChanges = false;
    QString resumeChange; ///< the chosen one in words, which Resume names as well; empty: it is resumed as it was
};

enum class StateMark { Ring, HalfDisc, GreenDisc, AmberDisc, Bars, Tick, Square, Cross };
enum class MainAction { Start, Pause, Resume, ResumeStopped, StartAgain, Export, Evaluate, None };

struct BarButton {
    bool visible = false;
    bool enabled = false;
    QString text;
    friend bool operator==(const BarButton&, const BarButton&) = default;
};

/// The run bar as data: what its mark, words and buttons are in each state of a run.
struct RunBarState {
    StateMark mark = StateMark::Ring;
    QString title;
    QString note; ///< what the title says in two words, in a sentence; may be empty
    MainAction action = MainAction::Start;
    BarButton main;
    bool mainIsPrimary = true;
    QString againNote; ///< of StartAgain: what it does, and why there is no Resume
    BarButton step;
    BarButton stop;
    BarButton evaluate;
    QString evaluateNote; ///< of a run that has ended: what Evaluate does, or why it is off and what to do instead
    BarButton save;
    BarButton exportRun; ///< beside a Resume of a run that has ended
    QString exportNote; ///< why Export is off
    bool showsProgress = false;
    bool showsFailure = false; ///< what went wrong in place of the progress, with a way to its details

    [[nodiscard]] static RunBarState of(const RunBarInput& input);
};

} // namespace spectune
