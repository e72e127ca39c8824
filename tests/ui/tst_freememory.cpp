// SPDX-License-Identifier: GPL-3.0-or-later
// What is free on the device is asked for when a person comes back to it, and not more often than it can matter.
#include "tests/ui/StudioBench.h"
#include "training/core/Machine.h"
#include "ui/ConfigForm.h"
#include "ui/MemoryPanel.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/TopBar.h"

#include <QLabel>
#include <QTest>

#include <chrono>

using namespace spectune;
using namespace std::chrono_literals;
using spectune::test::patience;

class TestFreeMemory : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void comingBackAsksAgain();
    void setUpAsksWhenItIsShown();
    void aYoungAnswerIsEnough();
    void aRunIsNotAskedBeside();
    void pruningIsToldOfWhatPrunes();
    void theTopBarCountsCoresAsARunDoes();

private:
    /// Opens the window and waits for what it asks by itself; from then on each visit may ask.
    void openAnswered(std::chrono::milliseconds pause = 0ms);
    void activate();
    [[nodiscard]] bool isAsking() { return window().facts().isAskingDevice(); }
    [[nodiscard]] int asked() const { return m_bench->scene->deviceQuestions; }
};

void TestFreeMemory::openAnswered(std::chrono::milliseconds pause)
{
    QVERIFY(m_bench->open());
    window().facts().setDevicePause(1h); // the screen may activate the window on its own
    QTRY_VERIFY_WITH_TIMEOUT(!isAsking() && asked() >= 1, patience);
    QCoreApplication::processEvents();
    window().facts().setDevicePause(pause);
}

void TestFreeMemory::activate()
{
    QEvent event(QEvent::WindowActivate);
    QCoreApplication::sendEvent(&window(), &event);
}

void TestFreeMemory::comingBackAsksAgain()
{
    openAnswered();
    const int before = asked();
    activate();
    QVERIFY(isAsking());
    activate(); // which that answer serves as well
    QTRY_VERIFY_WITH_TIMEOUT(!isAsking(), patience);
    QCOMPARE(asked(), before + 1);
}

void TestFreeMemory::setUpAsksWhenItIsShown()
{
    openAnswered();
    const int before = asked();
    QCOMPARE(window().workspace(), Workspace::Setup);
    window().showWorkspace(Workspace::Setup); // it is there already
    window().showWorkspace(Workspace::Live);
    QVERIFY(!isAsking());
    window().showWorkspace(Workspace::Setup);
    QVERIFY(isAsking());
    QTRY_VERIFY_WITH_TIMEOUT(!isAsking(), patience);
    QCOMPARE(asked(), before + 1);
}

void TestFreeMemory::aYoungAnswerIsEnough()
{
    openAnswered(1h);
    activate();
    QVERIFY(!isAsking());
    window().showWorkspace(Workspace::Live);
    window().showWorkspace(Workspace::Setup);
    QVERIFY(!isAsking());
}

void TestFreeMemory::aRunIsNotAskedBeside()
{
    m_bench->scene->waitAt = 50;
    openAnswered();
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    QVERIFY(isActive(window().session().state()));
    activate();
    window().showWorkspace(Workspace::Setup);
    QVERIFY(!isAsking());
    const int before = asked();
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_COMPARE_WITH_TIMEOUT(asked(), before + 1, patience); // by its end
}

void TestFreeMemory::pruningIsToldOfWhatPrunes()
{
    openAnswered();
    const auto words = [this] {
        QStringList texts;
        for (const QLabel* label : window().findChild<MemoryPanel*>()->findChildren<QLabel*>())
            texts << label->text();
        return texts.join('\n');
    };
    ConfigForm& form = window().form();
    for (const bool shrinks : {false, true}) {
        form.setValue("adalora.shrink", FieldValue {shrinks});
        form.setText("method.name", "adalora");
        QVERIFY2(words().contains("Fits.") && words().contains("prun"), qPrintable(words()));
        for (const char* method : {"lora", "svd-lora"}) { // whatever that setting says
            form.setText("method.name", method);
            QVERIFY2(words().contains("Fits.") && !words().contains("prun"), qPrintable(words()));
        }
    }
}

/// Cores, not what they run at once: else the bar would name another processor once a run begins.
void TestFreeMemory::theTopBarCountsCoresAsARunDoes()
{
    QVERIFY(m_bench->open());
    const QString wanted = counted(physicalCores(), "Processor, %1 core", "Processor, %1 cores");
    QStringList texts;
    for (const QLabel* label : window().findChild<TopBar*>()->findChildren<QLabel*>())
        texts << label->text();
    QVERIFY2(texts.join('\n').endsWith(wanted), qPrintable(texts.join('\n')));
}

QTEST_MAIN(TestFreeMemory)
#include "tst_freememory.moc"
