// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/NextFolder.h"

#include "ui/RunFolders.h"

#include <utility>

namespace spectune {

namespace {

DiskAnswer nextFolder(const QString& name)
{
    return {.nextFolder = nextRunFolder(name)};
}

} // namespace

NextFolder::NextFolder(QObject* parent, DiskQuestion::Look look)
    : QObject(parent)
    , m_disk(look ? std::move(look) : DiskQuestion::Look(nextFolder))
{
    connect(&m_disk, &DiskQuestion::answered, this, &NextFolder::take);
}

void NextFolder::look(const QString& name)
{
    if (name != m_name) {
        m_name = name;
        m_path = nextRunFolder(name);
        return;
    }
    m_isStale = std::exchange(m_isAsked, true);
    m_disk.ask(name);
}

void NextFolder::take(const QString& name, const DiskAnswer& answer)
{
    m_isAsked = false;
    if (name != m_name)
        return;
    if (std::exchange(m_isStale, false))
        look(name);
    if (answer.nextFolder == m_path)
        return;
    m_path = answer.nextFolder;
    Q_EMIT changed();
}

} // namespace spectune
