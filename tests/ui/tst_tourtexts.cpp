// SPDX-License-Identifier: GPL-3.0-or-later
// The guided tour's conditions, choices and sentences, as functions of values.
#include "ui/Tour.h"
#include "ui/TourScript.h"

#include <QTest>

#include <array>
#include <cmath>
#include <memory>
#include <vector>

using namespace spectune;

class TestTourTexts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void waitsAreFunctionsOfValues();
    void fixedRankHasNothingToWaitFor();
    void stopsHaveTextsBeforeAnyRun();
    void stopsChooseWhatHasSomethingToShow();
    void figuresOfMatricesAreOfTheShownEvent();
    void figuresAreCountedToTheStep();
    void oneTripletIsNotSomeOfThem();
    void figuresHaveTheirNames();
    void aRunWithoutScoresSaysSo();
};

namespace {

TourFacts plannedRun(const RunHistory& history)
{
    TourFacts facts;
    facts.hasRun = true;
    facts.state = SessionState::Running;
    facts.secondsPerStep = 0.1;
    facts.history = &history;
    facts.plan.totalSteps = 800;
    facts.plan.ti = 80;
    facts.plan.finalStart = 500;
    facts.plan.interval = 10;
    facts.plan.initialBudget = 336;
    facts.plan.targetBudget = 126;
    facts.resolved.schedule = {.totalSteps = 800,
        .warmUpEnd = 80,
        .finalSteps = 300,
        .interval = 10,
        .initialBudget = 336,
        .targetBudget = 126};
    return facts;
}

} // namespace

void TestTourTexts::waitsAreFunctionsOfValues()
{
    RunHistory history;
    TourFacts facts = plannedRun(history);
    facts.step = 34;
    TourWait wait = facts.waitFor(TourEvent::FirstPruning);
    QCOMPARE(wait.state, TourWait::State::Running);
    QCOMPARE(wait.due, 91); // t = 90 is the first multiple of 10 after ti = 80; a step is t + 1
    QVERIFY(std::abs(wait.secondsLeft - 5.7) < 1e-9);
    QCOMPARE(facts.waitFor(TourEvent::FinalPhase).due, 501);
    QCOMPARE(facts.waitFor(TourEvent::End).due, 800);
    QCOMPARE(facts.waitFor(TourEvent::None).state, TourWait::State::Over);
    facts.state = SessionState::Paused;
    QCOMPARE(facts.waitFor(TourEvent::FirstPruning).state, TourWait::State::Paused);
    facts.hasRun = false;
    QCOMPARE(facts.waitFor(TourEvent::FirstPruning).state, TourWait::State::NotStarted);

    facts = plannedRun(history);
    history.events = {{91, 321, {}, 15, 0}, {101, 307, {}, 16, 2}};
    facts.step = 105;
    QCOMPARE(facts.happenedAt(TourEvent::FirstPruning), 91);
    QCOMPARE(facts.happenedAt(TourEvent::FirstRevival), 101);
    QCOMPARE(facts.happenedAt(TourEvent::FinalPhase), -1);
    QCOMPARE(facts.waitFor(TourEvent::FirstPruning).state, TourWait::State::Over);
    history.events.push_back({501, 126, {}, 3, 0});
    facts.step = 510;
    QCOMPARE(facts.happenedAt(TourEvent::FinalPhase), 501);

    // No triplet came back before the last event: it is not waited for in vain.
    history.events = {{91, 321, {}, 15, 0}, {501, 126, {}, 195, 0}};
    QCOMPARE(facts.waitFor(TourEvent::FirstRevival).state, TourWait::State::Impossible);
    facts.state = SessionState::Stopped;
    QCOMPARE(facts.happenedAt(TourEvent::End), 510);
}

void TestTourTexts::fixedRankHasNothingToWaitFor()
{
    const RunHistory history;
    TourFacts facts = plannedRun(history);
    facts.plan.targetBudget = facts.plan.initialBudget;
    facts.step = 10;
    QCOMPARE(facts.waitFor(TourEvent::FirstPruning).state, TourWait::State::Impossible);
    QCOMPARE(facts.waitFor(TourEvent::End).state, TourWait::State::Running);
    QVERIFY(waitText(TourEvent::FirstPruning, facts).when.contains("does not prune"));
}

void TestTourTexts::stopsHaveTextsBeforeAnyRun()
{
    const RunHistory history;
    TourFacts facts;
    facts.history = &history;
    for (const TourStop& stop : tourStops()) {
        const TourText text = stop.text(facts, {});
        QVERIFY(!text.title.isEmpty());
        QVERIFY(!text.body.isEmpty());
        for (const auto& [name, line] : text.formula)
            QVERIFY2(!line.contains("nan") && !line.contains("%1"), qPrintable(line));
    }
}

void TestTourTexts::stopsChooseWhatHasSomethingToShow()
{
    constexpr std::size_t triplet = 0;
    constexpr std::size_t pruning = 4;
    constexpr std::size_t threshold = 5;
    constexpr std::size_t back = 6;
    constexpr std::size_t result = 9;
    auto layout = std::make_shared<ModuleLayout>();
    layout->modules.resize(7);
    layout->initRank = 4;
    const RunHistory history;
    TourFacts facts = plannedRun(history);
    facts.layout = layout;
    // {rank, lost, back} of each matrix
    const auto show = [&](const std::vector<std::array<std::int32_t, 3>>& modules) {
        auto snapshot = std::make_shared<RankSnapshot>();
        snapshot->layout = layout;
        for (const auto& [rank, lost, again] : modules)
            snapshot->modules.push_back({.rank = rank, .lostAtLastEvent = lost, .backAtLastEvent = again});
        facts.shown = snapshot;
    };
    const auto chosenAt = [&facts](std::size_t stop, int before = -1) {
        return tourStops()[stop].choose(facts, ModuleIndex {before}).value;
    };
    QCOMPARE(chosenAt(triplet), 3); // nothing is known yet: the middle
    QCOMPARE(chosenAt(result, 5), 5);
    show({{4, 0, 0}, {4, 0, 0}, {4, 0, 0}, {4, 0, 0}, {4, 0, 0}, {4, 0, 0}, {4, 0, 0}}); // before the first event
    QCOMPARE(chosenAt(triplet), 3);
    QCOMPARE(chosenAt(pruning, 1), 1);
    // The middle one has lost all: kept triplets beside pruned ones, as near to the middle as there are.
    show({{4, 0, 0}, {2, 2, 0}, {4, 0, 0}, {0, 4, 0}, {4, 0, 0}, {1, 1, 2}, {4, 0, 0}});
    QCOMPARE(chosenAt(triplet), 1);
    QCOMPARE(chosenAt(pruning), 1); // not the one that lost most, which keeps none
    QCOMPARE(chosenAt(threshold), 1);
    QCOMPARE(chosenAt(back), 5);
    QCOMPARE(chosenAt(result, 3), 1); // rank 0 is left for one that shows something
    QCOMPARE(chosenAt(result, 6), 6); // what a person looks at stays
    // Only one that keeps nothing has lost some: it is still the event's own.
    show({{4, 0, 0}, {4, 0, 0}, {4, 0, 0}, {0, 4, 0}, {4, 0, 0}, {4, 0, 0}, {4, 0, 0}});
    QCOMPARE(chosenAt(pruning), 3);
    QCOMPARE(chosenAt(triplet), 2);
    show({{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}); // the whole model is pruned
    QCOMPARE(chosenAt(result, 2), 3);
}

void TestTourTexts::figuresOfMatricesAreOfTheShownEvent()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->kinds = {"q_proj"};
    layout->modules.resize(2);
    for (ModuleInfo& module : layout->modules)
        module.kind.value = 0;
    layout->initRank = 4;
    RunHistory history;
    history.events = {{91, 321, {}, 15, 0}, {101, 307, {}, 16, 2}};
    TourFacts facts = plannedRun(history);
    facts.layout = layout;
    const auto said = [&](std::size_t stop, std::int64_t event) {
        auto snapshot = std::make_shared<RankSnapshot>();
        snapshot->layout = layout;
        snapshot->eventStep = event;
        snapshot->modules = {{.rank = 3, .lostAtLastEvent = 1, .backAtLastEvent = 2}, {.rank = 4}};
        facts.shown = snapshot;
        QStringList lines;
        for (const auto& [left, right] : tourStops()[stop].text(facts, ModuleIndex {0}).formula)
            lines << right;
        return lines.join('\n');
    };
    QVERIFY(said(4, 91).contains("in 1 of 2 matrices") && said(4, 91).contains("= 1 in layer"));
    QVERIFY2(!said(4, 101).contains("matrices") && !said(4, 101).contains("in layer"), qPrintable(said(4, 101)));
    QVERIFY(said(6, 101).contains("2 of them in layer"));
    QVERIFY(!said(6, 91).contains("of them"));
}

/// t counts from 0, steps from 1: after the event of step 501 there are 299 left of 800.
void TestTourTexts::figuresAreCountedToTheStep()
{
    RunHistory history;
    TourFacts facts = plannedRun(history);
    facts.step = 60;
    for (const bool happened : {false, true}) {
        if (happened)
            history.events = {{501, 126, {}, 3, 0}};
        const TourText text = tourStops()[8].text(facts, {});
        QVERIFY2(text.body.contains("the event of step 501") && text.body.contains("the last 299 steps"),
            qPrintable(text.body));
        QCOMPARE(text.formula.front().second, QStringLiteral("= 800 − 300 = 500, step 501"));
    }
}

void TestTourTexts::oneTripletIsNotSomeOfThem()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->kinds = {"q_proj"};
    layout->modules.resize(1);
    layout->modules.front().layer.value = 5;
    layout->modules.front().kind.value = 0;
    layout->initRank = 4;
    RunHistory history;
    history.events = {{131, 300, {}, 2, 1}};
    TourFacts facts = plannedRun(history);
    facts.layout = layout;
    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->layout = layout;
    snapshot->eventStep = 131;
    snapshot->modules = {{.rank = 3, .backAtLastEvent = 1}};
    facts.shown = snapshot;
    const auto formula = [&facts] { return tourStops()[6].text(facts, ModuleIndex {0}).formula; };
    QCOMPARE(formula().at(1).second, QString("in layer 5 q_proj"));
    QCOMPARE(formula().back().first, QString("so far"));
    facts.state = SessionState::Finished;
    QCOMPARE(formula().back().first, QString("in all"));
    history.events.front().revived = 3;
    QCOMPARE(formula().at(1).second, QString("1 of them in layer 5 q_proj"));
}

void TestTourTexts::figuresHaveTheirNames()
{
    RunHistory history;
    TourFacts facts = plannedRun(history);
    auto layout = std::make_shared<ModuleLayout>();
    layout->kinds = {"q_proj", "gate_proj"};
    layout->modules.resize(2);
    for (std::size_t i = 0; i < 2; ++i) {
        layout->modules[i].layer.value = 0;
        layout->modules[i].kind.value = static_cast<int>(i);
        layout->modules[i].outFeatures = 128;
        layout->modules[i].inFeatures = 128;
    }
    layout->initRank = 8;
    facts.layout = layout;
    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->layout = layout;
    snapshot->modules = {{.rank = 4}, {.rank = 1}};
    facts.shown = snapshot;
    const TourText triplet = tourStops()[0].text(facts, ModuleIndex {0});
    QVERIFY(triplet.formula.at(2).second.endsWith("= 2,056 numbers"));
    QCOMPARE(triplet.formula.back().first, QString("W"));
    QCOMPARE(triplet.formula.back().second, QStringLiteral("= 128 × 128 = 16,384"));
    const TourText kept = tourStops()[9].text(facts, {});
    QCOMPARE(kept.formula.front().second, QString("highest 4.00 in q, lowest 1.00 in gate"));
    history.metrics.resize(2);
    history.metrics[0].step = 1;
    history.metrics[0].orth = 0.31;
    history.metrics[1].step = 800;
    history.metrics[1].orth = 0.012;
    const TourText right = tourStops()[7].text(facts, {});
    QVERIFY2(
        right.formula.back().second.startsWith(QStringLiteral("γR was ")), qPrintable(right.formula.back().second));
    QVERIFY(right.formula.back().second.endsWith("at step 1"));
}

void TestTourTexts::aRunWithoutScoresSaysSo()
{
    RunHistory history;
    TourFacts facts = plannedRun(history);
    history.events = {{91, 321, {}, 15, 0}};
    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->eventStep = 91;
    facts.shown = snapshot;
    const auto said = [&facts] { return tourStops()[5].text(facts, {}).formula.back().second; };
    QCOMPARE(said(), "of this event the ranks are known, not the scores");
    facts.state = SessionState::Finished;
    QCOMPARE(said(), "this run kept no scores of its events");
}

QTEST_APPLESS_MAIN(TestTourTexts)
#include "tst_tourtexts.moc"
