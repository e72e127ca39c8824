// SPDX-License-Identifier: GPL-3.0-or-later
// Learn's width: a wide window is used, a line stays readable, and all lessons begin in the same way.
#include "tests/ui/StudioBench.h"
#include "ui/GlossaryPage.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LessonDelegate.h"
#include "ui/LessonParts.h"
#include "ui/RankBoundLesson.h"
#include "ui/SessionController.h"
#include "ui/SvdLens.h"
#include "ui/TourLesson.h"
#include "visualization/BoundCurve.h"
#include "visualization/Fonts.h"
#include "visualization/StartsPlot.h"

#include <QFontMetrics>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QTextBlock>
#include <QTextBrowser>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;
using Lesson = LearnPage::Lesson;

namespace {
constexpr QSize usual {1280, 800};
constexpr QSize wide {1920, 1080};
} // namespace

class TestLearnLook : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aLineHasEightyCharacters();
    void headsStandInOneLine_data() { addSizes(); }
    void headsStandInOneLine();
    void noLineIsTooLong();
    void stopsSayWhatTheyAreAbout();
    void theStopsEndWithAWholeRow();
    void theTrialStandsBesideTheBound();
    void theBoundNeedsNoScrolling();
    void wordsAreNeverSqueezed();
    void whatSetsATermStandsBesideIt();
    void theTermsEndWithAWholeRow();

private:
    static void addSizes();
    void openOn(Lesson lesson, QSize size);
    [[nodiscard]] LearnPage& page() { return window().learn().page(); }
    [[nodiscard]] QRect placeOf(const QWidget& widget) { return {widget.mapTo(&page(), QPoint()), widget.size()}; }
};

void TestLearnLook::addSizes()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {usual, wide})
        QTest::addRow("%d", size.width()) << size;
}

void TestLearnLook::openOn(Lesson lesson, QSize size)
{
    m_bench->size = size;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().showWorkspace(Workspace::Learn);
    page().showLesson(lesson);
    QCoreApplication::processEvents(); // it lays itself out
}

void TestLearnLook::aLineHasEightyCharacters()
{
    const QString sentence
        = "A stop may wait for its event; nothing is blocked meanwhile, and it can be left at any moment.";
    for (const QFont& font : {Fonts::body(), Fonts::caption()}) {
        const double character = QFontMetricsF(font).horizontalAdvance(sentence) / static_cast<double>(sentence.size());
        const double characters = readingWidth(font) / character;
        QVERIFY2(characters >= 70.0 && characters <= 85.0, qPrintable(QString::number(characters)));
    }
}

void TestLearnLook::headsStandInOneLine()
{
    QFETCH(QSize, size);
    openOn(Lesson::Tour, size);
    const auto labelled = [this](const QWidget& in, const QString& text) {
        const auto labels = in.findChildren<QLabel*>();
        const auto found = std::ranges::find_if(
            labels, [&text](const QLabel* label) { return label->isVisible() && label->text() == text; });
        return found == labels.end() ? QRect() : placeOf(**found);
    };
    const QRect lessons = labelled(page(), "Lessons");
    QVERIFY(!lessons.isEmpty());
    struct Head {
        Lesson lesson;
        const QWidget& shown;
        const char* name;
    };
    for (const auto& [lesson, shown, name] : {Head {Lesson::Tour, page().tourLesson(), "Guided tour"},
             Head {Lesson::Lens, page().lens(), "SVD lens"}, Head {Lesson::Bound, page().bound(), "Rank bound"},
             Head {Lesson::Glossary, page().glossary(), "Glossary"}}) {
        page().showLesson(lesson);
        // A page that comes to the front stands beside the others until the splitter lays itself out.
        QTRY_COMPARE(labelled(shown, name).left(), 209 + 12);
        QCOMPARE(labelled(shown, name).center().y(), lessons.center().y());
    }
}

void TestLearnLook::noLineIsTooLong()
{
    openOn(Lesson::Tour, wide);
    int seen = 0;
    for (const Lesson lesson : {Lesson::Tour, Lesson::Lens, Lesson::Bound}) {
        page().showLesson(lesson);
        QCoreApplication::processEvents();
        for (const QLabel* label : page().findChildren<QLabel*>())
            for (const QString& line : label->text().split(QLatin1Char('\n'))) {
                if (!label->isVisible() || !label->wordWrap() || line.size() <= 120) // no more than a line's worth
                    continue;
                ++seen;
                QTRY_VERIFY2(label->width() <= readingWidth(label->font()), qPrintable(line));
            }
    }
    QVERIFY(seen > 0);
}

void TestLearnLook::stopsSayWhatTheyAreAbout()
{
    openOn(Lesson::Tour, wide);
    auto* stops = page().tourLesson().findChild<QListWidget*>();
    const auto row = [stops](int at) { return stops->visualItemRect(stops->item(at)); };
    const auto text = [&](int at) { return LessonDelegate::textRect(stops->model()->index(at, 0), row(at)); };
    QTRY_VERIFY(stops->count() > 0 && !text(0).isEmpty());
    for (int at = 0; at < stops->count(); ++at) {
        QVERIFY(text(at).width() <= readingWidth(Fonts::body()));
        QCOMPARE(text(at).left(), text(0).left()); // in a column
        const QString words = stops->item(at)->data(LessonDelegate::textRole).toString();
        const QRect needs
            = QFontMetrics(Fonts::body()).boundingRect(QRect(0, 0, text(at).width(), 999), Qt::TextWordWrap, words);
        QVERIFY2(!words.isEmpty() && text(at).height() >= needs.height(), qPrintable(words)); // none is cut off
        QVERIFY(row(at).contains(text(at)));
    }
    QCOMPARE(stops->verticalScrollBar()->maximum(), 0); // all ten at once
    QVERIFY(row(stops->count() - 1).right() > 1600);
    // In a usual window title and text make room for the formula.
    const auto formula
        = [&](int at) { return LessonDelegate::formulaRect(stops->model()->index(at, 0), row(at)).width(); };
    QVERIFY(formula(0) >= 320 && text(0).width() == readingWidth(Fonts::body()));
    window().resize(usual);
    QTRY_VERIFY(row(0).width() < 1100);
    for (int at = 0; at < stops->count(); ++at) {
        const int title = QFontMetrics(Fonts::heading()).horizontalAdvance(stops->item(at)->text());
        QTRY_VERIFY2(formula(at) >= 320, qPrintable(QString::number(formula(at))));
        QVERIFY(LessonDelegate::linesLeft(stops->model()->index(at, 0)) + title < text(at).left());
    }
    // Where there is no room for the formula, the text stays, and the row is no higher than that needs.
    window().resize(1180, 720);
    QTRY_VERIFY(row(0).width() < 1000);
    QCOMPARE(formula(0), 0);
    for (int at = 0; at < stops->count(); ++at) {
        const QString words = stops->item(at)->data(LessonDelegate::textRole).toString();
        const int needs = QFontMetrics(Fonts::body())
                              .boundingRect(QRect(0, 0, text(at).width(), 999), Qt::TextWordWrap, words)
                              .height();
        QTRY_VERIFY(!text(at).isEmpty() && text(at).height() >= needs);
        QTRY_VERIFY2(row(at).height() <= std::max(needs, 36) + 24, qPrintable(words));
    }
    QVERIFY(LessonDelegate::textRect(stops->model()->index(0, 0), QRect(0, 0, 600, 60)).isEmpty());
}

void TestLearnLook::theStopsEndWithAWholeRow()
{
    openOn(Lesson::Tour, usual);
    auto* stops = page().tourLesson().findChild<QListWidget*>();
    QScrollBar* bar = stops->verticalScrollBar();
    QTRY_VERIFY(stops->count() > 0 && bar->maximum() > 0);
    const auto endsWhole = [stops] {
        const int height = stops->viewport()->height();
        const QListWidgetItem* last = stops->itemAt(QPoint(40, height - 1));
        return last != nullptr && stops->visualItemRect(last).bottom() + 1 == height;
    };
    for (const int value : {0, 30, 60, 1000}) {
        bar->setValue(value);
        QTRY_VERIFY2(endsWhole(), qPrintable(QString::number(value)));
    }
    const QRect last = stops->visualItemRect(stops->item(stops->count() - 1));
    QCOMPARE(last.bottom() + 1, stops->viewport()->height()); // the end is reached
    QVERIFY(stops->height() - stops->viewport()->height() < 4);
}

void TestLearnLook::theTrialStandsBesideTheBound()
{
    openOn(Lesson::Bound, wide);
    const auto curve = [this] { return placeOf(page().bound().curve()); };
    const auto starts = [this] { return placeOf(page().bound().starts()); };
    QTRY_VERIFY(starts().left() > curve().right());
    QTRY_VERIFY(curve().height() > 400 && starts().height() > 600);
    QVERIFY(starts().width() > curve().width() && curve().width() > 500);
    window().resize(usual);
    QTRY_VERIFY(starts().top() > curve().bottom());
    QCOMPARE(starts().left(), curve().left());
    window().resize(wide);
    QTRY_VERIFY(starts().left() > curve().right());
}

void TestLearnLook::theBoundNeedsNoScrolling()
{
    openOn(Lesson::Bound, usual);
    auto* area = page().bound().findChild<QScrollArea*>();
    QTRY_COMPARE(area->verticalScrollBar()->maximum(), 0);
    page().bound().trainButton().click();
    QTRY_VERIFY_WITH_TIMEOUT(!page().bound().outcome().isEmpty(), patience);
    QTRY_COMPARE(area->verticalScrollBar()->maximum(), 0);
    const QRect seen = placeOf(*area->viewport());
    QVERIFY(seen.contains(placeOf(page().bound().curve())) && seen.contains(placeOf(page().bound().starts())));
}

// However narrow the page is, and which way round its parts lie.
void TestLearnLook::wordsAreNeverSqueezed()
{
    openOn(Lesson::Bound, wide);
    RankBoundLesson& bound = page().bound();
    for (const QSize size : {QSize(1180, 720), usual, QSize(1440, 900), QSize(1560, 900), wide}) {
        window().resize(size);
        for (const bool two : {false, true}) {
            page().showLesson(Lesson::Bound);
            if (two)
                page().showBeside(Lesson::Glossary);
            if (!page().isShown(Lesson::Bound))
                continue;
            int seen = 0;
            for (const QLabel* label : bound.findChildren<QLabel*>()) {
                if (!label->wordWrap() || !label->isVisible() || label->text().size() < 100)
                    continue;
                ++seen;
                QTRY_VERIFY2(label->width() >= 260, qPrintable(label->text()));
                QTRY_VERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
            }
            QVERIFY2(seen > 0, qPrintable(QString::number(size.width())));
        }
    }
}

void TestLearnLook::whatSetsATermStandsBesideIt()
{
    GlossaryPage glossary;
    glossary.resize(1071, 700); // of a window 1280 wide
    glossary.show();
    QVERIFY(QTest::qWaitForWindowExposed(&glossary));
    QVERIFY(glossary.showField("adalora.alpha"));
    auto* view = glossary.findChild<QTextBrowser*>();
    const auto leftOf = [view](const QString& words) {
        // The meaning itself says "set by".
        const QTextCursor found = view->document()->find(words, 0, QTextDocument::FindCaseSensitively);
        return found.isNull() ? -1 : view->cursorRect(QTextCursor(found.block())).left();
    };
    const int column = readingWidth(view->font());
    QTRY_VERIFY(leftOf("Set by") > view->width() / 2);
    QVERIFY(leftOf("The factor on") < 20);
    glossary.resize(1711, 900); // 1920
    QTRY_VERIFY(view->width() > 2 * column);
    QTRY_VERIFY(leftOf("Set by") > view->width() / 2);
    QVERIFY(view->width() <= 2 * column + 40);
    glossary.resize(700, 700); // beside another lesson
    QTRY_VERIFY(leftOf("Set by") < 20);
    QTRY_VERIFY(view->width() <= column);
    QVERIFY(glossary.text().contains("adalora.alpha"));
}

void TestLearnLook::theTermsEndWithAWholeRow()
{
    GlossaryPage glossary;
    glossary.show();
    QVERIFY(QTest::qWaitForWindowExposed(&glossary));
    const auto* list = glossary.findChild<QListWidget*>();
    for (int height = 500; height < 540; height += 7) {
        glossary.resize(1071, height);
        const auto row = [list] { return list->visualItemRect(list->item(0)).height(); };
        QTRY_COMPARE(list->viewport()->height() % row(), 0);
        QVERIFY(list->height() - list->viewport()->height() < row() + 4);
    }
}

QTEST_MAIN(TestLearnLook)
#include "tst_learnlook.moc"
