// SPDX-License-Identifier: GPL-3.0-or-later
// The tour's card: whether it stays, how tall it is, what it says of the run, and who has the keyboard.
#include "tests/ui/StudioBench.h"
#include "ui/ElidedLabel.h"
#include "ui/Inspector.h"
#include "ui/KeyValueList.h"
#include "ui/LearnDesk.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/SessionController.h"
#include "ui/ShownWords.h"
#include "ui/StudioStyle.h"
#include "ui/Tour.h"
#include "ui/TourCard.h"
#include "ui/TourGuide.h"
#include "ui/TourTexts.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/TripletList.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace spectune;
using spectune::test::patience;

class TestTourCard : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void whatIsReadStaysWhereItIs();
    void labelsTellTheirLines();
    void heightFollowsTheTextAtOnce();
    void noButtonIsCut();
    void noteSaysWhatTheRunDoes_data();
    void noteSaysWhatTheRunDoes();
    void nextKeepsTheKeyboard();
    void ownWidgetKeepsTheKeyboard();
    void anEventPullsNobodyAway();
    void theScaleIsRinged();
    void theBudgetIsShownWhole();
    void theInspectorOpensWhatTheCardSpeaksOf();

private:
    [[nodiscard]] Tour& tour() { return window().learn().tour(); }
    [[nodiscard]] TourCard& card() { return window().learn().guide().card(); }
};

// What a run writes moves with its steps.
void TestTourCard::whatIsReadStaysWhereItIs()
{
    m_bench->tourAt(60);
    tour().goTo(1);
    QCoreApplication::processEvents();
    QCoreApplication::processEvents();
    const QRect before = card().geometry();
    LivePage& live = window().live();
    for (const QPoint corner : {before.bottomLeft(), before.topLeft(), before.topRight(), before.bottomRight()}) {
        auto* words = new QLabel("a line of words across the card's edge", &live); // the page deletes it
        words->setGeometry(QRect(live.mapFrom(&window(), corner) - QPoint(120, 20), QSize(240, 40)));
        words->show();
    }
    Q_EMIT tour().moved();
    QCOMPARE(card().geometry(), before);
}

void TestTourCard::labelsTellTheirLines()
{
    m_bench->tourAt(60);
    const std::vector<QRect> words = shownWords(window().live(), window());
    int lines = 0;
    for (const QLabel* label : window().live().inspector().findChildren<QLabel*>()) {
        const QRect place(label->mapTo(&window(), QPoint()), label->size());
        if (label->text().isEmpty() || label->visibleRegion().boundingRect() != label->rect()) // scrolled out of sight
            continue;
        const auto within = std::ranges::count_if(words, [&place](const QRect& line) { return place.contains(line); });
        QVERIFY2(within >= 1, qPrintable(label->text()));
        lines += static_cast<int>(within);
    }
    QVERIFY(lines > 3);
    for (const QRect& line : words)
        QVERIFY(window().rect().contains(line));
}

void TestTourCard::heightFollowsTheTextAtOnce()
{
    QWidget ground;
    ground.resize(900, 700);
    TourCard one(&ground);
    one.setPlaceInTour(3, 10);
    const TourText brief {"Title", "One line.", {{"S", "= 1"}}};
    const TourText wordy {"Title", "One line.", {{"S", QString("= s(λ) + mean s(P) + mean s(Q) ").repeated(9)}}};
    one.setText(brief);
    one.setWait({}, {});
    ground.show();
    one.show();
    QVERIFY(QTest::qWaitForWindowExposed(&ground));
    const QSize small = one.bodySize();
    for (const TourText& text : {wordy, brief}) {
        one.setText(text);
        const QSize now = one.bodySize();
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
        QCOMPARE(now, one.bodySize());
    }
    QCOMPARE(one.bodySize(), small);
    one.setText(wordy);
    QVERIFY(one.bodySize().height() > small.height() + 30);
}

void TestTourCard::noButtonIsCut()
{
    auto* application = qobject_cast<QApplication*>(QCoreApplication::instance());
    applyTheme(*application, ThemeChoice::Light); // which says how wide buttons are
    const auto plain = qScopeGuard([application] { application->setStyleSheet({}); });
    QWidget ground;
    ground.resize(1280, 800);
    TourCard one(&ground);
    one.fitWindow(1280);
    one.setPlaceInTour(3, 10);
    one.setText({"Title", "One line.", {}});
    one.setRunNote("the run goes on");
    ground.show();
    one.show();
    QVERIFY(QTest::qWaitForWindowExposed(&ground));
    const TourWait waits {TourWait::State::Running, 60, 91, 2.0};
    for (const TourWait& wait : {waits, TourWait {}}) {
        one.setWait(wait, {});
        one.standAt({});
        QCoreApplication::processEvents();
        for (const QPushButton* button : {one.leaveButton(), one.backButton(), one.skipButton(), one.nextButton()})
            if (button->isVisible())
                QVERIFY2(button->width() >= button->sizeHint().width(),
                    qPrintable(QStringLiteral("%1: %2 of %3")
                                   .arg(button->text())
                                   .arg(button->width())
                                   .arg(button->sizeHint().width())));
        const bool isWaiting = wait.state == TourWait::State::Running;
        QCOMPARE(one.skipButton()->isVisible(), isWaiting);
        for (const ElidedLabel* note : one.findChildren<ElidedLabel*>()) {
            QCOMPARE(note->isVisible(), !isWaiting); // the wait says how the run goes on
            QVERIFY(isWaiting || note->shownText() == note->text());
        }
    }
}

void TestTourCard::noteSaysWhatTheRunDoes_data()
{
    QTest::addColumn<SessionState>("state");
    QTest::addColumn<bool>("hasRun");
    QTest::addColumn<bool>("recorded");
    QTest::addColumn<QString>("word");
    QTest::addRow("none") << SessionState::Idle << false << false << "no run";
    QTest::addRow("preparing") << SessionState::Preparing << true << false << "starting";
    QTest::addRow("running") << SessionState::Running << true << false << "goes on";
    QTest::addRow("pausing") << SessionState::Pausing << true << false << "goes on";
    QTest::addRow("paused") << SessionState::Paused << true << false << "paused";
    QTest::addRow("stopping") << SessionState::Stopping << true << false << "stopping";
    QTest::addRow("finished") << SessionState::Finished << true << false << "ended";
    QTest::addRow("stopped") << SessionState::Stopped << true << false << "stopped";
    QTest::addRow("failed") << SessionState::Failed << true << false << "failed";
    QTest::addRow("recorded") << SessionState::Finished << true << true << "recorded";
}

void TestTourCard::noteSaysWhatTheRunDoes()
{
    QFETCH(SessionState, state);
    QFETCH(bool, hasRun);
    QFETCH(bool, recorded);
    QFETCH(QString, word);
    TourFacts facts;
    facts.state = state;
    facts.hasRun = hasRun;
    facts.recorded = recorded;
    QVERIFY2(runNote(facts).contains(word), qPrintable(runNote(facts)));
}

void TestTourCard::nextKeepsTheKeyboard()
{
    m_bench->tourAt(60);
    QCOMPARE(window().focusWidget(), card().nextButton());
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(card().nextButton(), Qt::Key_Space);
    QCOMPARE(tour().place(), 3U);
    QVERIFY(!card().nextButton()->isEnabled());
    QCOMPARE(window().focusWidget(), card().skipButton()); // it goes on as well; never Back
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_VERIFY_WITH_TIMEOUT(card().nextButton()->isEnabled(), patience);
    QCOMPARE(window().focusWidget(), card().nextButton());
    while (tour().place() + 1 < Tour::count()) {
        const std::size_t before = tour().place();
        QTest::keyClick(card().nextButton(), Qt::Key_Space);
        QCOMPARE(tour().place(), before + 1);
        QCOMPARE(window().focusWidget(), card().nextButton());
    }
    tour().goTo(1);
    card().backButton()->setFocus();
    QTest::keyClick(card().backButton(), Qt::Key_Space);
    QCOMPARE(tour().place(), 0U);
    QCOMPARE(window().focusWidget(), card().nextButton()); // Back is off at the first stop
    tour().leave();
    QCOMPARE(window().focusWidget(), &window().live().grid());
}

void TestTourCard::ownWidgetKeepsTheKeyboard()
{
    m_bench->tourAt(60);
    QLineEdit own(&window());
    own.show();
    own.setFocus();
    QCOMPARE(window().focusWidget(), &own);
    for (std::size_t stop = 0; stop < Tour::count(); ++stop) {
        tour().goTo(stop);
        QCOMPARE(window().focusWidget(), &own);
    }
    tour().leave();
    QCOMPARE(window().focusWidget(), &own);
}

void TestTourCard::anEventPullsNobodyAway()
{
    m_bench->tourAt(60);
    tour().goTo(4); // the first pruning, which is still to come
    window().showWorkspace(Workspace::Setup);
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().shownStep(), window().run().history().events.front().step, patience);
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestTourCard::theScaleIsRinged()
{
    m_bench->tourAt(60);
    tour().goTo(2);
    RunRail& rail = window().live().rail();
    const auto lists = rail.findChildren<KeyValueList*>();
    const auto scale = [](const KeyValueList* list) {
        return std::ranges::any_of(list->rows(), [](const auto& row) { return row.first.contains("scale s"); });
    };
    const auto found = std::ranges::find_if(lists, scale);
    QVERIFY(found != lists.end());
    const auto placeOf
        = [this](const QWidget& widget) { return QRect(widget.mapTo(&window(), QPoint()), widget.size()); };
    QTRY_VERIFY(window().learn().guide().targetRect().contains(placeOf(**found)));
    QVERIFY(window().learn().guide().targetRect().height() < rail.height() / 2);
}

void TestTourCard::theBudgetIsShownWhole()
{
    m_bench->tourAt(60);
    RunPlots& plots = window().live().plots();
    const PlotRange before = plots.range();
    QVERIFY(before != PlotRange::WholeRun);
    tour().goTo(3);
    QCOMPARE(plots.range(), PlotRange::WholeRun);
    tour().leave();
    QCOMPARE(plots.range(), before);
    tour().goTo(3);
    plots.setRange(PlotRange::Last200); // a person's own
    tour().leave();
    QCOMPARE(plots.range(), PlotRange::Last200);
}

void TestTourCard::theInspectorOpensWhatTheCardSpeaksOf()
{
    m_bench->runTo(SessionState::Finished);
    tour().goTo(5);
    const auto shown = window().run().shownSnapshot();
    if (!shown->hasScores) // no picture came in time: there is nothing to choose from
        return;
    Inspector& inspector = window().live().inspector();
    const auto pruned = TourTexts::nearestPruned(*shown, inspector.module());
    QVERIFY(pruned);
    QCOMPARE(inspector.findChild<TripletList*>()->selected(), *pruned);
}

QTEST_MAIN(TestTourCard)
#include "tst_tourcard.moc"
