// SPDX-License-Identifier: GPL-3.0-or-later
// The tour's card: whether it stays, how tall it is, what it says of the run, and who has the keyboard.
#include "tests/ui/StudioBench.h"
#include "ui/ElidedLabel.h"
#include "ui/GridRows.h"
#include "ui/Inspector.h"
#include "ui/KeyValueList.h"
#include "ui/LearnDesk.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/SessionController.h"
#include "ui/ShownWords.h"
#include "ui/StudioStyle.h"
#include "ui/TimelineStrip.h"
#include "ui/Tour.h"
#include "ui/TourCard.h"
#include "ui/TourGuide.h"
#include "ui/TourTexts.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPlaces.h"
#include "visualization/RunPlots.h"
#include "visualization/TripletList.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QSplitter>
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
    void theArrowIsOpen_data();
    void theArrowIsOpen();
    void rowsAreCoveredWithTheirTop();
    void theRingKeepsOffWords();
    void theCardKeepsOffDividers();
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

void TestTourCard::theArrowIsOpen_data()
{
    using Arrow = CardPlace::Arrow;
    QTest::addColumn<Arrow>("side");
    QTest::addRow("left") << Arrow::Left;
    QTest::addRow("right") << Arrow::Right;
    QTest::addRow("top") << Arrow::Top;
    QTest::addRow("bottom") << Arrow::Bottom;
}

// The card's edge does not run on behind its arrow.
void TestTourCard::theArrowIsOpen()
{
    QFETCH(CardPlace::Arrow, side);
    constexpr int depth = 12;
    constexpr int along = 60;
    QWidget ground;
    ground.resize(900, 700);
    TourCard one(&ground);
    one.setPlaceInTour(3, 10);
    one.setText({"Title", "One line.", {}});
    one.setWait({}, {});
    one.standAt({QPoint(100, 100), side, along});
    const QImage image = one.grab().toImage();
    const int far = depth + along;
    const auto at = [&](int in) { // px from the edge into the card, on the arrow's axis
        switch (side) {
        case CardPlace::Arrow::Left: return image.pixelColor(depth + in, far);
        case CardPlace::Arrow::Right: return image.pixelColor(image.width() - 1 - depth - in, far);
        case CardPlace::Arrow::Top: return image.pixelColor(far, depth + in);
        case CardPlace::Arrow::Bottom: break;
        }
        return image.pixelColor(far, image.height() - 1 - depth - in);
    };
    const QColor plain = at(5);
    for (const int in : {-4, -2, -1, 0, 1, 2})
        QCOMPARE(at(in), plain);
    QVERIFY(image.pixelColor(image.width() / 2, side == CardPlace::Arrow::Top ? image.height() - 1 - depth : depth)
        != plain); // elsewhere it has one
}

void TestTourCard::rowsAreCoveredWithTheirTop()
{
    const RankGridGeometry grid
        = RankGridGeometry::compute({.size = {400, 600}, .layers = 6, .kinds = 7, .attentionKinds = 4});
    const std::vector<QRectF> rows = gridRows(grid);
    QCOMPARE(rows.size(), std::size_t {7});
    for (int layer = 0; layer < 6; ++layer) {
        const QRectF& row = rows[static_cast<std::size_t>(layer)];
        QVERIFY(row.top() - grid.cell(layer, 0).top() <= 1.0);
        QCOMPARE(row.left(), grid.cell(layer, 0).left());
        QCOMPARE(row.right(), grid.cell(layer, 6).right());
        if (layer > 0) // places for an edge are tried four pixels apart
            QVERIFY(row.top() - rows[static_cast<std::size_t>(layer - 1)].bottom() >= 4.0);
    }
    const QRectF& sums = rows.back();
    QVERIFY(sums.top() <= grid.kindBar(0, 0).top() + 1.0 && sums.bottom() > grid.kindSum(0, 0).center().y());
    QVERIFY(sums.left() <= grid.kindSum(0, 0).left() - 18.0 && sums.right() >= grid.kindSum(0, 6).right()); // "Σ"
}

void TestTourCard::theRingKeepsOffWords()
{
    m_bench->tourAt(60);
    tour().goTo(1);
    const RankGrid& grid = window().live().grid();
    const QPoint corner = grid.mapTo(&window(), QPoint());
    const auto ring = [this] { return window().learn().guide().targetRect(); };
    QTRY_COMPARE(ring().left(), corner.x() - 4);
    QCOMPARE(ring().right(), corner.x() + grid.width() - 1);
    const std::vector<QRectF> words = gridWords(grid.gridGeometry(), window().live().note());
    double last = 0.0;
    for (const QRectF& line : words)
        last = std::max(last, line.bottom());
    QVERIFY(ring().bottom() >= std::min<double>(corner.y() + last + 8.0, corner.y() + grid.height() - 1));
    tour().goTo(8);
    const TimelineStrip& timeline = window().live().timeline();
    QTRY_COMPARE(ring().bottom(), timeline.mapTo(&window(), QPoint(0, timeline.height() + 1)).y());
}

void TestTourCard::theCardKeepsOffDividers()
{
    m_bench->size = {1440, 900};
    m_bench->tourAt(60);
    tour().goTo(8);
    QCoreApplication::processEvents();
    QCoreApplication::processEvents();
    const QRect body = card().geometry().adjusted(12, 12, -12, -12);
    const QSplitter& columns = window().live().splitter();
    for (int i = 1; i < columns.count(); ++i) {
        const QSplitterHandle* handle = columns.handle(i);
        if (!handle->isVisibleTo(&window()))
            continue;
        const int middle = handle->mapTo(&window(), QPoint(handle->width() / 2, 0)).x();
        QVERIFY(std::abs(body.left() - middle) >= 4 && std::abs(body.right() - middle) >= 4);
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
