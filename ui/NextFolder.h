// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/DiskQuestion.h"

#include <QObject>
#include <QString>

namespace spectune {

/// The folder that the next run would get, for showing: a start looks again. GUI thread.
class NextFolder : public QObject {
    Q_OBJECT
public:
    /// @param look null: nextRunFolder()
    explicit NextFolder(QObject* parent = nullptr, DiskQuestion::Look look = {});

    /// Of a run called @p name. Another name than before is looked up at once; the same one without waiting for the
    /// disk, which may have other folders by now: changed() tells.
    void look(const QString& name);
    [[nodiscard]] const QString& path() const { return m_path; }

Q_SIGNALS:
    void changed();

private:
    void take(const QString& name, const DiskAnswer& answer);

    DiskQuestion m_disk;
    QString m_name;
    QString m_path;
    bool m_isAsked = false; ///< the disk has not answered yet
    bool m_isStale = false; ///< and looked, maybe, before it was asked once more
};

} // namespace spectune
