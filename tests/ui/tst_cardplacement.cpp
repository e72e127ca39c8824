// SPDX-License-Identifier: GPL-3.0-or-later
// Where the tour's card stands: beside its target, over as little as possible, and across no line of words.
#include "ui/CardPlacement.h"

#include <QTest>

#include <vector>

using namespace spectune;

class TestCardPlacement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void standsBesideTheTarget_data();
    void standsBesideTheTarget();
    void coversTheTargetOnlyWithoutRoom();
    void coversLeastWhereNothingElseIsPossible();
    void edgesCutNoWords_data();
    void edgesCutNoWords();
    void theArrowKeepsOffWords();
    void wordsAreCutRatherThanTheTargetCovered();
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

void TestCardPlacement::standsBesideTheTarget_data()
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

void TestCardPlacement::standsBesideTheTarget()
{
    QFETCH(QRect, target);
    QFETCH(CardPlace::Arrow, arrow);
    QFETCH(int, off);
    const CardPlace place = placeCard(cardSize, target, columns, {{{QRect(195, 122, 405, 340), 3.0}}, {}}, 14);
    const QRect body(place.position, cardSize);
    QVERIFY(columns.contains(body));
    QVERIFY(!body.intersects(target));
    QCOMPARE(place.arrow, arrow);
    QVERIFY(target.contains(pointedAt(place, cardSize, off)));
}

void TestCardPlacement::coversTheTargetOnlyWithoutRoom()
{
    // Everything beside the target is dear: it must not tempt the card onto the target.
    const CardGround dear {{{columns, 25.0}}, {}};
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

void TestCardPlacement::coversLeastWhereNothingElseIsPossible()
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

namespace {

/// The figures of a heatmap of 6 × 7 cells: in them, beside and below.
std::vector<QRect> heatmapWords(QPoint corner, int pitch)
{
    std::vector<QRect> words;
    const auto figure
        = [&words, corner](int x, int y) { words.emplace_back(corner.x() + x - 8, corner.y() + y - 5, 16, 10); };
    for (int row = 0; row < 6; ++row) {
        for (int column = 0; column < 7; ++column)
            figure(column * pitch + pitch / 2, row * pitch + pitch / 2);
        figure(-12, row * pitch + pitch / 2);
        figure(7 * pitch + 60, row * pitch + pitch / 2);
    }
    for (int column = 0; column < 7; ++column)
        figure(column * pitch + pitch / 2, 6 * pitch + 20);
    return words;
}

} // namespace

// Live's columns at 1280 × 800 and at 1920 × 1080, with what stands there while a run warms up.
void TestCardPlacement::edgesCutNoWords_data()
{
    QTest::addColumn<QRect>("target");
    QTest::addColumn<QSize>("card");
    QTest::addColumn<bool>("wide");
    QTest::addRow("rail, 1280") << QRect(0, 82, 186, 610) << QSize(356, 226) << false;
    QTest::addRow("budget, 1280") << QRect(612, 473, 364, 212) << QSize(356, 292) << false;
    QTest::addRow("orthogonality, 1280") << QRect(612, 367, 364, 105) << QSize(356, 260) << false;
    QTest::addRow("timeline, 1280") << QRect(0, 692, 1280, 86) << QSize(356, 226) << false;
    QTest::addRow("inspector, 1280") << QRect(984, 82, 296, 610) << QSize(356, 258) << false;
    QTest::addRow("orthogonality, 1920") << QRect(887, 482, 663, 160) << QSize(404, 244) << true;
    QTest::addRow("timeline, 1920") << QRect(0, 972, 1920, 86) << QSize(404, 226) << true;
    QTest::addRow("inspector, 1920") << QRect(1560, 82, 360, 890) << QSize(404, 228) << true;
}

void TestCardPlacement::edgesCutNoWords()
{
    QFETCH(QRect, target);
    QFETCH(QSize, card);
    QFETCH(bool, wide);
    const QRect area = wide ? QRect(6, 88, 1908, 878) : columns;
    CardGround ground;
    if (wide) {
        ground.costs = {{QRect(233, 122, 640, 523), 3.0}, {QRect(887, 135, 665, 830), 1.5}};
        ground.words = heatmapWords({269, 186}, 71);
        for (const int y : {190, 283, 375, 468, 545, 625, 702, 788, 873}) // beside the plots
            ground.words.emplace_back(896, y, 28, 16);
        for (const int y : {150, 487, 648, 885})
            ground.words.emplace_back(930, y, 162, 14);
    } else {
        ground.costs = {{QRect(195, 135, 405, 332), 3.0}, {QRect(608, 140, 376, 550), 1.5}};
        ground.words = heatmapWords({231, 200}, 39);
        ground.words.emplace_back(231, 474, 340, 18); // the note below the cells
        for (const int y : {495, 509, 523})
            ground.words.emplace_back(231, y, 349, 14);
        for (const int y : {176, 235, 294, 353, 396, 418, 441, 521, 571, 620})
            ground.words.emplace_back(620, y, 30, 14);
        for (const int y : {151, 372, 478})
            ground.words.emplace_back(656, y, 200, 14);
    }
    const CardPlace place = placeCard(card, target, area, ground);
    const QRect body(place.position, card);
    QVERIFY(area.contains(body) && !body.intersects(target));
    QCOMPARE(cutWords(body, ground.words), 0);
    int off = 14; // the arrow points at the target, from not much further than always
    while (off <= 46 && !target.contains(pointedAt(place, card, off)))
        ++off;
    QVERIFY(off <= 46);
}

void TestCardPlacement::theArrowKeepsOffWords()
{
    const QRect target(0, 82, 186, 610);
    const CardPlace plain = placeCard(cardSize, target, columns, {});
    QCOMPARE(plain.arrow, CardPlace::Arrow::Left);
    const QRect words(QPoint(188, plain.position.y() + plain.arrowAt - 8), QSize(8, 16)); // beside the card
    const CardPlace place = placeCard(cardSize, target, columns, {{}, {words}});
    const QRect body(place.position, cardSize);
    QVERIFY(!body.intersects(target) && !body.intersects(words));
    for (int off = 1; off <= 12; ++off)
        QVERIFY(!words.contains(pointedAt(place, cardSize, off - 1)));
}

void TestCardPlacement::wordsAreCutRatherThanTheTargetCovered()
{
    CardGround crowded;
    for (int y = 0; y < 800; y += 3) // no place is without them
        crowded.words.emplace_back(0, y, 1280, 2);
    const QRect target(606, 82, 674, 610);
    const CardPlace place = placeCard(cardSize, target, columns, crowded);
    const QRect body(place.position, cardSize);
    QVERIFY(columns.contains(body) && !body.intersects(target));
    QVERIFY(cutWords(body, crowded.words) > 0);
}

QTEST_APPLESS_MAIN(TestCardPlacement)
#include "tst_cardplacement.moc"
