// SPDX-License-Identifier: GPL-3.0-or-later
// The same way with the real engine, opened from its library, on the bundled demo: a short run that finishes, is
// tried, exported, looked at through the lens, and opened again.
#include "training/core/Error.h"
#include "training/session/EngineLibrary.h"
#include "ui/ConfigForm.h"
#include "ui/ExportWindow.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/MainWindow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/SvdLens.h"
#include "ui/Tour.h"
#include "ui/TryPage.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace spectune;

namespace {
constexpr int patience = 240'000; // ms; the machine may be busy
}

class TestWholeStudioEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void demoFromStartToReopened();
};

void TestWholeStudioEngine::demoFromStartToReopened()
{
    const QTemporaryDir folder;
    QDir::setCurrent(folder.path());
    StudioOptions options;
    options.engine = [] { return engineFromLibrary(findEngineLibrary())(); };
    options.demoConfig = QStringLiteral(SPECTUNE_DEMO);
    options.remembers = false;
    options.size = {1440, 900};
    MainWindow window(options);
    QSignalSpy settled(&window.facts(), &SetupFacts::settled);
    window.openDemo();
    window.show();
    QVERIFY(settled.wait(patience));
    const std::pair<const char*, std::int64_t> quick[] {{"train.steps", 60}, {"adalora.ti", 10}, {"adalora.tf", 20},
        {"adalora.delta_t", 5}, {"optim.warmup", 5}, {"train.eval_every", 60}};
    for (const auto& [key, value] : quick)
        window.form().setValue(QLatin1String(key), FieldValue {value});
    QCOMPARE(window.form().errorCount(), 0);
    window.learn().startTour();
    QTRY_COMPARE_WITH_TIMEOUT(window.run().state(), SessionState::Finished, patience);
    QCOMPARE(window.run().step(), 60);
    for (std::size_t stop = 0; stop < Tour::count(); ++stop) {
        window.learn().tour().goTo(stop);
        QVERIFY(window.learn().tour().mayGoOn());
    }
    window.learn().tour().leave();
    const RunHistory live = window.run().history();
    QCOMPARE(live.metrics.size(), 60U);
    QVERIFY(!live.events.empty());
    window.showWorkspace(Workspace::Try);
    window.tryPage().setPrompt("Paul is a brown wolf. Card:");
    window.tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!window.tryPage().isGenerating(), patience);
    window.showExport();
    window.exportWindow()->write();
    QTRY_VERIFY_WITH_TIMEOUT(!window.exportWindow()->written().empty() && !window.session().isPolling(), patience);
    for (const ExportReport& report : window.exportWindow()->written())
        QVERIFY(report.maxDifference <= 1e-5 * std::max(report.maxDelta, 1e-6));
    window.exportWindow()->close();
    window.showWorkspace(Workspace::Learn);
    window.learn().page().showLesson(LearnPage::Lesson::Lens);
    QTRY_VERIFY_WITH_TIMEOUT(window.learn().page().lens().deltaRow().parts(), patience);
    QVERIFY(window.learn().page().lens().deltaRow().parts()->sigma.front() > 0);
    window.openRun(window.run().folder());
    QVERIFY(window.run().isRecorded());
    QCOMPARE(window.run().history().events.size(), live.events.size());
    QCOMPARE(window.run().history().events.back().ranks, live.events.back().ranks);
    QSignalSpy closed(&window.session(), &SessionController::closed);
    window.session().close();
    QVERIFY(closed.wait(patience));
    QDir::setCurrent(QDir::rootPath());
}

QTEST_MAIN(TestWholeStudioEngine)
#include "tst_wholestudio_engine.moc"
