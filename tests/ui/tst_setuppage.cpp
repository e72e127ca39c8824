// SPDX-License-Identifier: GPL-3.0-or-later
// Budget editor, targets picker and memory estimate on the set-up page: what they show and what they change.
#include "tests/ui/SetupTest.h"
#include "training/core/AtomicFile.h"
#include "ui/BudgetPanel.h"
#include "ui/FieldEditor.h"
#include "ui/IssueList.h"
#include "ui/MemoryFacts.h"
#include "ui/MemoryLegend.h"
#include "ui/MemoryPanel.h"
#include "ui/Segmented.h"
#include "ui/SetupFields.h"
#include "ui/TargetsPanel.h"
#include "visualization/BudgetCurve.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"

#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace spectune;

namespace {

constexpr std::int64_t mebibyte = 1 << 20;

} // namespace

class TestSetupPage : public test::SetupTest {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void handlesMoveTheFields();
    void fieldsMoveTheHandles();
    void anImpossibleDragMarksItsField();
    void theTargetHandleOverrulesATotal();
    void theEndIsToldInWords();
    void withoutAModelNoEventsAreCounted();
    void cellsBecomeSingleMatrices();
    void presetsTick_data();
    void presetsTick();
    void theLastTickStays();
    void fixedAndLearnedMaps();
    void choosingALearnedMapStopsNothing();
    void memoryFollowsTheConfiguration();
    void aClickMakesItFit();
    void anUnknownDeviceIsSaidToBe();
    void anIssueLeadsToItsField();

private:
    void dragHandle(BudgetHandle handle, QPoint to);
    void click(const QString& text);
    [[nodiscard]] QStringList texts(const QWidget& widget) const;
};

void TestSetupPage::init()
{
    RunConfig allocating = plainConfig();
    allocating.adalora.ti = 100;
    allocating.adalora.tf = 300;
    allocating.adalora.deltaT = 10;
    open(allocating);
    DataPreview preview;
    preview.format = DataFormat::Text;
    preview.samples = 1500;
    m_form->setPreview(preview, false);
    m_form->setDevice({"cpu", Message::verbatim("Processor"), std::int64_t {16} << 30, std::int64_t {12} << 30});
    m_page->show();
}

void TestSetupPage::dragHandle(BudgetHandle handle, QPoint to)
{
    auto& curve = part<BudgetCurve>();
    const QPoint from = curve.handlePosition(handle).toPoint();
    QTest::mousePress(&curve, Qt::LeftButton, {}, from);
    QTest::mouseMove(&curve, (from + to) / 2);
    QTest::mouseMove(&curve, to);
    QTest::mouseRelease(&curve, Qt::LeftButton, {}, to);
}

void TestSetupPage::click(const QString& text)
{
    for (QAbstractButton* button : m_page->findChildren<QAbstractButton*>())
        if (button->text() == text && button->isEnabled())
            return button->click();
    QFAIL(qPrintable("no button " + text));
}

QStringList TestSetupPage::texts(const QWidget& widget) const
{
    QStringList found;
    for (const QLabel* label : widget.findChildren<QLabel*>())
        if (!label->isHidden())
            found << label->text();
    return found;
}

void TestSetupPage::handlesMoveTheFields()
{
    auto& curve = part<BudgetCurve>();
    const BudgetGeometry geometry = curve.budgetGeometry();
    dragHandle(BudgetHandle::WarmUpEnd, QPointF(geometry.xOf(250.0), geometry.ground.bottom() + 6.0).toPoint());
    QVERIFY(std::abs(*m_form->config().adalora.ti - 250) <= 8); // two pixels
    const auto* field = m_page->fields().find("adalora.ti")->findChild<QLineEdit*>();
    QCOMPARE(field->text(), QString::number(*m_form->config().adalora.ti));
    dragHandle(BudgetHandle::FinalStart, QPointF(geometry.xOf(900.0), geometry.ground.bottom() + 6.0).toPoint());
    QVERIFY(std::abs(*m_form->config().adalora.tf - 100) <= 8);
    const QPointF target = curve.handlePosition(BudgetHandle::TargetRank);
    dragHandle(BudgetHandle::TargetRank, QPointF(target.x(), curve.budgetGeometry().yOf(9.0)).toPoint());
    QCOMPARE(m_form->config().adalora.targetRank, 9);
    // The curve that is drawn is that of the fields.
    QCOMPARE(curve.budgetGeometry().values.ti, *m_form->config().adalora.ti);
    QCOMPARE(curve.budgetGeometry().values.targetRank, 9.0);
    QVERIFY(m_form->errorCount() == 0);
}

void TestSetupPage::fieldsMoveTheHandles()
{
    auto& curve = part<BudgetCurve>();
    for (const std::int64_t ti : {0, 37, 400, 699}) {
        m_form->setText("adalora.ti", QString::number(ti));
        const BudgetGeometry geometry = curve.budgetGeometry();
        QVERIFY(
            std::abs(curve.handlePosition(BudgetHandle::WarmUpEnd).x() - geometry.xOf(static_cast<double>(ti))) < 1e-9);
    }
    m_form->setText("adalora.tf", "200");
    QCOMPARE(curve.budgetGeometry().values.finalStart, 800);
    m_form->setText("adalora.init_rank", "20");
    QCOMPARE(curve.budgetGeometry().values.initRank, 20);
    QVERIFY(curve.impossibleText().isEmpty());
}

void TestSetupPage::anImpossibleDragMarksItsField()
{
    auto& curve = part<BudgetCurve>();
    const BudgetGeometry geometry = curve.budgetGeometry();
    dragHandle(BudgetHandle::WarmUpEnd, QPointF(geometry.xOf(800.0), geometry.ground.bottom() + 6.0).toPoint());
    QVERIFY(*m_form->config().adalora.ti > 700); // as far as the pointer went, not held back in silence
    QVERIFY2(curve.impossibleText().contains("not below T − tf = 700"), qPrintable(curve.impossibleText()));
    QCOMPARE(m_page->fields().find("adalora.ti")->mark(), FieldMark::Error);
    QVERIFY(m_form->errorCount() == 1);
    QVERIFY(!curve.grab().isNull());
    dragHandle(BudgetHandle::WarmUpEnd, QPointF(geometry.xOf(200.0), geometry.ground.bottom() + 6.0).toPoint());
    QVERIFY(curve.impossibleText().isEmpty());
    QCOMPARE(m_page->fields().find("adalora.ti")->mark(), FieldMark::None);
    // The same by a field: the handle is shown where it cannot be.
    m_form->setText("adalora.target_rank", "12");
    QVERIFY2(curve.impossibleText().contains("target 12 is not below init 12"), qPrintable(curve.impossibleText()));
}

void TestSetupPage::theTargetHandleOverrulesATotal()
{
    m_form->setText("adalora.total_budget", "300"); // as a recorded run writes it out
    auto& curve = part<BudgetCurve>();
    QVERIFY(std::abs(curve.budgetGeometry().values.targetRank - 300.0 / 42.0) < 1e-9);
    const QPointF from = curve.handlePosition(BudgetHandle::TargetRank);
    dragHandle(BudgetHandle::TargetRank, QPointF(from.x(), curve.budgetGeometry().yOf(4.0)).toPoint());
    QCOMPARE(m_form->resolved().schedule.targetBudget, 4 * 42);
}

void TestSetupPage::withoutAModelNoEventsAreCounted()
{
    QVERIFY(texts(part<BudgetPanel>()).join('\n').contains(" events"));
    m_form->forgetModel();
    m_form->setText("adalora.delta_t", "20");
    QVERIFY(!texts(part<BudgetPanel>()).join('\n').contains("event")); // the curve is empty too
}

void TestSetupPage::theEndIsToldInWords()
{
    const QString words = texts(part<BudgetPanel>()).join('\n');
    QVERIFY2(words.contains("At the end 6 triplets a matrix on average"), qPrintable(words));
    const std::int64_t all = m_form->trainableParameters();
    QVERIFY2(words.contains("of " + formatCount(all) + " parameters"), qPrintable(words));
    m_form->setText("adalora.ti", "1000000"); // beyond the run: nothing would be pruned, so that nothing is promised
    QVERIFY(!texts(part<BudgetPanel>()).join('\n').contains("At the end"));
    m_form->setText("method.name", "lora");
    QVERIFY(texts(part<BudgetPanel>()).join('\n').contains("from start to end"));
}

void TestSetupPage::cellsBecomeSingleMatrices()
{
    RankGrid& grid = part<TargetsPanel>().targets();
    const auto at = [&](int layer, int kind) { return grid.gridGeometry().cell(layer, kind).center().toPoint(); };
    QTest::mouseClick(&grid, Qt::LeftButton, {}, at(0, 0));
    QCOMPARE(m_form->facts().matrices, 41);
    QCOMPARE(m_form->config().adalora.modules.size(), 7U);
    QVERIFY(m_form->config().adalora.targets.empty() && m_form->config().adalora.layers.empty());
    QCOMPARE(m_form->errorCount(), 0);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, at(0, 0)); // whole again: plain once more
    QVERIFY(m_form->config().adalora.modules.empty());
    QTest::mousePress(&grid, Qt::LeftButton, {}, at(0, 0));
    QTest::mouseMove(&grid, at(2, 6));
    QTest::mouseRelease(&grid, Qt::LeftButton, {}, at(2, 6));
    QCOMPARE(m_form->config().adalora.layers, (std::vector<std::int64_t> {3, 4, 5})); // a product is written as one
    QVERIFY(m_form->config().adalora.modules.empty());
}

void TestSetupPage::presetsTick_data()
{
    QTest::addColumn<QString>("button");
    QTest::addColumn<int>("matrices");
    QTest::newRow("attention") << "Attention" << 24;
    QTest::newRow("feed-forward") << "FFN" << 18;
    QTest::newRow("q and v") << "q, v" << 12;
    QTest::newRow("last four") << "Last" << 28;
}

void TestSetupPage::presetsTick()
{
    QFETCH(QString, button);
    QFETCH(int, matrices);
    click(button);
    QCOMPARE(m_form->facts().matrices, matrices);
    QVERIFY(m_form->config().adalora.modules.empty());
    click("All");
    QCOMPARE(m_form->facts().matrices, 42);
    QVERIFY(m_form->config().adalora.targets.empty());
}

void TestSetupPage::theLastTickStays()
{
    m_form->setText("adalora.layers", "2");
    m_form->setText("adalora.targets", "q_proj");
    RankGrid& grid = part<TargetsPanel>().targets();
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.gridGeometry().cell(2, 0).center().toPoint());
    QCOMPARE(m_form->facts().matrices, 1);
    QVERIFY(texts(part<TargetsPanel>()).contains("One matrix at least has to be adapted."));
    QVERIFY(grid.targets()[14]);
}

void TestSetupPage::choosingALearnedMapStopsNothing()
{
    auto& panel = part<TargetsPanel>();
    const auto switches = panel.findChildren<Segmented*>();
    Q_EMIT switches.back()->chosen(static_cast<int>(TargetsPanel::Shown::Learned)); // comes back at once
    auto* menu = panel.findChild<QMenu*>();
    QVERIFY(menu && menu->isVisible());
    QAction* other = menu->actions().back();
    menu->close();
    other->trigger();
    auto* dialog = panel.findChild<QFileDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    dialog->reject();
    QCOMPARE(panel.shown(), TargetsPanel::Shown::Targets);
}

void TestSetupPage::fixedAndLearnedMaps()
{
    auto& panel = part<TargetsPanel>();
    panel.setShown(TargetsPanel::Shown::FixedRank);
    QVERIFY2(panel.map().spokenSummary().contains("252 of 504 triplets kept"), qPrintable(panel.map().spokenSummary()));
    const std::filesystem::path run = m_folder.filePath("run").toStdString();
    std::filesystem::create_directories(run);
    writeFileAtomically(run / "config.json", R"({"schema": 1, "adalora": {"init_rank": 8}})");
    const auto line = [](int step, int budget, int first, int second) {
        return QStringLiteral("{\"step\": %1, \"budget\": %2, \"ranks\": {\"model.layers.0.self_attn.q_proj\": %3, "
                              "\"model.layers.1.mlp.up_proj\": %4}, \"pruned\": 4, \"revived\": 1}\n")
            .arg(step)
            .arg(budget)
            .arg(first)
            .arg(second)
            .toStdString();
    };
    writeFileAtomically(run / "ranks.jsonl", line(10, 9, 5, 4) + line(20, 6, 6, 0) + "{\"step\": 30, \"bud");
    panel.showLearned(QString::fromStdString(run.string()));
    QVERIFY2(panel.map().spokenSummary().contains("step 20: 6 of 16 triplets kept, 1 matrices at rank 0"),
        qPrintable(panel.map().spokenSummary()));
    QVERIFY(!panel.map().grab().isNull());
    panel.showLearned(m_folder.filePath("nowhere"));
    QVERIFY(texts(panel).join('\n').contains("records no masking event"));
    panel.setShown(TargetsPanel::Shown::Targets);
    QCOMPARE(m_form->facts().matrices, 42); // looking changes nothing
}

void TestSetupPage::memoryFollowsTheConfiguration()
{
    auto& legend = part<MemoryLegend>();
    QCOMPARE(legend.parts().size(), 8U);
    const auto sum = [&legend] {
        double bytes = 0.0;
        for (const MemoryPart& part : legend.parts())
            bytes += part.bytes;
        return bytes;
    };
    const double before = sum();
    QVERIFY(std::abs(before - part<MemoryBar>().need()) < 1.0);
    const double activations = legend.parts()[1].bytes;
    m_form->setValue("train.gradient_checkpointing", FieldValue {true});
    QVERIFY(legend.parts()[1].bytes < activations / 2.0);
    m_form->setValue("train.batch_size", FieldValue {std::int64_t {32}});
    QVERIFY(sum() < 4.0 * before);
    QVERIFY(texts(part<MemoryPanel>()).join('\n').contains("pruning frees none of it"));
    m_form->setValue("adalora.shrink", FieldValue {true});
    QVERIFY(texts(part<MemoryPanel>()).join('\n').contains("Fits."));
    QVERIFY(!texts(part<MemoryPanel>()).join('\n').contains("frees none"));
    QVERIFY(!part<MemoryPanel>().grab().isNull());
    m_form->forgetModel();
    m_form->setText("train.seed", "3");
    QVERIFY(legend.isHidden());
}

void TestSetupPage::aClickMakesItFit()
{
    m_form->setValue("train.batch_size", FieldValue {std::int64_t {64}});
    const auto need = MemoryFacts::of(*m_form)->estimate.total();
    m_form->setDevice({"cpu", Message::verbatim("Processor"), 1024 * mebibyte, need / 2});
    QCOMPARE(m_form->warningCount(), 1);
    const std::vector<MemoryChange> changes = MemoryFacts::of(*m_form)->changes();
    QVERIFY(!changes.empty() && changes.front().fits && changes.front().sameSteps);
    QVERIFY(texts(part<MemoryPanel>()).join('\n').contains("Does not fit"));
    click(changeText(changes.front()));
    QVERIFY(MemoryFacts::of(*m_form)->fits());
    QCOMPARE(MemoryFacts::of(*m_form)->estimate.total(), changes.front().estimate.total());
    QCOMPARE(m_form->warningCount(), 0);
    QVERIFY(MemoryFacts::of(*m_form)->changes().empty());
}

void TestSetupPage::anUnknownDeviceIsSaidToBe()
{
    m_form->setDevice({"cuda", {}, 0, 0});
    const QString words = texts(part<MemoryPanel>()).join('\n');
    QVERIFY2(words.contains("What the device has is not known."), qPrintable(words));
    QCOMPARE(m_form->warningCount(), 0);
    QVERIFY(MemoryFacts::of(*m_form)->changes().empty());
    QVERIFY(!part<MemoryBar>().grab().isNull());
}

void TestSetupPage::anIssueLeadsToItsField()
{
    m_form->setText("adalora.ti", "800");
    auto& list = part<IssueList>();
    QSignalSpy wanted(&list, &IssueList::fieldWanted);
    const auto cards = list.findChildren<QFrame*>("IssueError");
    QVERIFY(!cards.isEmpty());
    QStringList led;
    for (QFrame* card : cards) {
        QTest::mouseClick(card, Qt::LeftButton, {}, QPoint(card->width() - 4, card->height() - 4));
        led << wanted.last()[0].toString();
    }
    QCOMPARE(wanted.count(), cards.size());
    QVERIFY2(led.contains(QStringLiteral("adalora.ti")), qPrintable(led.join(QLatin1Char(' '))));
}

QTEST_MAIN(TestSetupPage)
#include "tst_setuppage.moc"
