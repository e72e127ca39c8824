// SPDX-License-Identifier: GPL-3.0-or-later
// How Runs looks: chosen rows, where the keyboard stands, room for a search, labels beside their fields, and handles
// where they were put.
#include "tests/ui/RunsTest.h"
#include "ui/ElidedLabel.h"
#include "ui/KeyValueList.h"
#include "ui/LegendToggle.h"
#include "ui/RowGround.h"
#include "ui/RunDetails.h"
#include "ui/RunListDelegate.h"
#include "ui/RunListModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "ui/StudioStyle.h"
#include "visualization/ComparePlot.h"
#include "visualization/Fonts.h"
#include "visualization/RankGrid.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTest>
#include <QTextDocument>

#include <algorithm>
#include <set>

using namespace spectune;
using spectune::test::written;

class TestRunsLook : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void chosenRowsStandOut_data();
    void chosenRowsStandOut();
    void theKeyboardFollowsTheChoice();
    void theSearchHasRoom();
    void labelsStandAtTheirFields();
    void factsStandRightBelowTheName();
    void aProblemStandsApart();
    void handlesStayWhereTheyWerePut();
    void mapsOfOneComparisonShareTheirColours();
    void theMapsCaptionCountsItsTriplets();
    void theMapsCaptionFitsHowTheRunsStand();
    void factsFitHowTheRunStands();
    void namesOfManyRunsAreToldApart();
    void legendsHaveTheDashesOfTheirCurves();
    void rowsKeepTheirWords_data();
    void rowsKeepTheirWords();

private:
    [[nodiscard]] QLineEdit& search();
};

QLineEdit& TestRunsLook::search()
{
    for (QLineEdit* field : page().findChildren<QLineEdit*>())
        if (field->accessibleName() == "Search runs")
            return *field;
    qFatal("no search");
}

void TestRunsLook::chosenRowsStandOut_data()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::newRow("dark") << ThemeChoice::Dark;
    QTest::newRow("light") << ThemeChoice::Light;
}

void TestRunsLook::chosenRowsStandOut()
{
    QFETCH(const ThemeChoice, theme);
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a"});
    applyTheme(*qApp, theme);
    search().setFocus(); // without the keyboard's frame
    QImage image = list().viewport()->grab().toImage();
    const auto at = [&](const char* name, int x) {
        const QRect row = list().visualRect(page().list().indexOf(id(name)));
        return image.pixelColor(row.left() + x, row.top() + 3);
    };
    const Theme& colors = Theme::current();
    QCOMPARE(at("a", 1).name(), colors.text.name()); // the bar
    QCOMPARE(at("a", 5).name(), chosenGround(colors).name());
    QVERIFY(Theme::contrast(at("a", 5), at("b", 5)) > 1.05);
    QCOMPARE(at("b", 1).name(), colors.panel.name());
    list().setFocus();
    QTRY_VERIFY(list().hasFocus());
    image = list().viewport()->grab().toImage();
    QCOMPARE(at("a", 0).name(), chosenGround(colors).name()); // no bar beside the frame
}

void TestRunsLook::theKeyboardFollowsTheChoice()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    write("c", written(2, 0.7));
    openRuns(3);
    const auto current = [this] {
        const RunRecord* record = page().list().record(list().currentIndex());
        return record ? record->id : 0;
    };
    choose({"b"});
    QCOMPARE(current(), id("b"));
    choose({"b", "c"});
    QCOMPARE(current(), id("c"));
    QVERIFY(page().list().toggle(id("c"))); // unticked: it is still the row that was acted on last
    QCOMPARE(current(), id("c"));
    QVERIFY(page().list().toggle(id("a")));
    QCOMPARE(current(), id("a"));
}

void TestRunsLook::theSearchHasRoom()
{
    m_bench->size = QSize(1280, 800);
    write("a", written(0, 1.0));
    openRuns(1);
    const QLineEdit& field = search();
    QVERIFY2(field.width() >= 200, qPrintable(QString::number(field.width())));
    QVERIFY(field.fontMetrics().horizontalAdvance(field.placeholderText()) <= field.width() - 30);
}

void TestRunsLook::labelsStandAtTheirFields()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    QTRY_VERIFY(page().details().isVisible());
    int fields = 0;
    for (const QLabel* label : page().details().findChildren<QLabel*>()) {
        const QWidget* field = label->buddy();
        if (!field)
            continue;
        QTRY_COMPARE(field->y() - (label->y() + label->height()), 4);
        const QWidget* next = nullptr;
        for (const QWidget* other : page().details().findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
            if (other->isVisible() && other->y() > field->y() && (!next || other->y() < next->y()))
                next = other;
        if (next)
            QTRY_COMPARE(next->y() - (field->y() + field->height()), 12);
        ++fields;
    }
    QCOMPARE(fields, 3);
}

void TestRunsLook::factsStandRightBelowTheName()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    QTRY_VERIFY(page().details().isVisible());
    const auto* facts = page().details().findChild<KeyValueList*>();
    const auto* notes = page().details().findChild<QPlainTextEdit*>("RunNotes");
    const auto fields = page().details().findChildren<QLineEdit*>(); // name, tags
    QCOMPARE(fields.size(), 2);
    QTRY_VERIFY(fields[0]->y() < facts->y() && facts->y() < fields[1]->y() && fields[1]->y() < notes->y());
    const int room = notes->viewport()->height() - 2 * static_cast<int>(notes->document()->documentMargin());
    const int line = notes->fontMetrics().lineSpacing();
    QVERIFY2(room >= 2 * line && room < 3 * line, qPrintable(QString::number(room)));
}

void TestRunsLook::aProblemStandsApart()
{
    write("bad", written(3, 0.9));
    test::writeText(m_bench->path("runs/bad/metrics.jsonl"), "{\"step\": \"one\"}\n{}\n");
    openRuns(1);
    choose({"bad"});
    const QLabel* problem = nullptr;
    const QLabel* name = nullptr;
    for (const QLabel* label : page().details().findChildren<QLabel*>()) {
        problem = label->text().startsWith("This run is damaged") ? label : problem;
        name = label->text() == "Name" ? label : name;
    }
    QVERIFY(problem && name && !problem->isHidden());
    QTRY_COMPARE(name->y() - (problem->y() + problem->height() - problem->contentsMargins().bottom()), 12);
}

void TestRunsLook::handlesStayWhereTheyWerePut()
{
    openRuns(0);
    auto* right = page().findChild<QSplitter*>("RunsRight");
    auto* upper = page().findChild<QSplitter*>("RunsUpper");
    const QByteArray untouched = page().saveSplitters();
    right->setSizes({right->height() - 250, 250});
    Q_EMIT upper->splitterMoved(0, 1);
    upper->setSizes({upper->width() - 300, 300});
    const QList<int> rightSizes = right->sizes();
    const QList<int> upperSizes = upper->sizes();
    const QByteArray moved = page().saveSplitters();
    page().restoreSplitters(untouched);
    QVERIFY(right->sizes() != rightSizes);
    page().restoreSplitters(moved);
    QCOMPARE(right->sizes(), rightSizes);
    QCOMPARE(upper->sizes(), upperSizes);
    page().restoreSplitters("of an earlier version");
    page().restoreSplitters({});
    QCOMPARE(right->sizes(), rightSizes);
}

void TestRunsLook::theMapsCaptionCountsItsTriplets()
{
    const auto run = std::make_shared<LoadedRun>(*test::loadWritten(m_bench->path("one"), written(0, 1.0)));
    run->ranks = {1, 0, 0, 0, 0, 0};
    auto layout = std::make_shared<ModuleLayout>(*run->layout);
    layout->initRank = 1200;
    run->layout = layout;
    RunsMaps maps;
    maps.setRuns({run}, {"one"});
    QCOMPARE(maps.caption(), "at the end, 1 triplet");
    maps.setRuns({run, run}, {"one", "two"});
    QCOMPARE(maps.caption(), "at the end of the runs, each 1 triplet; the same colours in all maps, rank 0 to 1,200");
}

void TestRunsLook::theMapsCaptionFitsHowTheRunsStand()
{
    const auto run = test::loadWritten(m_bench->path("one"), written(0, 1.0));
    RunsMaps maps;
    const auto caption = [&](RecordState state) {
        maps.setRuns({run}, {"one"}, {}, {state});
        return maps.caption();
    };
    QCOMPARE(caption(RecordState::Finished), "at the end, 10 triplets");
    QCOMPARE(caption(RecordState::Interrupted), "when it was interrupted, at step 40, 10 triplets");
    QCOMPARE(caption(RecordState::Stopped), "when it was stopped, at step 40, 10 triplets");
    QCOMPARE(caption(RecordState::Failed), "when it failed, at step 40, 10 triplets");
    QCOMPARE(caption(RecordState::Running), "at step 40 of a run that goes on, 10 triplets");
    auto without = std::make_shared<LoadedRun>(*run);
    without->layout.reset();
    maps.setRuns({without}, {"one"}, {}, {RecordState::Running});
    QVERIFY2(maps.note(0).startsWith("No ranks are recorded yet"), qPrintable(maps.note(0)));
    maps.setRuns({without}, {"one"}, {}, {RecordState::Interrupted});
    QVERIFY2(maps.note(0).startsWith("No ranks are recorded: "), qPrintable(maps.note(0)));
    maps.setRuns({nullptr}, {"one"}, {"This run is damaged."}); // which stands beside its facts
    QCOMPARE(maps.note(0), "No ranks");
    maps.setRuns({nullptr, run}, {"one", "two"}, {"This run is damaged.", ""});
    QCOMPARE(maps.note(0), "No ranks. This run is damaged.");
    maps.setRuns({run, run}, {"one", "two"}, {}, {RecordState::Finished, RecordState::Interrupted});
    QVERIFY2(maps.caption().startsWith("at each run’s last step, each 10 triplets"), qPrintable(maps.caption()));
}

void TestRunsLook::factsFitHowTheRunStands()
{
    write("done", written(0, 1.0));
    write("dead", written(1, 1.0, {}));
    write("early", {.config = test::smallConfig(), .steps = 0, .lastWord = {}, .checkpoint = -1});
    write("unrated", {.config = test::smallConfig(), .steps = 5, .lastWord = {}, .checkpoint = -1});
    openRuns(4);
    const auto names = [this](const char* run) {
        choose({run});
        QStringList told;
        for (const auto& [name, value] : page().details().findChild<KeyValueList*>()->rows())
            told << name;
        return told;
    };
    QVERIFY(!names("done").contains("ended")); // its state says when
    QVERIFY(names("dead").contains("last written") && !names("dead").contains("ended"));
    QTRY_VERIFY2(page().maps().caption().startsWith("when it was interrupted"), qPrintable(page().maps().caption()));
    // Before its first step, and without an evaluation.
    const auto says = [this](const char* text) {
        const auto labels = page().findChildren<QLabel*>();
        return std::ranges::any_of(
            labels, [text](const QLabel* label) { return label->isVisible() && label->text() == text; });
    };
    QVERIFY(says("smoothed, with evaluations"));
    choose({"early"});
    QTRY_COMPARE(page().plot().emptyText(), "No step was recorded");
    choose({"unrated"});
    QTRY_VERIFY(says("smoothed, without evaluations"));
}

void TestRunsLook::mapsOfOneComparisonShareTheirColours()
{
    test::WrittenRun b = written(0, 0.5); // ends with the same ranks
    b.config.adalora.initRank = 8;
    write("a", written(0, 1.0));
    write("b", b);
    openRuns(2);
    choose({"a", "b"});
    QTRY_COMPARE(page().maps().grid(1)->layers(), 2);
    QVERIFY2(page().maps().caption().endsWith("rank 0 to 8"), qPrintable(page().maps().caption()));
    QVERIFY(page().maps().grid(0)->cellText(ModuleIndex {4}).contains("rank 4 of 4")); // what it started with
    QVERIFY(page().maps().grid(1)->cellText(ModuleIndex {4}).contains("rank 4 of 8"));
    const auto color = [this](int run) {
        RankGrid* grid = page().maps().grid(run);
        const QPointF inside = grid->gridGeometry().cell(1, 1).topLeft() + QPointF(4.0, 4.0);
        return grid->grab().toImage().pixelColor(inside.toPoint()).name();
    };
    QCOMPARE(color(0), Theme::current().rankColor(4, 8).name());
    QCOMPARE(color(1), color(0));
    choose({"a"});
    QTRY_COMPARE(color(0), Theme::current().rankColor(4, 4).name());
}

void TestRunsLook::namesOfManyRunsAreToldApart()
{
    m_bench->size = QSize(1280, 800);
    QStringList names;
    for (int run = 1; run <= 6; ++run) {
        names << QStringLiteral("a-run-with-a-long-name-and-seed-%1").arg(run);
        write(names.back(), written(run, 1.0));
    }
    openRuns(6);
    choose(names);
    QTRY_COMPARE(page().plot().curves().curves().size(), 6U);
    page().maps().setPair(0); // all six
    for (const QWidget* part : std::initializer_list<QWidget*> {&page().maps(), &page().bar()}) {
        QStringList shown;
        for (const ElidedLabel* label : part->findChildren<ElidedLabel*>())
            if (label->isVisibleTo(part) && names.contains(label->text())) {
                QTRY_VERIFY(label->width() < label->sizeHint().width());
                QCOMPARE(label->toolTip(), label->text());
                shown << label->shownText();
            }
        QCOMPARE(shown.size(), 6);
        QVERIFY2(shown.removeDuplicates() == 0, qPrintable(shown.join(' ')));
    }
}

void TestRunsLook::legendsHaveTheDashesOfTheirCurves()
{
    QStringList names;
    for (int run = 0; run < 6; ++run) {
        names << QStringLiteral("run-%1").arg(run);
        write(names.back(), written(run, 1.0));
    }
    openRuns(6);
    choose(names);
    int entries = 0;
    for (LegendToggle* entry : page().findChildren<LegendToggle*>()) {
        if (entry->text().size() != 1)
            continue;
        const QImage image = entry->grab().toImage();
        const QColor ground = image.pixelColor(1, 1);
        bool gap = false;
        for (int x = 4; x < 20; ++x)
            gap = gap || image.pixelColor(x, image.height() / 2) == ground;
        QVERIFY2(gap == (entry->text() != "A"), qPrintable(entry->text()));
        ++entries;
    }
    QCOMPARE(entries, 6);
}

void TestRunsLook::rowsKeepTheirWords_data()
{
    QTest::addColumn<int>("width");
    QTest::newRow("least") << 250; // beside the scroll bar, as the next
    QTest::newRow("1280") << 276;
    QTest::newRow("1440") << 330;
}

void TestRunsLook::rowsKeepTheirWords()
{
    QFETCH(const int, width);
    RunRowLook look;
    look.name = QStringLiteral("a-run-with-a-long-name-and-seed-1");
    look.number = QStringLiteral("12.345");
    std::set<int> curves; // widths
    for (const char* line : {"AdaLoRA 12 → 6", "running, step 1,240", "interrupted at 12,400"}) {
        look.line = QString::fromUtf8(line);
        const RunListDelegate::Places places = RunListDelegate::placesOf({0, 0, width, 44}, look);
        QVERIFY(width < 330 || places.words.width() >= QFontMetrics(Fonts::caption()).horizontalAdvance(look.line));
        QVERIFY(places.words.width() >= 80);
        curves.insert(places.curve.width());
        QCOMPARE(places.tick.left(), 12); // as the search field's ends
        QCOMPARE(places.number.right() + 1, width - 12);
        QVERIFY(places.words.left() >= places.tick.right() + 8);
        QVERIFY(places.words.right() < places.number.left());
        QVERIFY(places.curve.left() > places.words.right() && places.curve.right() < places.number.left());
    }
    look.number = QStringLiteral("0.731");
    look.line = QStringLiteral("LoRA");
    curves.insert(RunListDelegate::placesOf({0, 0, width, 44}, look).curve.width());
    QVERIFY(RunListDelegate::shownName(look, 90).endsWith('1'));
    look.number = QStringLiteral("12,345.678"); // of a run that diverged
    curves.insert(RunListDelegate::placesOf({0, 0, width, 44}, look).curve.width());
    QCOMPARE(curves.size(), 1U); // a curve's length stands for progress, in every row alike
    QVERIFY(*curves.begin() >= 40);
    QVERIFY(
        RunListDelegate::placesOf({0, 0, width, 44}, look).number.width() >= tabularWidth(Fonts::body(), look.number));
}

QTEST_MAIN(TestRunsLook)
#include "tst_runslook.moc"
