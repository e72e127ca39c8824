// SPDX-License-Identifier: GPL-3.0-or-later
// Columns that scroll end with a whole line, wherever they are scrolled to and however high the window is.
#include "tests/ui/StudioBench.h"
#include "ui/KeyValueList.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/WholeWordsArea.h"

#include <QLabel>
#include <QScrollBar>
#include <QTest>
#include <QVBoxLayout>

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
    void theRailEndsWithALine_data();
    void theRailEndsWithALine();

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

QTEST_MAIN(TestWholeWords)
#include "tst_wholewords.moc"
