// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QTest>

using namespace spectune;

class TestTheme : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rampEndsAndStops()
    {
        const Theme& dark = Theme::darkTheme();
        QCOMPARE(dark.rankColor(1, 12).name(), QStringLiteral("#363372"));
        QCOMPARE(dark.rankColor(5, 12).name(), QStringLiteral("#04839c"));
        QCOMPARE(dark.rankColor(12, 12).name(), QStringLiteral("#efe995"));
        const Theme& light = Theme::lightTheme();
        QCOMPARE(light.rankColor(1, 12).name(), QStringLiteral("#f5f1ae"));
        QCOMPARE(light.rankColor(12, 12).name(), QStringLiteral("#39396b"));
        QCOMPARE(dark.rankColor(1, 1), dark.rankColor(12, 12)); // one rank alone is the full one
        QCOMPARE(dark.differenceColor(0.0).name(), QStringLiteral("#2a2f36"));
        QCOMPARE(light.differenceColor(-1.0).name(), QStringLiteral("#0465af"));
    }

    void inkIsReadableOnEveryRank()
    {
        for (const Theme* theme : {&Theme::darkTheme(), &Theme::lightTheme()}) {
            for (const int initRank : {2, 6, 8, 12, 32, 64}) {
                for (int rank = 1; rank <= initRank; ++rank) {
                    const QColor ground = theme->rankColor(rank, initRank);
                    QVERIFY(Theme::contrast(ground, Theme::inkOn(ground)) >= 4.5);
                }
            }
            for (int i = -12; i <= 12; ++i) {
                const QColor ground = theme->differenceColor(i / 12.0);
                QVERIFY(Theme::contrast(ground, Theme::inkOn(ground)) >= 4.5);
            }
            QVERIFY(Theme::contrast(theme->idleCell, Theme::inkOn(theme->idleCell)) >= 4.5);
        }
    }

    void textAndMarksMeetTheirContrast()
    {
        for (const Theme* theme : {&Theme::darkTheme(), &Theme::lightTheme()}) {
            for (const QColor& color : {theme->text, theme->text2, theme->text3, theme->loss, theme->runB, theme->eval,
                     theme->warn, theme->orth, theme->prune, theme->revive, theme->ok, theme->error, theme->focus}) {
                QVERIFY2(Theme::contrast(color, theme->panel) >= 4.5, qPrintable(color.name()));
            }
            for (const QColor& color : {theme->fieldLine, theme->lineStrong}) {
                QVERIFY2(Theme::contrast(color, theme->panel) >= 2.9, qPrintable(color.name()));
            }
            QVERIFY(Theme::contrast(theme->text, theme->lossToken) >= 4.5);
            QVERIFY(Theme::contrast(theme->text3, theme->phaseCubic) >= 4.0);
            QVERIFY(Theme::contrast(theme->onPrimary, theme->primary) >= 4.5);
        }
    }

    void moreRankIsFurtherFromThePanel()
    {
        for (const Theme* theme : {&Theme::darkTheme(), &Theme::lightTheme()}) {
            for (int rank = 2; rank <= 32; ++rank) {
                QVERIFY(Theme::contrast(theme->rankColor(rank, 32), theme->panel)
                    > Theme::contrast(theme->rankColor(rank - 1, 32), theme->panel));
            }
        }
    }

    void figuresAreTabular()
    {
        const QFont font = Fonts::caption();
        QVERIFY(qAbs(tabularWidth(font, QStringLiteral("111")) - tabularWidth(font, QStringLiteral("000"))) < 1e-9);
        QVERIFY(qAbs(tabularWidth(font, QStringLiteral("1,106")) - tabularWidth(font, QStringLiteral("9,888"))) < 1e-9);
    }

    void nothingIsSmallerThanElevenPixels()
    {
        for (const QFont& font : {Fonts::body(), Fonts::bodyMedium(), Fonts::heading(), Fonts::caption(),
                 Fonts::captionBold(), Fonts::title(), Fonts::state(), Fonts::mono()}) {
            QVERIFY(font.pixelSize() >= 11);
        }
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
