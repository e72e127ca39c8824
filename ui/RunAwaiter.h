// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/LoadedRun.h"
#include "ui/RunRecord.h"

#include <QObject>

#include <functional>
#include <memory>

class QWidget;

namespace spectune {

class RunLibrary;

/// What waits until one run of the history has been read. A later wish takes an earlier one's place: what a person
/// asked for last is done, and once. GUI thread.
class RunAwaiter : public QObject {
    Q_OBJECT
public:
    using Use = std::function<void(const std::shared_ptr<const LoadedRun>& run)>;

    /// @param page what was asked for there is not done once it is out of sight; owns this
    RunAwaiter(RunLibrary& library, QWidget& page);

    /// Has @p use done with the run, at once where it is read already. Where it cannot be read, told() says why, or
    /// @p otherwise is done in its place.
    void await(const RunRecord& run, Use use, std::function<void()> otherwise = {});
    void cancel();

Q_SIGNALS:
    void told(const QString& title, const QString& text);

private:
    void take(std::int64_t run);

    RunLibrary& m_library;
    QWidget& m_page;
    std::int64_t m_run = 0; ///< id; 0: nothing waits
    Use m_use;
    std::function<void()> m_otherwise;
};

} // namespace spectune
