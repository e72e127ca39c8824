// SPDX-License-Identifier: GPL-3.0-or-later
// A recorded run as its folder keeps it, and the plain values that the views are driven with.
#include "tests/support/OneMatrix.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "training/monitor/ReplayWriter.h"
#include "ui/ExportFacts.h"
#include "ui/FormulaView.h"
#include "ui/RecordedRanks.h"
#include "ui/RecordedRun.h"
#include "ui/RunModel.h"
#include "ui/SampleList.h"
#include "ui/SessionController.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace spectune;

class TestRunModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void opensARecordedRun();
    void wholeCheckpointsAloneCount();
    void tellsWhatIsBroken();
    void anInterruptedRunIsCalledSo();
    void aFailedRunKeepsItsReason();
    void aRunThatGoesOnElsewhereHasNotStopped();
    void aResumeThatEndsWhilePreparingKeepsTheStep_data();
    void aResumeThatEndsWhilePreparingKeepsTheStep();
    void tellsWhichFileIsCut_data();
    void tellsWhichFileIsCut();
    void termsOfTheFormula();
    void picturesThatTheFileHasAreLetGo();
    void aStepWithoutStateHasTheNearest();
    void sizesOfAnExport();
    void aSampleIsPromptAndAnswer();
};

static void writeRun(const QTemporaryDir& folder)
{
    RunConfig config;
    config.train.steps = 20;
    config.adalora.initRank = 4;
    config.adalora.targetRank = 2;
    config.adalora.ti = 2;
    config.adalora.tf = 5;
    config.adalora.deltaT = 5;
    const std::filesystem::path path = folder.path().toStdString();
    writeFileAtomically(path / "config.json", toJson(config));
    writeFileAtomically(path / "log.txt", "2026-03-02 10:05:00  Finished after step 20.\n");
    std::string metrics;
    for (int step = 1; step <= 20; ++step)
        metrics += toJsonLine(MetricPoint {step, 1.0 / step, 0.1, 1e-3, 16, 1.0, 10, 0.1 * step, {}}) + "\n";
    metrics += toJsonLine(EvalPoint {20, 0.5, {}}) + "\n";
    writeFileAtomically(path / "metrics.jsonl", metrics);
    writeFileAtomically(path / "ranks.jsonl",
        "{\"step\":6,\"budget\":12,\"pruned\":4,\"revived\":0,\"ranks\":{\"model.layers.0.self_attn.q_proj\":4,"
        "\"model.layers.0.mlp.up_proj\":1,\"model.layers.1.self_attn.q_proj\":4,\"model.layers.1.mlp.up_proj\":3}}\n"
        "{\"step\":16,\"budget\":8,\"pruned\":5,\"revived\":1,\"ranks\":{\"model.layers.0.self_attn.q_proj\":3,"
        "\"model.layers.0.mlp.up_proj\":2,\"model.layers.1.self_attn.q_proj\":3,\"model.layers.1.mlp.up_proj\":0}}\n");
}

void TestRunModel::opensARecordedRun()
{
    const QTemporaryDir folder;
    writeRun(folder);
    RunModel run;
    QSignalSpy reset(&run, &RunModel::reset);
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(reset.count() >= 1);
    QVERIFY(run.isRecorded());
    QCOMPARE(run.state(), SessionState::Finished);
    QCOMPARE(run.step(), 20);
    QCOMPARE(run.history().metrics.size(), 20U);
    const auto layout = run.layout();
    QVERIFY(layout);
    QCOMPARE(layout->layerCount, 2);
    QCOMPARE(layout->kinds, (std::vector<std::string> {"q_proj", "up_proj"}));
    QCOMPARE(run.shownSnapshot()->modules.at(3).rank, 0); // layer 1, up
    QCOMPARE(run.shownSnapshot()->modules.at(1).backAtLastEvent, 1);
    run.showStep(8);
    QCOMPARE(run.shownSnapshot()->modules.at(3).rank, 3);
    QCOMPARE(run.shownSnapshot()->modules.at(1).lostAtLastEvent, 3);
    run.showStep(3);
    QCOMPARE(run.shownSnapshot()->modules.at(1).rank, 4);
    run.showStep(-1);
    QCOMPARE(run.shownSnapshot()->modules.at(3).rank, 0);
}

void TestRunModel::wholeCheckpointsAloneCount()
{
    const QTemporaryDir folder;
    writeRun(folder);
    const QDir root(folder.path());
    for (const char* name : {"step-10", "step-5", "step-15.cut", "step-20.partial", "step-21.partial-77", "step-",
             "step--3", "step-+4", "step-7 ", "step-99999999999999999999", "last"})
        QVERIFY(root.mkpath(QStringLiteral("checkpoints/") + QLatin1String(name)));
    QFile file(root.filePath("checkpoints/step-12")); // no folder
    QVERIFY(file.open(QIODevice::WriteOnly));
    RunModel run;
    run.showRecorded(readRecordedRun(folder.path()));
    QCOMPARE(run.checkpoints(), (std::vector<std::int64_t> {5, 10}));
}

void TestRunModel::tellsWhatIsBroken()
{
    const QTemporaryDir folder;
    writeRun(folder);
    const std::filesystem::path path = folder.path().toStdString();
    writeFileAtomically(path / "ranks.jsonl", "{\"step\": \"six\"}\n{}\n");
    RunModel run;
    QVERIFY_EXCEPTION_THROWN(run.showRecorded(readRecordedRun(folder.path())), Error);
    QVERIFY_EXCEPTION_THROWN(run.showRecorded(readRecordedRun(folder.path() + "/none")), Error);
    QVERIFY(!run.hasRun());
}

void TestRunModel::anInterruptedRunIsCalledSo()
{
    const QTemporaryDir folder;
    writeRun(folder);
    const QDir root(folder.path());
    RunModel run;
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(run.record() == RecordState::Finished);
    QVERIFY(!run.isExportable()); // it has finished, but what it made is gone
    QVERIFY(root.mkpath("adapter"));
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(run.isExportable());
    QVERIFY(QFile::remove(root.filePath("log.txt")));
    QVERIFY(root.rmdir("adapter"));
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(run.record() == RecordState::Interrupted);
    QCOMPARE(run.state(), SessionState::Stopped);
    QVERIFY(!run.isExportable());
    QVERIFY(root.mkpath("checkpoints/step-10"));
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(run.record() == RecordState::Interrupted);
    QVERIFY(run.isExportable());
    run.clear();
    QVERIFY(!run.record());
    QVERIFY(!run.isExportable()); // there is no run
}

void TestRunModel::aResumeThatEndsWhilePreparingKeepsTheStep_data()
{
    QTest::addColumn<SessionState>("end");
    QTest::newRow("failed") << SessionState::Failed;
    QTest::newRow("cancelled") << SessionState::Stopped;
}

void TestRunModel::aResumeThatEndsWhilePreparingKeepsTheStep()
{
    QFETCH(SessionState, end);
    const QTemporaryDir folder;
    writeRun(folder);
    SessionController session([]() -> std::unique_ptr<TrainingEngine> { return nullptr; });
    RunModel run;
    run.follow(session);
    run.showRecorded(readRecordedRun(folder.path()));
    RunRequest request;
    request.outFolder = folder.path().toStdString();
    run.begin(request, {}, true);
    Q_EMIT session.stateChanged(SessionState::Preparing, 0, {});
    QCOMPARE(run.step(), 20);
    Q_EMIT session.stateChanged(end, 0, {});
    QCOMPARE(run.state(), end);
    QCOMPARE(run.step(), 20); // its timeline still leads through the run
    run.begin(request, {}, false);
    Q_EMIT session.stateChanged(SessionState::Preparing, 0, {});
    QCOMPARE(run.step(), 0);
}

void TestRunModel::aFailedRunKeepsItsReason()
{
    const QTemporaryDir folder;
    writeRun(folder);
    writeFileAtomically(
        folder.filePath("log.txt").toStdString(), "2026-03-02 10:05:00  Failed: The memory was full.\n");
    RunModel run;
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(run.record() == RecordState::Failed);
    QCOMPARE(run.failure().message.english(), std::string("The memory was full."));
    run.clear();
    QVERIFY(run.failure().message.empty());
}

void TestRunModel::aRunThatGoesOnElsewhereHasNotStopped()
{
    const QTemporaryDir folder;
    writeRun(folder); // its log says that it has finished: of an earlier time
    QFile held(folder.filePath("metrics.jsonl"));
    QVERIFY(held.open(QIODevice::ReadOnly)); // as the process that trains it has
    RunModel run;
    run.showRecorded(readRecordedRun(folder.path()));
    QVERIFY(run.record() == RecordState::Running);
    QVERIFY(!isActive(run.state())); // here nothing can be paused or stopped
    QVERIFY(!run.isCancelled());
}

void TestRunModel::tellsWhichFileIsCut_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("damage");
    const QByteArray metric = QByteArray::fromStdString(toJsonLine(MetricPoint {4, 1.0, 0.1, 1e-3, 16, 1, 10, 1, {}}));
    QTest::newRow("whole") << "notes.txt" << QByteArray("mine") << "";
    QTest::newRow("curves") << "metrics.jsonl" << metric + "\n"
                            << "metrics.jsonl ends at step 4, ranks.jsonl at 16: the curves are cut.";
    QTest::newRow("no step") << "metrics.jsonl" << QByteArray()
                             << "metrics.jsonl ends at step 0, ranks.jsonl at 16: the curves are cut.";
    QTest::newRow("replay") << "replay.bin" << QByteArray(200, 'x')
                            << "replay.bin cannot be read: past steps show ranks without triplets.";
}

void TestRunModel::tellsWhichFileIsCut()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, damage);
    const QTemporaryDir folder;
    writeRun(folder);
    writeFileAtomically(folder.filePath(file).toStdString(), bytes.toStdString());
    QCOMPARE(readRecordedRun(folder.path()).damage, damage);
}

void TestRunModel::termsOfTheFormula()
{
    RankSnapshot snapshot = test::snapshotOfOneMatrix();
    snapshot.eventStep = 1100;
    snapshot.threshold = 2.9e-6F;
    snapshot.triplets.front()
        = {0.064F, 3.07e-6F, 2.21e-3F * 1.16e-3F, 2.21e-3F, 1.16e-3F, 2.18e-7F, 2.89e-7F, 1020, 1100, true};
    const FormulaLines lines = FormulaLines::of(snapshot, ModuleIndex {0}, 0, ScoreKind::SensitivityUncertainty);
    QVERIFY(lines.title.contains("back"));
    QCOMPARE(lines.note, QStringLiteral("pruned at 1,020, back at 1,100"));
    QString all;
    for (const auto& [name, text] : lines.rows)
        all += text + '\n';
    for (const QString part : {"2.56e−6 + 2.18e−7 + 2.89e−7", "3.07e−6", "2.21e−3 × 1.16e−3", "so kept", "6 %"})
        QVERIFY2(all.contains(part), qPrintable(all));
    QVERIFY(!all.contains("at step"));
    // Between events λ's Ī and Ū go on, and S stays the last event's: the line of the one is not the other's.
    snapshot.triplets.front().sensitivityLambda = 3.00e-3F;
    const FormulaLines later = FormulaLines::of(snapshot, ModuleIndex {0}, 0, ScoreKind::SensitivityUncertainty);
    const auto has = [&](const QString& name, const QString& text) {
        return std::find(later.rows.begin(), later.rows.end(), std::pair(name, text)) != later.rows.end();
    };
    QVERIFY(has(QStringLiteral("s(λ)"), QStringLiteral("= 2.56e−6 at step 1,100")));
    QVERIFY(has(QStringLiteral("Ī·Ū now"), QStringLiteral("= 3.00e−3 × 1.16e−3 = 3.48e−6")));
    snapshot.nearestStep = 1200; // another step's S is no reason
    const FormulaLines near = FormulaLines::of(snapshot, ModuleIndex {0}, 0, ScoreKind::SensitivityUncertainty);
    QCOMPARE(near.title, QStringLiteral("#0 is back"));
    QVERIFY2(
        near.rows.back().second.contains("S is of step 1,200, the nearest kept"), qPrintable(near.rows.back().second));
    for (const int none : {-1, 1, 11}) // the matrix has one triplet
        QVERIFY(FormulaLines::of(snapshot, ModuleIndex {0}, none, ScoreKind::Magnitude).title.isEmpty());
}

void TestRunModel::picturesThatTheFileHasAreLetGo()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 25'000; // 1 MB a picture
    layout->layerCount = 1;
    layout->kinds = {"q_proj"};
    layout->modules.push_back({"model.layers.0.self_attn.q_proj", LayerIndex {0}, KindIndex {0}, 8, 8});
    const auto picture = [&](std::int64_t step) {
        auto snapshot = std::make_shared<RankSnapshot>();
        snapshot->layout = layout;
        snapshot->step = snapshot->eventStep = step;
        snapshot->hasLambda = snapshot->hasScores = true;
        snapshot->modules.resize(1);
        snapshot->triplets.resize(25'000);
        return snapshot;
    };
    std::vector<MaskEvent> events;
    RunReplay alone; // a run without a folder
    for (std::int64_t step = 1; step <= 200; ++step) {
        alone.keep(picture(step));
        events.push_back({step, 25'000, {25'000}, 0, 0});
    }
    QVERIFY(alone.keptBytes() <= std::size_t {64} << 20U);
    QVERIFY(alone.keptBytes() > std::size_t {60} << 20U);
    QVERIFY(alone.at(layout, events, 200)->hasScores);
    QVERIFY(alone.at(layout, events, 150)->hasScores);
    QCOMPARE(alone.nearestState(150), 150); // without a file, of what was seen
    QCOMPARE(alone.nearestState(500), 200);
    QCOMPARE(RunReplay().nearestState(150), -1);
    const auto later = picture(200); // λ goes on after the last event
    later->step = 300;
    alone.keep(later);
    QVERIFY(alone.keptBytes() > std::size_t {60} << 20U);
    for (const auto& [shown, of] : {std::pair {200, 200}, {299, 200}, {300, 300}, {350, 300}})
        QCOMPARE(alone.at(layout, events, shown)->step, of);
    alone.cutAfter(250);
    QCOMPARE(alone.at(layout, events, 350)->step, 200);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    ReplayWriter writer(path / "replay.bin");
    RunReplay recorded;
    recorded.open(path);
    for (std::int64_t step = 1; step <= 5; ++step) {
        writer.append(*picture(step));
        recorded.keep(picture(step));
    }
    QVERIFY(recorded.keptBytes() < 2U << 20U);
    QCOMPARE(recorded.at(layout, events, 3)->eventStep, 3);
}

/// A long run keeps few states; every other step has the λ and S of the nearest one, and says of which.
void TestRunModel::aStepWithoutStateHasTheNearest()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 4;
    layout->layerCount = 1;
    layout->kinds = {"q_proj"};
    layout->modules.push_back({"model.layers.0.self_attn.q_proj", LayerIndex {0}, KindIndex {0}, 8, 8});
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    std::vector<MaskEvent> events;
    ReplayWriter writer(path / "replay.bin", 500); // room for three or four
    for (std::int64_t step = 10; step <= 200; step += 10) {
        RankSnapshot snapshot;
        snapshot.layout = layout;
        snapshot.step = snapshot.eventStep = step;
        snapshot.hasLambda = snapshot.hasScores = true;
        snapshot.modules.resize(1);
        snapshot.triplets.resize(4);
        for (TripletState& triplet : snapshot.triplets)
            triplet.lambda = static_cast<float>(step);
        writer.append(snapshot);
        events.push_back({step, 4, {4}, 0, 0});
    }
    RunReplay replay;
    replay.open(path);
    int nearest = 0;
    for (std::int64_t step = 5; step <= 205; step += 5) {
        const auto shown = replay.at(layout, events, step);
        QVERIFY(shown->hasLambda && shown->hasScores);
        QCOMPARE(shown->eventStep, step < 10 ? -1 : std::min<std::int64_t>(200, step / 10 * 10));
        const bool near = shown->nearestStep >= 0;
        if (near)
            QCOMPARE(shown->nearestStep, replay.nearestState(step));
        const auto of = static_cast<float>(near ? shown->nearestStep : shown->step);
        QCOMPARE(shown->triplets.front().lambda, of);
        QCOMPARE(shown->modules.front().lambdaSum, 4.0F * of);
        nearest += near ? 1 : 0;
    }
    QVERIFY(nearest > 10 && nearest < 41);
    QVERIFY(!replay.at(layout, events, 0)->hasLambda); // nothing is trained yet
}

void TestRunModel::sizesOfAnExport()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 12;
    RankSnapshot snapshot;
    for (const int rank : {0, 3, 9}) {
        layout->modules.push_back({"m", LayerIndex {0}, KindIndex {0}, 100, 50});
        snapshot.modules.push_back({});
        snapshot.modules.back().rank = rank;
    }
    snapshot.layout = layout;
    const ExportFacts facts = ExportFacts::of(snapshot);
    QCOMPARE(facts.zeroModules, 1);
    QCOMPARE(facts.largestRank, 9);
    QCOMPARE(facts.exactBytes, 12 * 150 * 4);
    QCOMPARE(facts.paddedBytes, 2 * 9 * 150 * 4);
    QCOMPARE(facts.vllmMaxRank(), 16);
}

void TestRunModel::aSampleIsPromptAndAnswer()
{
    DataPreview preview;
    preview.tokens = {{1, "<s>", false}, {5, "Card:", false}, {6, " Paul", true}, {2, "</s>", true}};
    const HeldOutSample sample = HeldOutSample::from(preview);
    QCOMPARE(sample.prompt, QStringLiteral("Card:"));
    QCOMPARE(sample.expected, QStringLiteral(" Paul"));
}

QTEST_GUILESS_MAIN(TestRunModel)
#include "tst_runmodel.moc"
