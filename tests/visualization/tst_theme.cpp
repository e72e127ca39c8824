// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/RankGridState.h"
#include "visualization/Theme.h"
#include "visualization/TripletHistory.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

using namespace spectune;

namespace {

double toLinear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

/// Linear RGB of a colour as colour-blind eyes see it: G. M. Machado et al., "A physiologically-based model for
/// simulation of color vision deficiency", 2009, severity 1.
std::array<double, 3> seen(const QColor& color, int eyes)
{
    static constexpr double kinds[3][3][3]
        = {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
            {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
            {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
    const std::array<double, 3> linear {toLinear(color.redF()), toLinear(color.greenF()), toLinear(color.blueF())};
    std::array<double, 3> result {};
    for (std::size_t row = 0; row < 3; ++row) {
        double sum = 0.0;
        for (std::size_t column = 0; column < 3; ++column)
            sum += kinds[eyes][row][column] * linear[column];
        result[row] = std::clamp(sum, 0.0, 1.0);
    }
    return result;
}

/// CIE L*a*b* of linear sRGB, D65.
std::array<double, 3> labOf(const std::array<double, 3>& c)
{
    const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116.0; };
    const double x = f((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.95047);
    const double y = f(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
    const double z = f((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.08883);
    return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

double lightness(const std::array<double, 3>& linear)
{
    return labOf(linear)[0];
}

/// ΔE*ab as those eyes see it; 2.3 is just noticeable.
double seenDistance(const QColor& a, const QColor& b, int eyes)
{
    const auto first = labOf(seen(a, eyes));
    const auto second = labOf(seen(b, eyes));
    return std::hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]);
}

} // namespace

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
            QVERIFY(Theme::contrast(theme->text, theme->lossToken) >= 4.5);
            QVERIFY(Theme::contrast(theme->onPrimary, theme->primary) >= 4.5);
        }
    }

    /// WCAG 2.1: 4.5 for text (1.4.3), 3 for marks and edges that must be seen (1.4.11).
    void everyPairMeetsItsRatio_data()
    {
        QTest::addColumn<QColor>("ink");
        QTest::addColumn<QColor>("ground");
        QTest::addColumn<double>("least");
        for (const Theme* theme : {&Theme::darkTheme(), &Theme::lightTheme()}) {
            const std::vector<std::pair<const char*, QColor>> grounds {{"window", theme->window},
                {"panel", theme->panel}, {"raised", theme->raised}, {"sunken", theme->sunken},
                {"phaseEnd", theme->phaseEnd}, {"phaseCubic", theme->phaseCubic}};
            const std::vector<std::pair<const char*, QColor>> texts {
                {"text", theme->text}, {"text2", theme->text2}, {"text3", theme->text3}};
            const std::vector<std::pair<const char*, QColor>> marks {{"loss", theme->loss}, {"runB", theme->runB},
                {"eval", theme->eval}, {"warn", theme->warn}, {"orth", theme->orth}, {"prune", theme->prune},
                {"revive", theme->revive}, {"ok", theme->ok}, {"error", theme->error}, {"focus", theme->focus},
                {"lineStrong", theme->lineStrong}};
            const char* const name = theme->dark ? "dark" : "light";
            for (const auto& [below, ground] : grounds) {
                for (const auto& [what, ink] : texts)
                    QTest::addRow("%s, %s on %s", name, what, below) << ink << ground << 4.5;
                for (const auto& [what, ink] : marks)
                    QTest::addRow("%s, %s on %s", name, what, below) << ink << ground << 3.0;
            }
            QTest::addRow("%s, fieldLine on panel", name) << theme->fieldLine << theme->panel << 3.0;
            QTest::addRow("%s, fieldLine on window", name) << theme->fieldLine << theme->window << 3.0;
            QTest::addRow("%s, error on its fill", name) << theme->error << theme->errorFill << 4.5;
            QTest::addRow("%s, warn on its fill", name) << theme->warn << theme->warnFill << 4.5;
            const auto over = [](const QColor& ink, const QColor& ground, float alpha) {
                const auto channel = [alpha](int a, int b) { return qRound(alpha * a + (1.0F - alpha) * b); };
                return QColor(channel(ink.red(), ground.red()), channel(ink.green(), ground.green()),
                    channel(ink.blue(), ground.blue()));
            };
            QTest::addRow("%s, histogram on panel", name)
                << over(theme->text3, theme->panel, histogramAlpha) << theme->panel << 3.0;
            QTest::addRow("%s, kept triplet on its strip", name)
                << over(theme->loss, theme->phaseEnd, TripletHistory::keptAlpha(theme->dark)) << theme->phaseEnd << 3.0;
        }
    }
    void everyPairMeetsItsRatio()
    {
        QFETCH(QColor, ink);
        QFETCH(QColor, ground);
        QFETCH(double, least);
        const double ratio = Theme::contrast(ink, ground);
        QVERIFY2(ratio >= least, qPrintable(QStringLiteral("%1 < %2").arg(ratio).arg(least)));
    }

    void colourBlindEyesTellThemApart_data()
    {
        QTest::addColumn<int>("eyes");
        QTest::newRow("protanopia") << 0;
        QTest::newRow("deuteranopia") << 1;
        QTest::newRow("tritanopia") << 2;
    }
    void colourBlindEyesTellThemApart()
    {
        QFETCH(int, eyes);
        for (const Theme* theme : {&Theme::darkTheme(), &Theme::lightTheme()}) {
            // Marks that can stand side by side in one picture and mean opposites.
            QVERIFY(seenDistance(theme->prune, theme->revive, eyes) >= 20.0);
            QVERIFY(seenDistance(theme->loss, theme->runB, eyes) >= 20.0);
            QVERIFY(seenDistance(theme->differenceColor(-1.0), theme->differenceColor(1.0), eyes) >= 20.0);
            // A ramp is read by its lightness: it goes one way, whatever the eyes.
            for (std::size_t i = 1; i < theme->ramp.size(); ++i) {
                const double step = lightness(seen(theme->ramp[i], eyes)) - lightness(seen(theme->ramp[i - 1], eyes));
                QVERIFY2((theme->dark ? step : -step) > 1.0, qPrintable(QStringLiteral("stop %1").arg(i)));
            }
            for (std::size_t i = 1; i < theme->differences.size(); ++i) { // darkest or lightest in the middle
                const double step
                    = lightness(seen(theme->differences[i], eyes)) - lightness(seen(theme->differences[i - 1], eyes));
                const bool outwards = i > theme->differences.size() / 2;
                QVERIFY2((theme->dark == outwards ? step : -step) > 1.0, qPrintable(QStringLiteral("stop %1").arg(i)));
            }
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
