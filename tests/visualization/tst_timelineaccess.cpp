// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline as a screen reader moves it: a slider over the steps of the run.
#include "tests/visualization/SampleRun.h"
#include "visualization/EventTimeline.h"

#include <QAccessible>
#include <QSignalSpy>
#include <QTest>

using namespace spectune;
using spectune::test::SampleRun;

class TestTimelineAccess : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysTheStepOfALiveRun();
    void isASlider();
    void whatAReaderSetsIsAskedFor();
};

void TestTimelineAccess::saysTheStepOfALiveRun()
{
    EventTimeline timeline;
    timeline.setPlan(SampleRun {}.plan());
    QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&timeline);
    QVERIFY(access);
    QCOMPARE(access->text(QAccessible::Name), QStringLiteral("Timeline"));
    timeline.setNow(520);
    QCOMPARE(access->text(QAccessible::Description), QStringLiteral("live, step 520"));
    timeline.setNow(1106);
    QCOMPARE(access->text(QAccessible::Description), QStringLiteral("live, step 1,106"));
    timeline.setShownStep(300);
    QCOMPARE(access->text(QAccessible::Value), QStringLiteral("step 300 of 1,106"));
    timeline.setNow(1107); // a run that goes on while one looks back
    QCOMPARE(access->text(QAccessible::Value), QStringLiteral("step 300 of 1,107"));
    timeline.clear();
    QCOMPARE(access->text(QAccessible::Value), QStringLiteral("live, step 0"));
}

void TestTimelineAccess::isASlider()
{
    EventTimeline timeline;
    timeline.setPlan(SampleRun {}.plan());
    QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&timeline);
    QCOMPARE(access->role(), QAccessible::Slider);
    QAccessibleValueInterface* const value = access->valueInterface();
    QVERIFY(value);
    QCOMPARE(value->currentValue().toLongLong(), 0);
    QCOMPARE(value->minimumValue().toLongLong(), 0);
    timeline.setNow(1106);
    QCOMPARE(value->currentValue().toLongLong(), 1106);
    QCOMPARE(value->minimumValue().toLongLong(), 1);
    QCOMPARE(value->maximumValue().toLongLong(), 1106);
    QCOMPARE(value->minimumStepSize().toLongLong(), 1);
    timeline.setShownStep(300);
    QCOMPARE(value->currentValue().toLongLong(), 300);
}

void TestTimelineAccess::whatAReaderSetsIsAskedFor()
{
    EventTimeline timeline;
    timeline.setPlan(SampleRun {}.plan());
    timeline.setNow(1106);
    QSignalSpy asked(&timeline, &EventTimeline::stepRequested);
    QSignalSpy live(&timeline, &EventTimeline::liveRequested);
    QAccessibleValueInterface* const value = QAccessible::queryAccessibleInterface(&timeline)->valueInterface();
    value->setCurrentValue(300);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked.first().first().toLongLong(), 300);
    value->setCurrentValue(1106);
    QCOMPARE(live.count(), 1);
    QCOMPARE(asked.count(), 1);
}

QTEST_MAIN(TestTimelineAccess)
#include "tst_timelineaccess.moc"
