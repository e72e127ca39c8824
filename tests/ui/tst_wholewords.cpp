// SPDX-License-Identifier: GPL-3.0-or-later
// Columns that scroll end with a whole line, wherever they are scrolled to and however high the window is.
#include "tests/ui/StudioBench.h"
#include "ui/FieldEditor.h"
#include "ui/KeyValueList.h"
#include "ui/LivePage.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/SetupPage.h"
#include "ui/WholeWordsArea.h"
#include "visualization/TokenView.h"

#include <QFrame>
#include <QLabel>
#include <QScrollBar>
#include <QTest>
#include <QVBoxLayout>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

namespace {

bool isCut(int top, int height, int end)
{
    return top < end && top + height > end;
}

/// What the lower end of @p area cuts through; empty: nothing.
QString cutAtTheEnd(const WholeWordsArea& area)
{
    const int end = area.verticalScrollBar()->value() + area.viewport()->height();
    QString found;
    for (const QLabel* label : area.widget()->findChildren<QLabel*>())
        if (label->isVisible() && isCut(label->mapTo(area.widget(), QPoint()).y(), label->height(), end))
            found += label->text() + QLatin1Char('\n');
    for (const FieldEditor* field : area.widget()->findChildren<FieldEditor*>())
        if (field->isVisible() && field->height() < 60
            && isCut(field->mapTo(area.widget(), QPoint()).y(), field->height(), end))
            found += field->objectName() + QLatin1Char('\n');
    for (const TokenView* tokens : area.widget()->findChildren<TokenView*>())
        for (const TokenView::Box& box : tokens->layoutBoxes(tokens->width())) {
            const QRect place = box.rect.toAlignedRect().translated(tokens->mapTo(area.widget(), QPoint()));
            if (tokens->isVisible() && isCut(place.top(), place.height(), end))
                found += box.text + QLatin1Char('\n');
        }
    for (const KeyValueList* list : area.widget()->findChildren<KeyValueList*>()) {
        int top = list->mapTo(area.widget(), QPoint()).y();
        for (const auto& [name, value] : list->rows()) {
            if (list->isVisible() && isCut(top, KeyValueList::rowHeight, end))
                found += name + QLatin1Char('\n');
            top += KeyValueList::rowHeight;
        }
    }
    return found;
}

} // namespace

class TestWholeWords : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void linesAreWhole_data();
    void linesAreWhole();
    void whatFitsIsNotShortened();
    void noHeadingIsTheLastLine();
    void noRuleIsTheLastLine();
    void theLastLineHasRoomBelow();
    void setUpsColumnsEndWithALine_data();
    void setUpsColumnsEndWithALine();
    void theRailEndsWithALine_data();
    void theRailEndsWithALine();
    void aRowOfHealthIsWhole();

private:
    /// Labels of one and of three lines, between them six rows.
    [[nodiscard]] static QWidget* makeContent()
    {
        auto* content = new QWidget;
        auto* column = new QVBoxLayout(content);
        auto* list = new KeyValueList;
        list->setRows({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", "6"}});
        for (const char* text : {"one", "two\nthree\nfour", "five"})
            column->addWidget(new QLabel(QLatin1String(text)));
        column->addWidget(list);
        for (const char* text : {"six", "seven\neight", "nine"})
            column->addWidget(new QLabel(QLatin1String(text)));
        column->addStretch();
        return content;
    }
};

void TestWholeWords::linesAreWhole_data()
{
    QTest::addColumn<int>("height");
    for (int height = 90; height < 130; height += 3)
        QTest::addRow("%d", height) << height;
}

void TestWholeWords::linesAreWhole()
{
    QFETCH(int, height);
    WholeWordsArea area(makeContent(), "Words");
    area.resize(200, height);
    area.show();
    QCoreApplication::processEvents();
    QScrollBar& bar = *area.verticalScrollBar();
    QVERIFY(bar.maximum() > 0);
    for (int value = 0; value <= bar.maximum(); ++value) {
        bar.setValue(value);
        QVERIFY2(cutAtTheEnd(area).isEmpty(), qPrintable(QString::number(value) + ": " + cutAtTheEnd(area)));
    }
    bar.setValue(bar.maximum());
    QCOMPARE(bar.value() + area.viewport()->height(), area.widget()->height()); // all of it can be reached
}

void TestWholeWords::whatFitsIsNotShortened()
{
    WholeWordsArea area(makeContent(), "Words");
    area.resize(200, 90);
    area.show();
    QCoreApplication::processEvents();
    area.resize(200, 600);
    QCoreApplication::processEvents();
    QCOMPARE(area.verticalScrollBar()->maximum(), 0);
    QCOMPARE(area.viewport()->height(), 600);
}

void TestWholeWords::noHeadingIsTheLastLine()
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->addWidget(new QLabel("one\ntwo\nthree\nfour\nfive\nsix"));
    QLabel* heading = makeHeading("Heading");
    column->addWidget(heading);
    auto* below = new QLabel("seven\neight");
    column->addWidget(below);
    column->addWidget(new QLabel("nine"));
    column->addStretch();
    WholeWordsArea area(content, "Words");
    area.resize(200, 150);
    area.show();
    QCoreApplication::processEvents();
    int hidden = 0;
    for (int height = heading->geometry().top(); height < content->height() - 1; ++height) {
        area.resize(200, height);
        QCoreApplication::processEvents();
        const int end = area.viewport()->height();
        QVERIFY2(heading->geometry().top() >= end || below->geometry().bottom() < end,
            qPrintable(QString::number(height) + ": " + QString::number(end)));
        hidden += heading->geometry().bottom() < height && heading->geometry().top() >= end ? 1 : 0;
    }
    QVERIFY(hidden > 0);
}

/// Where a heading has no room, the rule above it would head an empty band.
void TestWholeWords::noRuleIsTheLastLine()
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->addWidget(new QLabel("one\ntwo\nthree"));
    QFrame* rule = makeRule();
    column->addWidget(rule);
    QLabel* heading = makeHeading("Heading");
    column->addWidget(heading);
    column->addWidget(new QLabel("four\nfive"));
    column->addWidget(new QLabel("six"));
    column->addStretch();
    WholeWordsArea area(content, "Words");
    area.resize(200, 150);
    area.show();
    QCoreApplication::processEvents();
    int hidden = 0;
    for (int height = rule->geometry().bottom() + 1; height < content->height() - 1; ++height) {
        area.resize(200, height);
        QCoreApplication::processEvents();
        const int end = area.viewport()->height();
        QVERIFY2(rule->geometry().top() >= end || heading->geometry().bottom() < end,
            qPrintable(QString::number(height) + ": " + QString::number(end)));
        hidden += rule->geometry().top() >= end ? 1 : 0;
    }
    QVERIFY(hidden > 0);
}

void TestWholeWords::theLastLineHasRoomBelow()
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    auto* list = new KeyValueList;
    list->setRows({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", "6"}, {"g", "7"}, {"h", "8"}});
    column->addWidget(list);
    column->addStretch();
    WholeWordsArea area(content, "Words");
    area.resize(200, 90);
    area.show();
    QCoreApplication::processEvents();
    for (int height = 80; height < 120; ++height) {
        area.resize(200, height);
        QCoreApplication::processEvents();
        const int shown = area.viewport()->height() - list->y();
        QCOMPARE(shown % KeyValueList::rowHeight, 0);
        QVERIFY2(height - area.viewport()->height() >= 8, qPrintable(QString::number(height)));
        QVERIFY2(height - area.viewport()->height() < 8 + KeyValueList::rowHeight, qPrintable(QString::number(height)));
    }
}

void TestWholeWords::setUpsColumnsEndWithALine_data()
{
    theRailEndsWithALine_data();
    QTest::newRow("1440") << QSize(1440, 900);
}

/// The preview's lines too, and no label without its field.
void TestWholeWords::setUpsColumnsEndWithALine()
{
    QFETCH(const QSize, size);
    m_bench->size = size;
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Setup);
    const auto* tokens = window().setup().findChild<TokenView*>();
    QTRY_VERIFY_WITH_TIMEOUT(tokens->count() > 0, patience);
    const auto areas = window().setup().findChildren<WholeWordsArea*>();
    QCOMPARE(areas.size(), 3);
    for (const WholeWordsArea* area : areas)
        QTRY_VERIFY2(cutAtTheEnd(*area).isEmpty(), qPrintable(area->accessibleName() + ": " + cutAtTheEnd(*area)));
}

void TestWholeWords::theRailEndsWithALine_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("least") << QSize(1180, 720);
    QTest::newRow("1280") << QSize(1280, 800);
}

void TestWholeWords::theRailEndsWithALine()
{
    QFETCH(const QSize, size);
    m_bench->size = size;
    m_bench->runTo(SessionState::Finished);
    const auto* area = window().live().rail().findChild<WholeWordsArea*>();
    QVERIFY(area != nullptr && area->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().matricesAtZero() > 0, patience); // the rail's last line
    QTRY_VERIFY2(cutAtTheEnd(*area).isEmpty(), qPrintable(cutAtTheEnd(*area)));
}

/// "Budget met" and what it is met with are one: the title is not the last line in sight.
void TestWholeWords::aRowOfHealthIsWhole()
{
    m_bench->size = {1180, 720};
    m_bench->runTo(SessionState::Finished);
    QTRY_VERIFY_WITH_TIMEOUT(window().run().matricesAtZero() > 0, patience); // the rail's last line
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QCoreApplication::processEvents();
    const auto* area = window().live().rail().findChild<WholeWordsArea*>();
    const auto labels = area->widget()->findChildren<QLabel*>();
    const auto found = std::ranges::find_if(labels, [](const QLabel* label) { return label->text() == "Budget met"; });
    QVERIFY(found != labels.end());
    const QLabel* title = *found;
    const QLabel* detail = nullptr;
    for (const QLabel* label : title->parentWidget()->findChildren<QLabel*>())
        if (label != title)
            detail = label;
    QVERIFY(detail != nullptr);
    const auto bottomOf
        = [area](const QLabel* label) { return label->mapTo(area->widget(), QPoint(0, label->height() - 1)).y(); };
    QScrollBar& bar = *area->verticalScrollBar();
    QVERIFY(bar.maximum() > 0);
    for (int value = 0; value <= bar.maximum(); ++value) {
        bar.setValue(value);
        const int end = bar.value() + area->viewport()->height();
        QVERIFY2(bottomOf(title) >= end || bottomOf(detail) < end, qPrintable(QString::number(value)));
    }
}

QTEST_MAIN(TestWholeWords)
#include "tst_wholewords.moc"
