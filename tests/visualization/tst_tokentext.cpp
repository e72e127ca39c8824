// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of any text stay legible and bounded: right to left, emoji, marks, control characters, a run of megabytes.
#include "visualization/TokenText.h"
#include "visualization/TokenView.h"

#include <QTest>

using namespace spectune;

namespace {

TokenSpan span(const QString& text, bool bearsLoss = false)
{
    return {text, bearsLoss, false, -1.0};
}

} // namespace

class TestTokenText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void controlCharactersAreSeen_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");
        QTest::newRow("plain") << QStringLiteral(" answer 12") << QStringLiteral(" answer 12");
        QTest::newRow("tab") << QStringLiteral("a\tb") << QStringLiteral("a⇥b");
        QTest::newRow("escape") << QStringLiteral("\x1b[31m") << QStringLiteral("U+001B[31m");
        QTest::newRow("carriage return") << QStringLiteral("\r") << QStringLiteral("U+000D");
        QTest::newRow("null") << QString(QChar(u'\0')) << QStringLiteral("U+0000");
        QTest::newRow("direction override")
            << QString(QChar(0x202E)) + QStringLiteral("abc") << QStringLiteral("U+202Eabc");
        QTest::newRow("line separator") << QString(QChar(0x2028)) << QStringLiteral("U+2028");
        QTest::newRow("half an emoji") << QString(QChar(0xD83D)) << QStringLiteral("U+D83D");
        QTest::newRow("mark alone") << QString(QChar(0x0301)) << QStringLiteral("◌") + QChar(0x0301);
        QTest::newRow("mark on a letter") << QStringLiteral("e") + QChar(0x0301) << QStringLiteral("e") + QChar(0x0301);
        QTest::newRow("joiner alone") << QString(QChar(0x200D)) << QStringLiteral("U+200D");
        QTest::newRow("joined emoji") << QStringLiteral("👨‍👩") << QStringLiteral("👨‍👩");
        QTest::newRow("right to left") << QStringLiteral("שלום") << QStringLiteral("שלום");
    }

    void controlCharactersAreSeen()
    {
        QFETCH(QString, text);
        QFETCH(QString, shown);
        QCOMPARE(visibleText(text), shown);
    }

    void aLongRunIsCut()
    {
        const QString run(10'000'000, QLatin1Char('x'));
        QCOMPARE(visibleText(run, 5), QStringLiteral("xxxxx…"));
        TokenView view;
        view.setTokens({span(run, true)});
        QVERIFY(view.heightForWidth(296) < 300);
        QVERIFY(view.accessibleDescription().size() < 3000);
        QVERIFY(view.tokenText(0).size() < 300);
        QVERIFY2(view.tokenText(0).contains(QStringLiteral("10000000 characters")), qPrintable(view.tokenText(0)));
    }

    void manyTokensAreBounded()
    {
        std::vector<TokenSpan> tokens(100'000, span(QStringLiteral("word ")));
        TokenView view;
        view.setTokens(std::move(tokens));
        QCOMPARE(view.count(), 100'000);
        QCOMPARE(view.drawn(), TokenView::mostDrawn);
        QCOMPARE(view.layoutBoxes(296.0).size(), static_cast<std::size_t>(TokenView::mostDrawn));
    }

    void everyBoxFits_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("digits") << QString(200, QLatin1Char('1')); // each on the widest digit's advance
        QTest::newRow("wide") << QString(200, QLatin1Char('W'));
        QTest::newRow("Hebrew") << QStringLiteral("שלום").repeated(40);
        QTest::newRow("Arabic") << QStringLiteral("سلام").repeated(40);
        QTest::newRow("emoji") << QStringLiteral("👨‍👩").repeated(40);
        QTest::newRow("marks") << (QStringLiteral("e") + QString(20, QChar(0x0301))).repeated(10);
        QTest::newRow("control") << QString(100, QChar(0x1B));
    }

    void everyBoxFits()
    {
        QFETCH(QString, text);
        TokenView view;
        view.setTokens({span(QStringLiteral("a")), span(text), span(QStringLiteral("b"))});
        for (const double width : {60.0, 200.0, 296.0}) {
            QString joined;
            for (const TokenView::Box& box : view.layoutBoxes(width)) {
                QVERIFY2(box.rect.right() <= width + 1.0, qPrintable(QString::number(box.rect.right())));
                QVERIFY(!box.text.isEmpty() && !box.text.front().isLowSurrogate());
                joined += box.text;
            }
            QCOMPARE(joined, QStringLiteral("a") + visibleText(text) + QStringLiteral("b")); // nothing is lost
        }
        view.resize(200, view.heightForWidth(200));
        QVERIFY(!view.grab().isNull());
    }

    void aTokenWithoutTextHasAPlace()
    {
        TokenView view;
        view.setTokens({span(QStringLiteral("字")), span(QString(), true), span(QString(), true)});
        const auto boxes = view.layoutBoxes(200.0);
        QCOMPARE(boxes.size(), std::size_t {3});
        QVERIFY(boxes[1].text.isEmpty() && boxes[1].rect.width() > 3.0);
        QVERIFY(boxes[2].rect.left() >= boxes[1].rect.right());
        QVERIFY(view.tokenText(1).contains(QStringLiteral("no text of its own")));
    }

    void aLongEmptyTextIsNotCutOff()
    {
        TokenView view;
        const int one = view.heightForWidth(296);
        view.setEmptyText(QStringLiteral("train.jsonl:17: ") + QString(200, QLatin1Char('x')));
        QVERIFY(view.heightForWidth(296) > 2 * one);
    }
};

QTEST_MAIN(TestTokenText)
#include "tst_tokentext.moc"
