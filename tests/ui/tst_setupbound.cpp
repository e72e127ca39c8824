// SPDX-License-Identifier: GPL-3.0-or-later
// The rank bound on the set-up page: told where the outputs are few, and of generated text that it does not bind it.
#include "tests/ui/SceneEngine.h"
#include "ui/ConfigForm.h"
#include "ui/RankBoundPanel.h"

#include <QLabel>
#include <QLineEdit>
#include <QTest>

#include <memory>

using namespace spectune;

class TestSetupBound : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void theRankBoundIsForFewOutputs();
    void theRankBoundFollowsItsOutputs();

private:
    std::unique_ptr<ConfigForm> m_form;
};

void TestSetupBound::init()
{
    m_form = std::make_unique<ConfigForm>();
    RunConfig config;
    config.adalora.initRank = 12;
    config.adalora.targetRank = 6;
    m_form->setConfig(config);
    m_form->setModel(test::sceneModel(6));
    DataPreview preview;
    preview.format = DataFormat::Text;
    preview.samples = 1500;
    m_form->setPreview(preview, false);
}

void TestSetupBound::theRankBoundIsForFewOutputs()
{
    RankBoundPanel panel(*m_form);
    const auto said = [&panel] {
        QString words;
        for (const QLabel* label : panel.findChildren<QLabel*>())
            words += label->text() + '\n';
        return words;
    };
    // Text is generated: no rank is held against anything, in whatever form it stands in the file.
    for (const DataFormat format :
        {DataFormat::Text, DataFormat::Chat, DataFormat::Alpaca, DataFormat::PromptCompletion, DataFormat::Table}) {
        DataPreview preview;
        preview.format = format;
        preview.samples = 1500;
        m_form->setPreview(preview, false);
        QCOMPARE(panel.bound(), QString());
        QVERIFY2(panel.comparison().startsWith("Does not bind this run"), qPrintable(panel.comparison()));
        QVERIFY2(!said().contains("below it") && !said().contains("spurious"), qPrintable(said()));
    }
    // A table's label is one of few.
    m_form->setText("data.columns.label", "sentiment");
    QCOMPARE(panel.bound(), QStringLiteral("r ≥ 55")); // 55 · 56 / 2 = 1540 > 1500
    QVERIFY(panel.comparison().contains("init 12 and target 6 are below it"));
    QVERIFY2(
        said().contains("No limit: ") && said().contains("Far smaller ranks usually suffice."), qPrintable(said()));
    m_form->forgetPreview(false);
    QVERIFY2(panel.comparison().contains("samples N are counted"), qPrintable(panel.comparison()));
}

void TestSetupBound::theRankBoundFollowsItsOutputs()
{
    RankBoundPanel panel(*m_form);
    auto* outputs = panel.findChild<QLineEdit*>();
    outputs->setText("1"); // whatever the file is, a person may know better
    QCOMPARE(panel.bound(), QStringLiteral("r ≥ 55"));
    outputs->setText("2");
    QCOMPARE(panel.bound(), QStringLiteral("r ≥ 77"));
    DataPreview few;
    few.samples = 32;
    m_form->setPreview(few, false);
    outputs->setText("1");
    QCOMPARE(panel.bound(), QStringLiteral("r ≥ 8"));
    QVERIFY(panel.comparison().contains("init 12 is above it, target 6 below"));
    outputs->clear();
    QCOMPARE(panel.bound(), QString());
}

QTEST_MAIN(TestSetupBound)
#include "tst_setupbound.moc"
