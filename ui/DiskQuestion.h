// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace spectune {

/// What the disk says of a folder.
struct DiskAnswer {
    qint64 room = -1; ///< free bytes; −1: not known
    bool hasLog = false; ///< of a run's folder
    QString nextFolder {}; ///< where the next run's was asked for
};

/// Looks at a folder on a thread of its own that nobody waits for, at the end neither: a disk that hangs may
/// never answer. GUI thread.
class DiskQuestion : public QObject {
    Q_OBJECT
public:
    using Look = std::function<DiskAnswer(const QString& folder)>; ///< on that thread; throws nothing

    /// @param look null: at a run's folder
    explicit DiskQuestion(Look look = {}, QObject* parent = nullptr);
    ~DiskQuestion() override;

    /// The room where @p folder will be: it need not be there yet.
    [[nodiscard]] static DiskAnswer roomFor(const QString& folder);

    /// answered() follows, unless another folder is asked for before. One that has not answered is not asked twice.
    void ask(const QString& folder);

Q_SIGNALS:
    void answered(const QString& folder, const spectune::DiskAnswer& answer);

private:
    struct Shared;

    void take(qint64 number, const DiskAnswer& answer);

    Look m_look;
    std::shared_ptr<Shared> m_shared; ///< with the threads, which may be there for longer
    QString m_folder; ///< that has not answered yet; empty: none
    qint64 m_number = 0; ///< of the last question
};

} // namespace spectune
