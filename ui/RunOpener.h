// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <functional>
#include <memory>

namespace spectune {

struct RecordedRun;

/// Reads a recorded run's folder on a thread of its own, so that no click waits for a disk. Of several the one that was
/// asked for last is told. GUI thread.
class RunOpener : public QObject {
    Q_OBJECT
public:
    explicit RunOpener(QObject* parent = nullptr);
    ~RunOpener() override; ///< waits for the folder at hand

    /// @param use gets the run on this thread, unless another is asked for or cancel() called before it is read
    void open(const QString& folder, std::function<void(RecordedRun run)> use);
    /// What is being read is not wanted any more; nothing is told of it.
    void cancel();
    [[nodiscard]] bool isBusy() const { return !m_folder.isEmpty(); }
    /// That is being read; empty: none.
    [[nodiscard]] const QString& folder() const { return m_folder; }

Q_SIGNALS:
    void failed(const QString& folder, const QString& why);
    void folderChanged(); ///< another one is being read, or none any more

private:
    void take(qint64 number, const std::shared_ptr<RecordedRun>& run, const QString& problem);
    void setFolder(const QString& folder);

    QThreadPool m_pool;
    QString m_folder;
    std::function<void(RecordedRun)> m_use;
    qint64 m_wanted = 0; ///< number of the newest question
};

} // namespace spectune
