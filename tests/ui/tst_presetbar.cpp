// SPDX-License-Identifier: GPL-3.0-or-later
// The row of presets above the set-up: what it fills, two short lines on the chosen one, and the rest on demand.
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/PresetBar.h"

#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <memory>

using namespace spectune;

namespace {

int heightOf(const PresetBar& bar)
{
    return std::max(bar.sizeHint().height(), bar.heightForWidth(bar.width()));
}

} // namespace

class TestPresetBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_folder = std::make_unique<QTemporaryDir>(QDir::homePath() + "/.spectune-test-XXXXXX"); }
    void keysOpenTheListAndChooseNothing();
    void theRowFillsTheForm();
    void aSetUpFromElsewhereIsNoPresets();
    void everyNoteIsTwoShortLines();
    void theRestUnfoldsOnDemand();
    void aLongNoteOfOnesOwnStaysInItsLine();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestPresetBar::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setApplicationName("spectune-test");
}

void TestPresetBar::keysOpenTheListAndChooseNothing()
{
    ConfigForm form;
    PresetBar bar(form, m_folder->filePath("presets"));
    bar.show();
    QSignalSpy replaced(&form, &ConfigForm::replaced);
    for (const Qt::Key key : {Qt::Key_Down, Qt::Key_Up, Qt::Key_End}) {
        QTest::keyClick(bar.picker(), key);
        bar.picker()->hidePopup();
    }
    QCOMPARE(replaced.size(), 0);
    bar.choose(0);
    QCOMPARE(replaced.size(), 1);
}

void TestPresetBar::theRowFillsTheForm()
{
    ConfigForm form;
    RunConfig config;
    config.model.path = "/m";
    form.setConfig(config);
    PresetBar bar(form, m_folder->filePath("presets"));
    QSignalSpy told(&bar, &PresetBar::told);
    int teaching = 0;
    for (std::size_t i = 0; i < bar.library().presets().size(); ++i)
        if (bar.library().presets()[i].name.startsWith("Teaching"))
            teaching = static_cast<int>(i);
    bar.choose(teaching);
    QCOMPARE(form.config().train.steps, 1200);
    QCOMPARE(form.config().model.path, "/m");
    QCOMPARE(told.size(), 1);
    QCOMPARE(bar.state(), "unchanged");
    form.setValue("adalora.gamma", FieldValue {0.2});
    QCOMPARE(bar.state(), "1 field changed");
    form.setValue("train.steps", FieldValue {std::int64_t {99}});
    QCOMPARE(bar.state(), "2 fields changed");
    QVERIFY2(bar.note().contains("Spectune's own numbers"), qPrintable(bar.note())); // still of these
    bar.saveAs("mine");
    QCOMPARE(bar.picker()->currentText(), "mine");
    QCOMPARE(bar.state(), "unchanged");
    QCOMPARE(bar.note(), "Saved from the set-up; began as \"Teaching: slow, many events\"");
    QVERIFY(bar.library().presets().back().source.contains("Not tuned."));
    form.setConfig(config);
    bar.importFile(m_folder->filePath("absent.json"));
    QCOMPARE(told.back().at(0).toString(), "Not done");
}

void TestPresetBar::aSetUpFromElsewhereIsNoPresets()
{
    ConfigForm form;
    PresetBar bar(form, {});
    const QString none = bar.note();
    bar.choose(2);
    QVERIFY(bar.picker()->currentIndex() > 0 && bar.state() == "unchanged");
    form.setConfig({}); // a file that was opened, or the set-up before
    QCOMPARE(bar.picker()->currentIndex(), 0);
    QCOMPARE(bar.note(), none);
    QVERIFY(bar.state().isEmpty() && bar.moreButton()->isHidden());
}

/// What it is for, and where its numbers come from: a line each, which the narrowest window has room for.
void TestPresetBar::everyNoteIsTwoShortLines()
{
    ConfigForm form;
    PresetBar bar(form, {});
    bar.resize(1180, 40);
    bar.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bar));
    const auto& presets = bar.library().presets();
    for (std::size_t i = 0; i < presets.size(); ++i) {
        bar.choose(static_cast<int>(i));
        const QStringList lines = bar.note().split('\n');
        QCOMPARE(lines, QStringList({presets[i].aboutShort, presets[i].sourceShort}));
        const bool paper = presets[i].group == "AdaLoRA paper";
        QVERIFY2(lines.back().contains(paper ? "the AdaLoRA paper (arXiv:2303.10512)" : "Spectune's own "),
            qPrintable(lines.back()));
        for (const ElidedLabel* line : bar.findChildren<ElidedLabel*>()) {
            QVERIFY(line->isVisible());
            QTRY_COMPARE(line->shownText(), line->text());
            QVERIFY(line->toolTip().startsWith("<p>")); // wraps
        }
        QVERIFY(heightOf(bar) < 3 * 18); // as high as the two lines
        QVERIFY(bar.picker()->accessibleDescription().endsWith(presets[i].source)); // whole, without a pointer
    }
}

void TestPresetBar::theRestUnfoldsOnDemand()
{
    ConfigForm form;
    PresetBar bar(form, {});
    bar.resize(1280, 40);
    bar.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bar));
    bar.choose(3);
    const Preset& preset = bar.library().presets()[3];
    QVERIFY(bar.moreButton()->isVisible() && bar.details()->isHidden());
    const int folded = heightOf(bar);
    bar.moreButton()->click();
    QCOMPARE(bar.moreButton()->text(), "Less");
    QVERIFY(bar.details()->isVisible());
    QVERIFY(bar.details()->text().contains(preset.about) && bar.details()->text().endsWith(preset.source));
    QVERIFY(heightOf(bar) > folded + 3 * bar.details()->fontMetrics().height()); // the row grows with it
    bar.choose(4);
    QVERIFY(bar.details()->text().endsWith(bar.library().presets()[4].source)); // stays open
    bar.moreButton()->click();
    QCOMPARE(bar.moreButton()->text(), "More");
    QCOMPARE(heightOf(bar), folded);
}

void TestPresetBar::aLongNoteOfOnesOwnStaysInItsLine()
{
    ConfigForm form;
    PresetBar bar(form, m_folder->filePath("presets"));
    const QString source
        = "As in the paper, cf. Table 3 of its second version" + QString(", which is long").repeated(60);
    bar.library().save(presetOf(form.config(), "cited", source)); // as an earlier version wrote it
    bar.resize(1280, 40);
    bar.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bar));
    bar.choose(static_cast<int>(bar.library().presets().size()) - 1);
    QCOMPARE(bar.note(), source);
    QVERIFY(heightOf(bar) < 3 * 18);
    const auto lines = bar.findChildren<ElidedLabel*>();
    const auto shown = std::ranges::find_if(lines, [](const ElidedLabel* line) { return line->isVisible(); });
    QTRY_VERIFY(
        (*shown)->shownText().startsWith("As in the paper, cf. Table 3") && (*shown)->shownText().endsWith("…"));
    QCOMPARE(bar.details()->text(), source);
}

QTEST_MAIN(TestPresetBar)
#include "tst_presetbar.moc"
