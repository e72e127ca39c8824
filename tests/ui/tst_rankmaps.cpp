// SPDX-License-Identifier: GPL-3.0-or-later
// Rank maps in the set-up: taken from a run, shown in the targets' grid, held to method and targets, dropped.
#include "tests/ui/SetupTest.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "ui/BudgetPanel.h"
#include "ui/IssueList.h"
#include "ui/RankMaps.h"
#include "ui/RecordedRun.h"
#include "ui/RunModel.h"
#include "ui/Segmented.h"
#include "ui/SetupPage.h"
#include "ui/TargetsPanel.h"
#include "visualization/RankGrid.h"

#include <QLabel>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

using namespace spectune;

namespace {

const std::string key = "adalora.rank_map";
const std::string q0 = "model.layers.0.self_attn.q_proj";
const std::string up1 = "model.layers.1.mlp.up_proj";
const std::string down5 = "model.layers.5.mlp.down_proj";

/// 3 matrices of which one fell to rank 0, as a run's ranks.jsonl ends.
const char* const lastEvent = "{\"step\": 20, \"budget\": 9, \"ranks\": {\"model.layers.0.self_attn.q_proj\": 7, "
                              "\"model.layers.1.mlp.up_proj\": 2, \"model.layers.5.mlp.down_proj\": 0}, "
                              "\"pruned\": 4, \"revived\": 1}\n";

} // namespace

class TestRankMaps : public test::SetupTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void aLearnedMapBecomesTheSetUp();
    void aDamagedMapIsRefusedInWords_data();
    void aDamagedMapIsRefusedInWords();
    void theSwitchKeepsItsRoom_data();
    void theSwitchKeepsItsRoom();
    void aMapIsShownInTheGrid();
    void otherTargetsSayWhatHappens();
    void otherMethodsSayWhatHappens();
    void theMapIsDroppedBelowTheGrid();
    void aRecordedRunShowsItsMap();

private:
    [[nodiscard]] QString words(const QWidget& widget) const
    {
        QStringList texts;
        for (const QLabel* label : widget.findChildren<QLabel*>())
            texts << label->text();
        return texts.join('\n');
    }
    [[nodiscard]] const Issue* issueOfMap() const;
    /// Clicks "Drop the map" in the list of issues.
    void mend();
};

void TestRankMaps::initTestCase()
{
    SetupTest::initTestCase();
    const std::filesystem::path folder = m_folder.path().toStdString();
    std::filesystem::create_directories(folder / "run");
    writeFileAtomically(folder / "run/config.json", R"({"schema": 1, "adalora": {"init_rank": 8}})");
    writeFileAtomically(folder / "run/ranks.jsonl", lastEvent);
}

void TestRankMaps::init()
{
    open(plainConfig());
    m_page->show();
}

const Issue* TestRankMaps::issueOfMap() const
{
    for (const Issue& issue : m_form->issues())
        if (issue.key == key)
            return &issue;
    return nullptr;
}

void TestRankMaps::mend()
{
    for (QPushButton* button : part<IssueList>().findChildren<QPushButton*>())
        if (button->text() == QLatin1String("Drop the map")) {
            button->click();
            return;
        }
    QFAIL("no button drops the map");
}

void TestRankMaps::aLearnedMapBecomesTheSetUp()
{
    auto& panel = part<TargetsPanel>();
    QVERIFY(panel.mapButton().isHidden());
    const double scale = m_form->resolved().scale;
    panel.showLearned(m_folder.filePath("run"));
    QVERIFY(!panel.mapButton().isHidden());
    QCOMPARE(panel.mapButton().text(), "Use this map");
    panel.mapButton().click();
    const RunConfig& config = m_form->config();
    QVERIFY(config.method == Method::SvdLora);
    const RankMap expected {{q0, 7}, {up1, 2}, {down5, 0}};
    QVERIFY(config.adalora.rankMap == expected);
    QCOMPARE(m_form->facts().matrices, 3); // those that it names
    QCOMPARE(m_form->resolved().initRank, 7);
    QCOMPARE(m_form->resolved().schedule.initialBudget, 9);
    QVERIFY(std::abs(m_form->resolved().scale - scale) < 1e-4); // s stays: 96 / 12
    QCOMPARE(m_form->errorCount(), 0);
    QVERIFY(issueOfMap() == nullptr);
    QCOMPARE(m_form->trainableParameters(), 7 * (128 + 128 + 1) + 2 * (128 + 352 + 1));
    QCOMPARE(panel.shown(), TargetsPanel::Shown::FixedRank);
    panel.showLearned(m_folder.filePath("nowhere"));
    QVERIFY(panel.mapButton().isHidden());
}

void TestRankMaps::aDamagedMapIsRefusedInWords_data()
{
    QTest::addColumn<QByteArray>("ranks");
    QTest::addColumn<QByteArray>("configuration");
    QTest::addColumn<QString>("file");
    const QByteArray plain = R"({"schema": 1, "adalora": {"init_rank": 8}})";
    const auto of = [](const char* ranks) {
        return QByteArray("{\"step\": 20, \"budget\": 9, \"ranks\": {") + ranks + "}, \"pruned\": 4, \"revived\": 1}\n";
    };
    QTest::newRow("no matrix") << of("") << plain << "ranks.jsonl";
    QTest::newRow("no number") << of("\"model.layers.0.self_attn.q_proj\": \"seven\"") << plain << "ranks.jsonl";
    QTest::newRow("huge") << of("\"model.layers.0.self_attn.q_proj\": 2147483647") << plain << "ranks.jsonl";
    QTest::newRow("no line") << QByteArray("{\n") << plain << "ranks.jsonl";
    QTest::newRow("a huge initial rank") << of("\"model.layers.0.self_attn.q_proj\": 7")
                                         << QByteArray(R"({"schema": 1, "adalora": {"init_rank": 4000000000000}})")
                                         << "config.json";
}

/// A person picks the folder: whatever its files hold, the window stays and says which of them cannot be used.
void TestRankMaps::aDamagedMapIsRefusedInWords()
{
    QFETCH(QByteArray, ranks);
    QFETCH(QByteArray, configuration);
    QFETCH(QString, file);
    const std::filesystem::path folder = m_folder.filePath("damaged").toStdString();
    std::filesystem::create_directories(folder);
    writeFileAtomically(folder / "config.json", configuration.toStdString());
    writeFileAtomically(folder / "ranks.jsonl", ranks.toStdString());
    auto& panel = part<TargetsPanel>();
    panel.showLearned(m_folder.filePath("damaged"));
    QCOMPARE(panel.shown(), TargetsPanel::Shown::Learned);
    QVERIFY(panel.mapButton().isHidden());
    QVERIFY2(words(panel).contains("damaged/" + file), qPrintable(words(panel)));
}

void TestRankMaps::theSwitchKeepsItsRoom_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {1280, 1440, 1920})
        QTest::addRow("%d", width) << width;
}

/// Also beside the words and the button of a map, and where it was: one clicks there again.
void TestRankMaps::theSwitchKeepsItsRoom()
{
    QFETCH(const int, width);
    m_page->resize(width, 700);
    m_page->applyDefaultWidths(width);
    auto& panel = part<TargetsPanel>();
    const Segmented* maps = nullptr;
    for (const QToolButton* button : panel.findChildren<QToolButton*>())
        if (button->text() == QLatin1String("Fixed rank"))
            maps = qobject_cast<const Segmented*>(button->parentWidget());
    QVERIFY(maps);
    const auto place = [&] { return QRect(maps->mapTo(&panel, QPoint()), maps->size()); };
    QTRY_VERIFY(maps->width() >= maps->sizeHint().width());
    const QRect before = place();
    panel.showLearned(m_folder.filePath("run"));
    const QPushButton& button = panel.mapButton();
    QTRY_VERIFY(button.isVisible() && button.width() >= button.sizeHint().width());
    QTRY_COMPARE(place(), before);
    QVERIFY(!place().intersects(QRect(button.mapTo(&panel, QPoint()), button.size())));
    panel.setShown(TargetsPanel::Shown::Targets);
    QTRY_COMPARE(place(), before);
}

void TestRankMaps::aMapIsShownInTheGrid()
{
    auto& panel = part<TargetsPanel>();
    useRankMap(*m_form, {{q0, 7}, {up1, 2}, {down5, 0}});
    QCOMPARE(panel.shown(), TargetsPanel::Shown::FixedRank); // it comes into view by itself
    const QString spoken = panel.map().spokenSummary();
    QVERIFY2(spoken.contains("9 of 9 triplets kept, 1 matrices at rank 0"), qPrintable(spoken));
    QVERIFY2(panel.map().cellText(ModuleIndex {0}).contains("rank 7 of 7"), qPrintable(panel.map().cellText({0})));
    QVERIFY2(panel.map().cellText(ModuleIndex {1}).contains("rank 2 of 2"), qPrintable(panel.map().cellText({1})));
    QVERIFY(!panel.map().grab().isNull());
    QVERIFY2(words(panel).contains("9 triplets in 2 of 3 matrices"), qPrintable(words(panel)));
    QVERIFY2(words(part<BudgetPanel>()).contains("9 triplets in 3 matrices by the rank map"),
        qPrintable(words(part<BudgetPanel>())));
    QCOMPARE(m_form->derivedText("adalora.init_rank"), "7 (by the map)");
}

void TestRankMaps::otherTargetsSayWhatHappens()
{
    useRankMap(*m_form, {{q0, 7}, {up1, 2}, {down5, 0}});
    m_form->setValue("adalora.modules", FieldValue {std::vector<std::string> {"0.q_proj", "5.down_proj"}});
    const Issue* issue = issueOfMap();
    QVERIFY(issue && issue->severity == Severity::Error);
    QVERIFY2(issue->text.english().find("\"" + up1 + "\" the rank 2, but adalora.targets") != std::string::npos,
        issue->text.english().c_str());
    mend();
    QVERIFY(m_form->config().adalora.rankMap.empty());
    QCOMPARE(m_form->errorCount(), 0);
    QCOMPARE(m_form->facts().matrices, 2); // the choice stays
}

void TestRankMaps::otherMethodsSayWhatHappens()
{
    useRankMap(*m_form, {{q0, 7}, {up1, 2}, {down5, 0}});
    m_form->setText("method.name", "lora");
    QVERIFY(issueOfMap() == nullptr);
    m_form->setText("method.name", "adalora");
    const Issue* issue = issueOfMap();
    QVERIFY(issue && issue->text.english().find("method.name is adalora") != std::string::npos);
    QVERIFY(part<TargetsPanel>().mapButton().isHidden());
    m_form->setText("method.name", "svd-lora"); // back: the map is still there, and shown
    QVERIFY(issueOfMap() == nullptr);
    QCOMPARE(part<TargetsPanel>().shown(), TargetsPanel::Shown::FixedRank);
    m_form->setText("method.name", "adalora");
    mend();
    QVERIFY(m_form->config().adalora.rankMap.empty());
    QVERIFY(issueOfMap() == nullptr);
}

void TestRankMaps::theMapIsDroppedBelowTheGrid()
{
    auto& panel = part<TargetsPanel>();
    useRankMap(*m_form, {{q0, 7}, {up1, 2}, {down5, 0}});
    QCOMPARE(panel.mapButton().text(), "Drop the map");
    QVERIFY(!panel.mapButton().isHidden());
    panel.mapButton().click();
    QVERIFY(m_form->config().adalora.rankMap.empty());
    QVERIFY(panel.mapButton().isHidden());
    const QString spoken = panel.map().spokenSummary(); // one rank again: the target
    QVERIFY2(spoken.contains("18 of 18 triplets kept"), qPrintable(spoken));
    // A map of another model changes no target, and says what is wrong.
    useRankMap(*m_form, {{"model.layers.60.self_attn.q_proj", 3}});
    QCOMPARE(m_form->facts().matrices, 3);
    QVERIFY(issueOfMap() && issueOfMap()->text.english().find("no matrix of the model") != std::string::npos);
}

/// Such a run has no masking event that would name its matrices: the map does.
void TestRankMaps::aRecordedRunShowsItsMap()
{
    useRankMap(*m_form, {{q0, 7}, {up1, 2}, {down5, 0}});
    const std::filesystem::path folder = m_folder.filePath("mapped").toStdString();
    std::filesystem::create_directories(folder);
    writeFileAtomically(folder / "config.json", toJson(withResolved(m_form->config(), m_form->resolved())));
    writeFileAtomically(
        folder / "metrics.jsonl", toJsonLine(MetricPoint {1, 2.5, 0.1, 1e-3, 9, 0.5, 100, 0.5, {}}) + "\n");
    RunModel run;
    run.showRecorded(readRecordedRun(QString::fromStdString(folder.string())));
    QVERIFY(run.layout());
    QCOMPARE(run.layout()->tripletCount(), 9);
    QVERIFY(run.plan().hasRankMap);
    const auto snapshot = run.shownSnapshot();
    QVERIFY(snapshot);
    QCOMPARE(snapshot->modules.size(), 3U);
    QCOMPARE(snapshot->modules[0].rank, 7);
    QCOMPARE(snapshot->modules[1].rank, 2);
    QCOMPARE(snapshot->modules[2].rank, 0);
}

QTEST_MAIN(TestRankMaps)
#include "tst_rankmaps.moc"
