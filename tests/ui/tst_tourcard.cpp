// SPDX-License-Identifier: GPL-3.0-or-later
// The tour's card: where it stands, how tall it is, what it says of the run, and who has the keyboard.
#include "tests/ui/StudioBench.h"
#include "ui/CardPlacement.h"
#include "ui/ElidedLabel.h"
#include "ui/LearnDesk.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StudioStyle.h"
#include "ui/Tour.h"
#include "ui/TourCard.h"
#include "ui/TourGuide.h"
#include "visualization/RankGrid.h"

#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestTourCard : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void standsBesideTheTarget_data();
    void standsBesideTheTarget();
    void coversTheTargetOnlyWithoutRoom();
    void coversLeastWhereNothingElseIsPossible();
    void heightFollowsTheTextAtOnce();
    void noButtonIsCut();
    void noteSaysWhatTheRunDoes_data();
    void noteSaysWhatTheRunDoes();
    void nextKeepsTheKeyboard();
    void ownWidgetKeepsTheKeyboard();
    void anEventPullsNobodyAway();

private:
    [[nodiscard]] Tour& tour() { return window().learn().tour(); }
    [[nodiscard]] TourCard& card() { return window().learn().guide().card(); }
};

namespace {

const QSize cardSize {404, 240};
const QRect columns {6, 88, 1268, 598}; // of a window of 1280 × 800

// One pixel beyond the arrow's tip, which reaches @p off pixels.
QPoint pointedAt(const CardPlace& place, QSize card, int off)
{
    const QRect body(place.position, card);
    switch (place.arrow) {
    case CardPlace::Arrow::Left: return {body.left() - off - 1, body.top() + place.arrowAt};
    case CardPlace::Arrow::Right: return {body.right() + off + 1, body.top() + place.arrowAt};
    case CardPlace::Arrow::Top: return {body.left() + place.arrowAt, body.top() - off - 1};
    case CardPlace::Arrow::Bottom: break;
    }
    return {body.left() + place.arrowAt, body.bottom() + off + 1};
}

bool hasRoomBeside(QSize card, const QRect& target, const QRect& area)
{
    return target.left() - area.left() >= card.width() || area.right() - target.right() >= card.width()
        || target.top() - area.top() >= card.height() || area.bottom() - target.bottom() >= card.height();
}

} // namespace

void TestTourCard::standsBesideTheTarget_data()
{
    using Arrow = CardPlace::Arrow;
    QTest::addColumn<QRect>("target");
    QTest::addColumn<Arrow>("arrow");
    QTest::addColumn<int>("off");
    QTest::addRow("rail") << QRect(0, 82, 186, 610) << Arrow::Left << 14;
    QTest::addRow("inspector") << QRect(984, 82, 296, 610) << Arrow::Right << 14;
    QTest::addRow("timeline") << QRect(0, 692, 1280, 86) << Arrow::Bottom << 14;
    QTest::addRow("above") << QRect(0, 82, 1280, 200) << Arrow::Top << 14;
    QTest::addRow("plots") << QRect(606, 82, 674, 610) << Arrow::Right << 14;
    QTest::addRow("less than the gap") << QRect(0, 88 + 246, 1280, 600) << Arrow::Bottom << 6;
}

void TestTourCard::standsBesideTheTarget()
{
    QFETCH(QRect, target);
    QFETCH(CardPlace::Arrow, arrow);
    QFETCH(int, off);
    const CardPlace place = placeCard(cardSize, target, columns, {{QRect(195, 122, 405, 340), 3.0}}, 14);
    const QRect body(place.position, cardSize);
    QVERIFY(columns.contains(body));
    QVERIFY(!body.intersects(target));
    QCOMPARE(place.arrow, arrow);
    QVERIFY(target.contains(pointedAt(place, cardSize, off)));
}

void TestTourCard::coversTheTargetOnlyWithoutRoom()
{
    // Everything beside the target is dear: it must not tempt the card onto the target.
    const std::vector<CardCost> dear {{columns, 25.0}};
    int withRoom = 0;
    for (int x = columns.left(); x < columns.right() - 40; x += 90) {
        for (int y = columns.top(); y < columns.bottom() - 40; y += 70) {
            for (const QSize size : {QSize(90, 60), QSize(400, 300), QSize(800, 200), QSize(300, 560)}) {
                const QRect target = QRect(QPoint(x, y), size) & columns;
                const CardPlace place = placeCard(cardSize, target, columns, dear);
                const QRect body(place.position, cardSize);
                QVERIFY(columns.contains(body));
                if (!hasRoomBeside(cardSize, target, columns))
                    continue;
                ++withRoom;
                QVERIFY2(!body.intersects(target), qPrintable(QStringLiteral("%1, %2").arg(x).arg(y)));
            }
        }
    }
    QVERIFY(withRoom > 100);
}

void TestTourCard::coversLeastWhereNothingElseIsPossible()
{
    const QRect area(0, 0, 500, 300);
    const QRect target(0, 50, 500, 200);
    const QSize size(400, 200);
    const CardPlace place = placeCard(size, target, area, {});
    const QRect body(place.position, size);
    QVERIFY(area.contains(body));
    const QRect covered = body & target;
    QVERIFY(covered.height() <= 158); // 150, and a stride of the search
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

QTEST_MAIN(TestTourCard)
#include "tst_tourcard.moc"
