// SPDX-License-Identifier: GPL-3.0-or-later
// Notes of several lines: none ends in a single word where another break can help that, and none grows for it.
#include "ui/NoteLabel.h"

#include <QFontMetrics>
#include <QTest>

using namespace spectune;

namespace {

const QString note = QStringLiteral("Tick two runs to compare them; each small curve has a scale of its own.");

int heightAt(const QString& text, const QFont& font, int width)
{
    return QFontMetrics(font).boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap, text).height();
}

} // namespace

class TestNoteLabel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noLineIsAdded();
    void linesThatAreMeantStay();
    void onlyThePaintingBreaksEarlier();

private:
    /// A width at which the note's last word would stand alone; 0: there is none.
    [[nodiscard]] static int lonelyWidth(const QFont& font)
    {
        for (int width = 100; width < 500; ++width)
            if (NoteLabel::breakWidth(note, font, width) < width)
                return width;
        return 0;
    }
};

void TestNoteLabel::noLineIsAdded()
{
    const QFont font;
    QVERIFY(lonelyWidth(font) > 0);
    for (int width = 100; width < 500; ++width) {
        const int broken = NoteLabel::breakWidth(note, font, width);
        QVERIFY(broken > 0 && broken <= width);
        QVERIFY2(heightAt(note, font, broken) == heightAt(note, font, width), qPrintable(QString::number(width)));
        QCOMPARE(NoteLabel::breakWidth(note, font, broken), broken); // one step is enough
    }
}

void TestNoteLabel::linesThatAreMeantStay()
{
    const QFont font;
    QCOMPARE(NoteLabel::breakWidth("one", font, 10), 10);
    QCOMPARE(NoteLabel::breakWidth("", font, 10), 10);
    QCOMPARE(NoteLabel::breakWidth("two words", font, 1), 1); // each fills its line
    const QString listed = note + '\n' + note;
    for (int width = 100; width < 500; width += 7)
        QCOMPARE(NoteLabel::breakWidth(listed, font, width), width);
}

void TestNoteLabel::onlyThePaintingBreaksEarlier()
{
    NoteLabel label(note);
    QLabel plain(note);
    plain.setTextFormat(Qt::PlainText);
    plain.setWordWrap(true);
    const int width = lonelyWidth(label.font());
    QCOMPARE(label.heightForWidth(width), plain.heightForWidth(width));
    QCOMPARE(label.sizeHint(), plain.sizeHint());
    const auto look = [width](QLabel& shown) {
        shown.resize(width, shown.heightForWidth(width));
        return shown.grab().toImage();
    };
    QVERIFY(look(label) != look(plain));
    label.setTextInteractionFlags(Qt::TextSelectableByMouse); // which a document of its own paints
    plain.setTextInteractionFlags(Qt::TextSelectableByMouse);
    QCOMPARE(look(label), look(plain));
    label.setTextInteractionFlags(Qt::NoTextInteraction);
    plain.setTextInteractionFlags(Qt::NoTextInteraction);
    label.setText(QStringLiteral("short"));
    plain.setText(label.text());
    QCOMPARE(look(label), look(plain));
}

QTEST_MAIN(TestNoteLabel)
#include "tst_notelabel.moc"
