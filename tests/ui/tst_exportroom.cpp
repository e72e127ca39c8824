// SPDX-License-Identifier: GPL-3.0-or-later
// What is free where an export goes, asked of the disk without waiting for it.
#include "tests/ui/StudioBench.h"
#include "ui/DiskQuestion.h"
#include "ui/ExportWindow.h"
#include "ui/FieldLine.h"
#include "ui/RunModel.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

class TestExportRoom : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void theRoomIsToldOnceTheDiskAnswers();
    void aFolderThatIsNotThereYetHasTheRoomAboveIt();

private:
    [[nodiscard]] bool tellsOfRoom()
    {
        const auto labels = window().exportWindow()->findChildren<QLabel*>();
        return std::ranges::any_of(
            labels, [](const QLabel* label) { return label->text().contains("are free on that disk"); });
    }
};

void TestExportRoom::theRoomIsToldOnceTheDiskAnswers()
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

void TestExportRoom::aFolderThatIsNotThereYetHasTheRoomAboveIt()
{
    QVERIFY(DiskQuestion::roomFor(m_bench->path("not/there/yet")).room > 0);
    QVERIFY(DiskQuestion::roomFor("/").room > 0);
}

QTEST_MAIN(TestExportRoom)
#include "tst_exportroom.moc"
