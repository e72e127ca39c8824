// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunAwaiter.h"

#include "ui/RunLibrary.h"

#include <QWidget>

#include <utility>

namespace spectune {

RunAwaiter::RunAwaiter(RunLibrary& library, QWidget& page)
    : QObject(&page)
    , m_library(library)
    , m_page(page)
{
    connect(&library, &RunLibrary::runLoaded, this, &RunAwaiter::take);
}

void RunAwaiter::await(const RunRecord& run, Use use, std::function<void()> otherwise)
{
    cancel();
    if (const auto loaded = m_library.loaded(run.id)) {
        use(loaded);
        return;
    }
    if (const QString why = m_library.whyNotLoaded(run.id); !why.isEmpty()) {
        if (otherwise)
            otherwise();
        else
            Q_EMIT told({}, why);
        return;
    }
    m_run = run.id;
    m_use = std::move(use);
    m_otherwise = std::move(otherwise);
    Q_EMIT told({}, tr("Reading %1…").arg(run.title()));
}

void RunAwaiter::cancel()
{
    m_run = 0;
    m_use = nullptr;
    m_otherwise = nullptr;
}

void RunAwaiter::take(std::int64_t run)
{
    if (run != m_run)
        return;
    Use use = std::move(m_use);
    std::function<void()> otherwise = std::move(m_otherwise);
    cancel();
    const RunRecord* record = m_library.find(run);
    if (record && m_page.isVisible()) // it may have changed while it was read: then it is read anew
        await(*record, std::move(use), std::move(otherwise));
}

} // namespace spectune
