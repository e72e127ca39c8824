// SPDX-License-Identifier: GPL-3.0-or-later
// What the window asks of disks without waiting for them: the room for an export, the next run's folder.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/DiskQuestion.h"
#include "ui/ExportWindow.h"
#include "ui/FieldLine.h"
#include "ui/NextFolder.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/StatusLine.h"

#include <QDir>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <memory>
#include <semaphore>

using namespace spectune;
using spectune::test::patience;

class TestDisks : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void theRoomIsToldOnceTheDiskAnswers();
    void aFolderThatIsNotThereYetHasTheRoomAboveIt();
    void theNextFolderFollowsTheDisk();
    void theWindowShowsTheNextFolder();

private:
    [[nodiscard]] bool tellsOfRoom()
    {
        const auto labels = window().exportWindow()->findChildren<QLabel*>();
        return std::ranges::any_of(
            labels, [](const QLabel* label) { return label->text().contains("are free on that disk"); });
    }
};

void TestDisks::theRoomIsToldOnceTheDiskAnswers()
{
    m_bench->runTo(SessionState::Finished);
    window().showExport();
    auto* disk = window().exportWindow()->findChild<DiskQuestion*>();
    QVERIFY(disk);
    QSignalSpy answered(disk, &DiskQuestion::answered);
    const auto isAsked = [&answered](const QString& folder) {
        return !answered.isEmpty() && answered.last().at(0).toString() == folder;
    };
    auto* field = window().exportWindow()->findChild<FieldLine*>();
    const QString first = m_bench->path("first");
    field->setText(first);
    QTRY_VERIFY_WITH_TIMEOUT(isAsked(first), patience);
    QVERIFY(!tellsOfRoom()); // there is enough
    Q_EMIT disk->answered(first, {.room = 10});
    QVERIFY(tellsOfRoom());
    const QString second = m_bench->path("second/deep");
    field->setText(second); // of which nothing is known yet
    QVERIFY(!tellsOfRoom());
    QTRY_VERIFY_WITH_TIMEOUT(isAsked(second), patience);
    Q_EMIT disk->answered(first, {.room = 10}); // too late
    QVERIFY(!tellsOfRoom());
}

void TestDisks::aFolderThatIsNotThereYetHasTheRoomAboveIt()
{
    QVERIFY(DiskQuestion::roomFor(m_bench->path("not/there/yet")).room > 0);
    QVERIFY(DiskQuestion::roomFor("/").room > 0);
}

void TestDisks::theNextFolderFollowsTheDisk()
{
    const auto looks = std::make_shared<std::atomic<int>>(0);
    const auto free = std::make_shared<std::counting_semaphore<>>(0);
    NextFolder next(nullptr, [looks, free](const QString& name) -> DiskAnswer {
        ++*looks;
        free->acquire();
        return {.nextFolder = "/runs/" + name + "-7"};
    });
    QSignalSpy changed(&next, &NextFolder::changed);
    next.look("card");
    const QString first = next.path();
    QCOMPARE(first, nextRunFolder("card")); // at once, or there would be nothing to show
    QCOMPARE(looks->load(), 0);
    next.look("card"); // does not wait, though the disk does
    QCOMPARE(next.path(), first);
    free->release();
    QTRY_COMPARE_WITH_TIMEOUT(next.path(), "/runs/card-7", patience);
    QCOMPARE(changed.size(), 1);
    next.look("card");
    next.look("other");
    QCOMPARE(next.path(), nextRunFolder("other"));
    free->release(2);
    next.look("other");
    QTRY_COMPARE_WITH_TIMEOUT(next.path(), "/runs/other-7", patience); // the other name's answer is let go
    QCOMPARE(changed.size(), 2);
}

void TestDisks::theWindowShowsTheNextFolder()
{
    QVERIFY(m_bench->open());
    const auto labels = window().status().findChildren<QLabel*>();
    const auto place
        = std::ranges::find_if(labels, [](const QLabel* label) { return label->text().contains("(new)"); });
    QVERIFY(place != labels.end());
    const QString planned = (*place)->toolTip();
    QVERIFY(QDir().mkpath(planned)); // another studio's
    window().form().setValue("train.steps", FieldValue {std::int64_t {7}});
    QTRY_COMPARE_WITH_TIMEOUT((*place)->toolTip(), nextRunFolder(window().run().name()), patience);
    QVERIFY((*place)->toolTip() != planned);
    QVERIFY(QDir().rmdir(planned));
}

QTEST_MAIN(TestDisks)
#include "tst_disks.moc"
