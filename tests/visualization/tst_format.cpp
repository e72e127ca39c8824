// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/MarkingTranslator.h"
#include "visualization/NumberFormat.h"

#include <QTest>

#include <cmath>

using namespace spectune;

class TestFormat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts()
    {
        QCOMPARE(formatCount(0), QStringLiteral("0"));
        QCOMPARE(formatCount(1106), QStringLiteral("1,106"));
        QCOMPARE(formatCount(-1234567), QStringLiteral("−1,234,567"));
        QCOMPARE(formatCount(999), QStringLiteral("999"));
    }
    void losses()
    {
        QCOMPARE(formatLoss(0.7384), QStringLiteral("0.738"));
        QCOMPARE(formatLoss(-0.0001), QStringLiteral("0.000"));
        QCOMPARE(formatFixed(-0.168, 3), QStringLiteral("−0.168"));
        QCOMPARE(formatLoss(std::nan("")), QStringLiteral("not finite"));
        QCOMPARE(formatLoss(INFINITY), QStringLiteral("not finite"));
    }
    void whatIsNotFiniteIsSaidInTheLanguage()
    {
        const test::MarkingTranslator marks("NumberFormat");
        QCOMPARE(formatLoss(std::nan("")), QStringLiteral("§not finite"));
        QCOMPARE(formatDuration(INFINITY), QStringLiteral("§not finite"));
        QCOMPARE(formatLoss(0.5), QStringLiteral("0.500"));
    }
    void scientific()
    {
        QCOMPARE(formatScientific(4.61e-4), QStringLiteral("4.61e−4"));
        QCOMPARE(formatScientific(-2.5e12, 1), QStringLiteral("−2.5e12"));
        QCOMPARE(formatScientific(0.0), QStringLiteral("0"));
    }
    void shortFigures()
    {
        QCOMPARE(formatShort(0.00661), QStringLiteral("0.0066"));
        QCOMPARE(formatShort(0.1), QStringLiteral("0.10"));
        QCOMPARE(formatShort(12.34), QStringLiteral("12.3"));
        QCOMPARE(formatShort(2904.4), QStringLiteral("2,904"));
        QCOMPARE(formatShort(3.2e-6), QStringLiteral("3.20e−6"));
    }
    void sizes()
    {
        QCOMPARE(formatGiB(8.9 * 1073741824.0), QStringLiteral("8.9 GiB"));
        QCOMPARE(formatMB(29.5e6), QStringLiteral("29.5 MB"));
        QCOMPARE(formatFileSize(0.0), QStringLiteral("0.0 MB"));
        QCOMPARE(formatFileSize(49'999.0), QStringLiteral("under 0.1 MB"));
        QCOMPARE(formatFileSize(50'001.0), QStringLiteral("0.1 MB"));
        QCOMPARE(formatFileSize(999.9e6), QStringLiteral("999.9 MB"));
        QCOMPARE(formatFileSize(13.5e9), QStringLiteral("13.5 GB"));
        QCOMPARE(formatPercent(0.553), QStringLiteral("55 %"));
    }
    void durations()
    {
        QCOMPARE(formatDuration(42.4), QStringLiteral("42 s"));
        QCOMPARE(formatDuration(518), QStringLiteral("8 min 38 s"));
        QCOMPARE(formatDuration(3599.7), QStringLiteral("1 h 00 min"));
        QCOMPARE(formatDuration(7500), QStringLiteral("2 h 05 min"));
        QCOMPARE(formatDuration(86400 * 3 + 3600 * 4), QStringLiteral("3 d 4 h"));
        QCOMPARE(formatDuration(-3), QStringLiteral("0 s"));
    }
    void ticks()
    {
        QCOMPARE(formatTick(0.6, 0.2), QStringLiteral("0.6"));
        QCOMPARE(formatTick(1.0, 0.25), QStringLiteral("1.00"));
        QCOMPARE(formatTick(1500, 500), QStringLiteral("1,500"));
        QCOMPARE(formatTick(0.015, 0.005), QStringLiteral("0.015"));
        QCOMPARE(formatLogTick(0.1), QStringLiteral("0.1"));
        QCOMPARE(formatLogTick(0.005), QStringLiteral("0.005"));
        QCOMPARE(formatLogTick(200.0), QStringLiteral("200"));
        QCOMPARE(formatLogTick(1e-5), QStringLiteral("1e−5"));
        QCOMPARE(formatLogTick(0.15), QStringLiteral("0.15"));
        QCOMPARE(formatLogTick(2.5), QStringLiteral("2.5"));
        QCOMPARE(formatLogTick(15.0), QStringLiteral("15"));
        QCOMPARE(formatLogTick(1.5e-5), QStringLiteral("1.5e−5"));
        QCOMPARE(formatLogTick(1.52), QStringLiteral("1.52")); // of a part of a decade
        QCOMPARE(formatLogTick(0.0225), QStringLiteral("0.0225"));
    }
};

QTEST_GUILESS_MAIN(TestFormat)
#include "tst_format.moc"
