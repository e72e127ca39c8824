// SPDX-License-Identifier: GPL-3.0-or-later
// A search of a dropped folder can be ended: what was found until then stays.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "ui/RunFinder.h"
#include "ui/RunIndexer.h"
#include "ui/RunLibrary.h"
#include "ui/StatusLine.h"

#include <QDir>
#include <QFile>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace spectune;
using spectune::test::patience;

class TestRunFinder : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aCancelledSearchKeepsWhatItFound();
    void escapeEndsASearch();
    void escapeIsOfOthersOtherwise();

private:
    [[nodiscard]] QString told() { return window().status().message(); }
};

void TestRunFinder::aCancelledSearchKeepsWhatItFound()
{
    for (const char* name : {"a", "b", "c"})
        test::writeRun(m_bench->path("disk/") + name, {test::smallConfig()});
    RunIndexer indexer(":memory:");
    indexer.open();
    const auto cancelled = std::make_shared<std::atomic<bool>>(false);
    QSignalSpy scanned(&indexer, &RunIndexer::scanned);
    QSignalSpy changed(&indexer, &RunIndexer::changed);
    const auto first
        = connect(&indexer, &RunIndexer::changed, this, [cancelled] { *cancelled = true; }); // at the first run
    indexer.scan(m_bench->path("disk"), {}, cancelled);
    QCOMPARE(scanned.size(), 1);
    QCOMPARE(scanned[0].at(1).toInt(), 1);
    QCOMPARE(scanned[0].at(4).value<SearchEnd>(), SearchEnd::Cancelled);
    QCOMPARE(changed.size(), 1);
    disconnect(first);
    indexer.scan(m_bench->path("disk")); // the next one goes to its end
    QCOMPARE(scanned[1].at(1).toInt(), 2);
    QCOMPARE(scanned[1].at(2).toInt(), 1);
    QCOMPARE(scanned[1].at(4).value<SearchEnd>(), SearchEnd::Whole);
}

/// The first run's configuration is a pipe: its reader waits until somebody has opened it to write.
void TestRunFinder::escapeEndsASearch()
{
    const QString slow = test::writeRun(m_bench->path("disk/a"), {test::smallConfig()}) + "/config.json";
    test::writeRun(m_bench->path("disk/b"), {test::smallConfig()});
    const QByteArray pipe = slow.toLocal8Bit();
    QVERIFY(QFile::remove(slow));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    const auto release = [&pipe] {
        if (const int end = ::open(pipe.constData(), O_WRONLY | O_NONBLOCK); end >= 0)
            ::close(end);
    };
    QVERIFY(m_bench->open());
    const auto guard = qScopeGuard([&] { // a test that failed half-way must still end
        release();
        QFile::remove(slow);
    });
    QSignalSpy scanned(&window().library(), &RunLibrary::scanned);
    RunFinder::of(window()).find(m_bench->path("disk"));
    QVERIFY2(told().contains("Esc ends the search"), qPrintable(told()));
    QTest::keyClick(&window(), Qt::Key_Escape);
    QVERIFY2(told().contains("disk ends"), qPrintable(told()));
    const auto isAnswered = [&] {
        release();
        return !scanned.isEmpty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(isAnswered(), patience);
    QCOMPARE(scanned[0].at(4).value<SearchEnd>(), SearchEnd::Cancelled);
    QVERIFY2(told().startsWith("Cancelled: ") && told().contains("rest was not searched"), qPrintable(told()));
    QVERIFY(!window().library().findFolder(m_bench->path("disk/b")));
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestRunFinder::escapeIsOfOthersOtherwise()
{
    QVERIFY(m_bench->open());
    QVERIFY(QDir().mkpath(m_bench->path("photos")));
    QSignalSpy scanned(&window().library(), &RunLibrary::scanned);
    RunFinder::of(window()).find(m_bench->path("photos"));
    QTRY_COMPARE_WITH_TIMEOUT(scanned.size(), 1, patience);
    const QString before = told();
    QVERIFY2(before.contains("there is no run below it"), qPrintable(before));
    QTest::keyClick(&window(), Qt::Key_Escape);
    QCOMPARE(told(), before);
}

QTEST_MAIN(TestRunFinder)
#include "tst_runfinder.moc"
