// SPDX-License-Identifier: GPL-3.0-or-later
// A row of the export window by itself: where its words stand, and how sizes are told.
#include "ui/ExportFacts.h"
#include "ui/ExportRow.h"
#include "ui/ExportTexts.h"

#include <QLabel>
#include <QTest>

using namespace spectune;

class TestExportRow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sizeAndCheckStandOnOneLine();
    void smallSizesAreNotTwiceUncertain();
    void changesOfDeltaHaveOneForm();
};

void TestExportRow::sizeAndCheckStandOnOneLine()
{
    ExportRow row("peft-lora");
    ExportFacts facts;
    facts.exactBytes = 200'000;
    row.setFacts(facts);
    row.show();
    const QLabel* size = nullptr;
    const QLabel* check = nullptr;
    for (const QLabel* label : row.findChildren<QLabel*>()) {
        size = label->text() == "about 0.2 MB" ? label : size;
        check = label->text() == "Not written yet" ? label : check;
    }
    QVERIFY(size && check);
    for (int height = 72; height < 78; ++height) { // odd pixels, too
        row.resize(842, height);
        const auto top = [&row](const QLabel& label) { return label.mapTo(&row, QPoint(0, 0)).y(); };
        QTRY_COMPARE(row.height(), height);
        QTRY_COMPARE(top(*size), top(*check));
        QCOMPARE(size->height(), check->height());
    }
}

void TestExportRow::smallSizesAreNotTwiceUncertain()
{
    ExportFacts facts;
    facts.exactBytes = 20'000;
    QCOMPARE(ExportTexts::expectedSize("peft-lora", facts), "under 0.1 MB");
    facts.exactBytes = 2'000'000;
    QCOMPARE(ExportTexts::expectedSize("peft-lora", facts), "about 2.0 MB");
}

void TestExportRow::changesOfDeltaHaveOneForm()
{
    ExportReport report;
    report.format = "merged";
    report.dtype = "float32";
    report.verified = true;
    report.roundingLoss = 2e-8;
    QVERIFY2(ExportTexts::detail(report).endsWith("2.0e−8"), qPrintable(ExportTexts::detail(report)));
    report.format = "peft-lora";
    report.maxDifference = 2.4e-9;
    QVERIFY2(ExportTexts::detail(report).endsWith("2.4e−9"), qPrintable(ExportTexts::detail(report)));
}

QTEST_MAIN(TestExportRow)
#include "tst_exportrow.moc"
