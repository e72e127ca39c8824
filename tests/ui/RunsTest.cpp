// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/RunsTest.h"

#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunsPage.h"

#include <QListView>
#include <QTest>

#include <algorithm>

namespace spectune::test {

void RunsTest::openRuns(std::size_t count)
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Runs);
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().size(), count, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!window().library().isScanning(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(page().list().rowCount(), static_cast<int>(count), patience);
}

QListView& RunsTest::list()
{
    const QList<QListView*> lists = page().findChildren<QListView*>();
    return **std::ranges::find_if(lists, [](const QListView* list) { return !list->inherits("QComboBoxListView"); });
}

std::int64_t RunsTest::id(const QString& name)
{
    const RunRecord* record = window().library().findFolder(m_bench->path("runs/" + name));
    return record ? record->id : 0;
}

void RunsTest::choose(const QStringList& names)
{
    std::vector<std::int64_t> ids;
    for (const QString& name : names)
        ids.push_back(id(name));
    page().list().choose(ids);
    for (const std::int64_t run : ids)
        QTRY_VERIFY_WITH_TIMEOUT(
            window().library().loaded(run) || !window().library().whyNotLoaded(run).isEmpty(), patience);
}

} // namespace spectune::test
