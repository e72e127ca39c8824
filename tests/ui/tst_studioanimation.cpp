// SPDX-License-Identifier: GPL-3.0-or-later
// A run as an animated picture: written beside the window's work, cancelled without a trace, never over another's file.
#include "tests/ui/StudioBench.h"
#include "ui/AnimationWindow.h"
#include "ui/LivePage.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StudioStyle.h"
#include "visualization/NumberFormat.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace spectune;
using spectune::test::patience;

class TestStudioAnimation : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void anAnimationIsWritten();
    void aCancelledAnimationLeavesNothing();
    void closingAsksWhileAnAnimationIsWritten();
    void anotherRunsAnimationIsAnotherFile();
    void anAnimationOpenedEarlyFollowsTheRun();
    void itsFieldsStandInLine();
};

void TestStudioAnimation::init()
{
    StudioTest::init();
    m_bench->scene->writesFiles = true;
}

void TestStudioAnimation::anAnimationIsWritten()
{
    m_bench->runTo(SessionState::Finished);
    window().live().showAnimation();
    AnimationWindow* animation = window().live().animation();
    animation->setFormat(AnimationFormat::Gif);
    animation->setPath(m_bench->path("run"));
    QSignalSpy ended(&animation->work(), &AnimationExport::ended);
    QSignalSpy progressed(&animation->work(), &AnimationExport::progressed);
    animation->startOrCancel();
    QVERIFY(animation->work().isRunning());
    QVERIFY(ended.wait(patience));
    QVERIFY2(ended.first().first().toBool(), qPrintable(animation->message()));
    QVERIFY(QFileInfo(m_bench->path("run.gif")).size() > 10'000);
    const auto frames = ReplayFrames::moments(window().run(), 150).size();
    QCOMPARE(progressed.last().at(0).toInt(), static_cast<int>(frames));
    QCOMPARE(frames, window().run().history().events.size() + 1);
    QCOMPARE(ReplayFrames::moments(window().run(), 10).size(), std::size_t {10});
}

void TestStudioAnimation::aCancelledAnimationLeavesNothing()
{
    m_bench->runTo(SessionState::Finished);
    window().live().showAnimation();
    AnimationWindow* animation = window().live().animation();
    animation->setFormat(AnimationFormat::PngFolder);
    QDir().mkpath(m_bench->path("films"));
    animation->setPath(m_bench->path("films/frames"));
    QSignalSpy ended(&animation->work(), &AnimationExport::ended);
    QSignalSpy progressed(&animation->work(), &AnimationExport::progressed);
    animation->startOrCancel();
    QVERIFY(progressed.wait(patience));
    animation->startOrCancel();
    QVERIFY(ended.count() > 0 || ended.wait(patience));
    QVERIFY(!ended.first().first().toBool());
    QVERIFY(QDir(m_bench->path("films")).isEmpty());
}

void TestStudioAnimation::closingAsksWhileAnAnimationIsWritten()
{
    m_bench->runTo(SessionState::Finished);
    window().live().showAnimation();
    AnimationWindow* animation = window().live().animation();
    animation->setFormat(AnimationFormat::PngFolder);
    animation->setPath(m_bench->path("frames"));
    QSignalSpy ended(&animation->work(), &AnimationExport::ended);
    QSignalSpy progressed(&animation->work(), &AnimationExport::progressed);
    animation->startOrCancel();
    QVERIFY(progressed.wait(patience));
    QVERIFY(!window().close());
    QVERIFY(window().isVisible() && window().runBar().isAsking());
    QVERIFY(ended.count() > 0 || ended.wait(patience));
    QVERIFY(!window().runBar().isAsking()); // nothing is left to ask
    QVERIFY(ended.first().first().toBool());
    QVERIFY(!QDir(m_bench->path("frames")).isEmpty());
}

void TestStudioAnimation::anotherRunsAnimationIsAnotherFile()
{
    m_bench->runTo(SessionState::Finished);
    window().live().showAnimation();
    AnimationWindow* animation = window().live().animation();
    auto* path = animation->findChild<QLineEdit*>();
    const QString first = window().run().folder();
    QVERIFY2(path->text().startsWith(first), qPrintable(path->text()));
    QVERIFY(window().startRun());
    QVERIFY(window().run().folder() != first);
    QVERIFY2(path->text().startsWith(window().run().folder()), qPrintable(path->text()));
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    animation->setFormat(AnimationFormat::Gif);
    animation->setPath(m_bench->path("run"));
    QFile there(m_bench->path("run.gif"));
    QVERIFY(there.open(QIODevice::WriteOnly) && there.write("mine") == 4);
    there.close();
    animation->startOrCancel();
    QVERIFY(!animation->work().isRunning());
    QVERIFY2(animation->message().contains("run.gif exists"), qPrintable(animation->message()));
    QCOMPARE(QFileInfo(there).size(), 4);
    animation->startOrCancel(); // agreed
    QVERIFY(animation->work().isRunning());
}

void TestStudioAnimation::anAnimationOpenedEarlyFollowsTheRun()
{
    m_bench->scene->waitAt = 0;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Running, patience);
    window().live().showAnimation();
    AnimationWindow* animation = window().live().animation();
    const auto says = [animation](const QString& part) {
        const auto labels = animation->findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&part](const QLabel* label) { return label->text().contains(part); });
    };
    const auto buttons = animation->findChildren<QPushButton*>();
    const auto save = std::ranges::find_if(buttons, [](const auto* button) { return button->text() == "Save GIF"; });
    QVERIFY(save != buttons.end() && !(*save)->isEnabled());
    QVERIFY(says("nothing to show before the first step"));
    m_bench->release();
    QTRY_VERIFY_WITH_TIMEOUT((*save)->isEnabled(), patience);
    QVERIFY(!says("nothing to show"));
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    const auto events = static_cast<std::int64_t>(window().run().history().events.size());
    QTRY_VERIFY_WITH_TIMEOUT(says(QStringLiteral(" frames, %1 masking events").arg(formatCount(events))), patience);
}

void TestStudioAnimation::itsFieldsStandInLine()
{
    auto* application = qobject_cast<QApplication*>(QCoreApplication::instance());
    applyTheme(*application, ThemeChoice::Light);
    const auto plain = qScopeGuard([application] { application->setStyleSheet({}); });
    QVERIFY(m_bench->open());
    window().live().showAnimation();
    AnimationWindow* animation = window().live().animation();
    auto* most = animation->findChildren<QComboBox*>().constFirst();
    auto* path = animation->findChild<QLineEdit*>();
    path->setText(most->currentText());
    path->setCursorPosition(static_cast<int>(path->text().size()));
    QTRY_COMPARE(path->mapTo(animation, QPoint()).x(), most->mapTo(animation, QPoint()).x());
    const auto firstInk = [](QWidget& field) { // x of the words' first pixel
        const QImage image = field.grab().toImage();
        const int bottom = image.height() - 5;
        for (int x = 4; x < image.width() / 2; ++x)
            for (int y = 5; y < bottom; ++y)
                if (std::abs(qGray(image.pixel(x, y)) - qGray(image.pixel(4, 5))) > 60)
                    return x;
        return -1;
    };
    QVERIFY(firstInk(*most) > 0);
    QVERIFY(std::abs(firstInk(*most) - firstInk(*path)) <= 1);
}

QTEST_MAIN(TestStudioAnimation)
#include "tst_studioanimation.moc"
