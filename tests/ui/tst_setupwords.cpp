// SPDX-License-Identifier: GPL-3.0-or-later
// How the set-up page writes values and names, that its issue cards fit their column, and the handles of ΔT and T.
#include "tests/ui/MarkingTranslator.h"
#include "tests/ui/SceneAnswers.h"
#include "tests/ui/SceneEngine.h"
#include "ui/BudgetPanel.h"
#include "ui/ConfigForm.h"
#include "ui/DataPanel.h"
#include "ui/ElidedButton.h"
#include "ui/FieldEditor.h"
#include "ui/FieldLine.h"
#include "ui/FieldTexts.h"
#include "ui/IssueList.h"
#include "ui/KeyValueList.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/TargetsPanel.h"
#include "visualization/BudgetCurve.h"
#include "visualization/Fonts.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QCoreApplication>
#include <QFontMetrics>
#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QTest>
#include <QToolButton>

#include <algorithm>
#include <cstdlib>

using namespace spectune;

namespace {

/// What the narrowest column leaves for a card: 270 px less the scroll bar and the section's margins.
constexpr int cardRoom = 236;

} // namespace

class TestSetupWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theBudgetsSummaryStaysInItsLine();
    void withoutAModelNothingIsOffered();
    void lastSaysLastLayers();
    void theFormatStandsBesideItsHeading();
    void numbersHaveOneForm_data();
    void numbersHaveOneForm();
    void sentencesGetShownNumbers_data();
    void sentencesGetShownNumbers();
    void longWordsCanBreak();
    void everyZeroThatIsNoAmountHasWords();
    void restingFieldsReadLikeTheRest();
    void choicesAreNamedInWords();
    void theTablesWordsAreTranslated();
    void issueCardsFitTheNarrowestColumn();
    void theModelIsToldWhole();
    void theHandlesOfIntervalAndLengthMoveTheirFields();

private:
    [[nodiscard]] static FieldLine& lineOf(const QWidget& editor) { return *editor.findChild<FieldLine*>(); }
};

/// Beside its heading, on one line with it: in few words where there is little room, and then whole as a tool tip.
void TestSetupWords::theBudgetsSummaryStaysInItsLine()
{
    ConfigForm form;
    SetupPage page(form);
    form.setModel(test::sceneModel(6));
    page.resize(1920, 640);
    page.applyDefaultWidths(1920);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    form.setText("train.steps", "800");
    form.setText("adalora.init_rank", "8");
    form.setText("adalora.target_rank", "3");
    form.setText("adalora.ti", "80");
    form.setText("adalora.tf", "300");
    form.setText("adalora.delta_t", "10");
    auto* panel = page.findChild<BudgetPanel*>();
    const auto labels = panel->findChildren<QLabel*>();
    const auto found = std::ranges::find_if(
        labels, [](const QLabel* label) { return label->accessibleName().contains(" triplets, "); });
    QVERIFY(found != labels.end());
    const QLabel* summary = *found;
    const QString whole = QStringLiteral("126 of 336 triplets, 42 events");
    QTRY_COMPARE(summary->accessibleName(), whole);
    QTRY_COMPARE(summary->text(), whole);
    const int wide = summary->fontMetrics().horizontalAdvance(whole);
    QVERIFY(summary->width() >= wide);
    auto* splitter = page.findChild<QSplitter*>();
    QList<int> sizes = splitter->sizes();
    const int place = splitter->indexOf(panel->parentWidget());
    QVERIFY(place > 0);
    const int spare = summary->width() - wide + 4; // four pixels too few
    sizes[place] -= spare;
    sizes[place - 1] += spare;
    splitter->setSizes(sizes);
    QTRY_COMPARE(summary->text(), QStringLiteral("126 of 336, 42 events"));
    QTRY_VERIFY(summary->heightForWidth(summary->width()) < 2 * summary->fontMetrics().height());
    QVERIFY(summary->toolTip().startsWith(whole));
    sizes[place] += spare;
    sizes[place - 1] -= spare;
    splitter->setSizes(sizes);
    QTRY_COMPARE(summary->text(), whole);
}

void TestSetupWords::withoutAModelNothingIsOffered()
{
    ConfigForm form;
    const SetupPage page(form);
    const auto offered = [&page](const char* words) {
        const auto buttons = page.findChildren<QAbstractButton*>();
        const auto found
            = std::ranges::find_if(buttons, [&](const QAbstractButton* button) { return button->text() == words; });
        return found != buttons.end() && (*found)->isEnabledTo(&page);
    };
    const auto* count = page.findChild<TargetsPanel*>()->findChild<QLineEdit*>();
    for (const char* words : {"All", "Attention", "FFN", "q, v", "Last", "Suggest"})
        QVERIFY2(!offered(words), words);
    QVERIFY(!count->isEnabled());
    form.setModel(test::sceneModel(6));
    for (const char* words : {"All", "Attention", "FFN", "q, v", "Last", "Suggest"})
        QTRY_VERIFY2(offered(words), words);
    QVERIFY(count->isEnabled());
}

void TestSetupWords::lastSaysLastLayers()
{
    ConfigForm form;
    const SetupPage page(form);
    const auto* targets = page.findChild<TargetsPanel*>();
    const auto buttons = targets->findChildren<QAbstractButton*>();
    const auto last = std::ranges::find(buttons, QStringLiteral("Last"), &QAbstractButton::text);
    QVERIFY(last != buttons.end());
    QCOMPARE((*last)->accessibleName(), "Last layers");
    const auto* count = targets->findChild<QLineEdit*>();
    for (const QWidget* part : std::initializer_list<const QWidget*> {*last, count})
        QVERIFY2(part->toolTip().contains("last layers"), qPrintable(part->toolTip()));
}

void TestSetupWords::theFormatStandsBesideItsHeading()
{
    ConfigForm form;
    SetupPage page(form);
    form.setModel(test::sceneModel(6));
    form.setPreview(test::scenePreview({}), false);
    page.resize(1280, 700);
    page.show();
    const QLabel* heading = nullptr;
    const QLabel* format = nullptr;
    for (const QLabel* label : page.findChild<DataPanel*>()->findChildren<QLabel*>()) {
        heading = label->text() == "Dataset" ? label : heading;
        format = label->text().startsWith("read as ") ? label : format;
    }
    QVERIFY(heading && format);
    const auto middle = [](const QLabel& label) { return label.mapTo(label.window(), label.rect().center()).y(); };
    QTRY_VERIFY(std::abs(middle(*heading) - middle(*format)) <= 1);
    QVERIFY(format->width() >= format->sizeHint().width());
}

void TestSetupWords::numbersHaveOneForm_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("shown");
    QTest::newRow("small") << "12"
                           << "12";
    QTest::newRow("thousands") << "8000"
                               << "8,000";
    QTest::newRow("millions") << "1234567"
                              << "1,234,567";
    QTest::newRow("fraction") << "0.0012"
                              << "0.0012";
    QTest::newRow("large fraction") << "1234.5"
                                    << "1,234.5";
    QTest::newRow("negative") << "-3"
                              << "−3";
    QTest::newRow("exponent") << "1e-8"
                              << "1e−8";
    QTest::newRow("no number") << "fast"
                               << "fast";
    QTest::newRow("a list") << "1,2"
                            << "1,2";
    QTest::newRow("on its way") << "1e-"
                                << "1e-";
}

void TestSetupWords::numbersHaveOneForm()
{
    QFETCH(QString, typed);
    QFETCH(QString, shown);
    QCOMPARE(shownNumber(typed), shown);
    QCOMPARE(plainNumberText(shown), typed); // pasted into a field
}

void TestSetupWords::sentencesGetShownNumbers_data()
{
    QTest::addColumn<QString>("sentence");
    QTest::addColumn<QString>("shown");
    QTest::newRow("counts") << "adalora.ti is 8000, must be below 1000"
                            << "adalora.ti is 8,000, must be below 1,000";
    QTest::newRow("its end") << "must be at most 4096."
                             << "must be at most 4,096.";
    QTest::newRow("exponent") << "optim.lr is 1e-4 (2e-5 before)"
                              << "optim.lr is 1e−4 (2e−5 before)";
    QTest::newRow("as typed") << "train.steps is \"10000x\""
                              << "train.steps is \"10000x\"";
    QTest::newRow("a path") << "/runs 2024/card-1000/x.jsonl does not exist."
                            << "/runs 2024/card-1000/x.jsonl does not exist.";
    QTest::newRow("decimals") << "is 0.00012, s = 1234.5678"
                              << "is 0.00012, s = 1234.5678";
}

void TestSetupWords::sentencesGetShownNumbers()
{
    QFETCH(QString, sentence);
    QFETCH(QString, shown);
    QCOMPARE(withShownNumbers(sentence), shown);
}

void TestSetupWords::longWordsCanBreak()
{
    const QString text
        = QStringLiteral("short words, then /data/a_rather_long_name/andonewithoutanyseparatorinside.jsonl "
                         "🦊🦊🦊🦊🦊🦊🦊🦊🦊");
    const QString shown = breakable(text, 12);
    int run = 0;
    for (const QChar letter : shown) {
        run = letter.isSpace() || letter == QChar(0x200B) ? 0 : run + 1;
        QVERIFY(run <= 13); // a pair of surrogates stays one letter
    }
    QVERIFY(shown.startsWith(QStringLiteral("short words, then /data/")));
    QCOMPARE(QString(shown).remove(QChar(0x200B)), text);
    QVERIFY(!shown.toUcs4().contains(0xD83EU)); // none was torn
}

void TestSetupWords::everyZeroThatIsNoAmountHasWords()
{
    for (const FieldInfo& info : fields())
        QVERIFY2((info.help.find(". 0: ") != std::string_view::npos) == !info.zero.empty(), info.key.data());
}

void TestSetupWords::restingFieldsReadLikeTheRest()
{
    ConfigForm form;
    const FieldEditor threads(form, "train.threads");
    QCOMPARE(lineOf(threads).text(), "0");
    QCOMPARE(lineOf(threads).shownText(), "all cores");
    form.setText("train.threads", "2");
    QCOMPARE(lineOf(threads).shownText(), "2");
    const FieldEditor evaluate(form, "train.eval_every");
    form.setText("train.eval_every", "8000");
    QCOMPARE(lineOf(evaluate).text(), "8000");
    QCOMPARE(lineOf(evaluate).shownText(), "8,000");
    QVERIFY(!lineOf(evaluate).grab().isNull());
    const FieldEditor epsilon(form, "optim.eps");
    QCOMPARE(lineOf(epsilon).shownText(), "1e−8");
    // What is read elsewhere can be typed here.
    const FieldEditor warmup(form, "optim.warmup");
    lineOf(warmup).setText("2,000");
    Q_EMIT lineOf(warmup).textEdited("2,000");
    QCOMPARE(form.config().optim.warmup, 2000);
    QVERIFY(warmup.mark() != FieldMark::Error);
    lineOf(epsilon).setText("1e−6");
    Q_EMIT lineOf(epsilon).textEdited("1e−6");
    QCOMPARE(form.config().optim.eps, 1e-6);
}

void TestSetupWords::choicesAreNamedInWords()
{
    ConfigForm form;
    const FieldEditor method(form, "method.name");
    QStringList names;
    for (QToolButton* button : method.findChildren<QToolButton*>()) {
        names << button->text();
        if (button->text() == "SVD-LoRA")
            button->click();
    }
    QCOMPARE(names, QStringList({"AdaLoRA", "LoRA", "SVD-LoRA", "Prune-LoRA"}));
    QVERIFY(form.config().method == Method::SvdLora);
    QCOMPARE(choiceWords("adalora.score", "sensitivity_uncertainty"),
        QString::fromUtf8("sensitivity\u200a×\u200auncertainty"));
    QCOMPARE(choiceWords("train.dtype", "bfloat16"), "bfloat16");
}

void TestSetupWords::theTablesWordsAreTranslated()
{
    const test::MarkingTranslator marks("FieldTexts");
    ConfigForm form;
    const FieldEditor rate(form, QStringLiteral("optim.lr"));
    const FieldEditor shuffle(form, QStringLiteral("data.shuffle"));
    QCOMPARE(rate.control().findChild<QLabel*>()->text(), QStringLiteral("§Learning rate"));
    QVERIFY2(rate.toolTip().contains(QStringLiteral("§Highest learning rate of AdamW.")), qPrintable(rate.toolTip()));
    QCOMPARE(shuffle.findChild<QCheckBox*>()->text(), QStringLiteral("§Shuffle"));
}

void TestSetupWords::issueCardsFitTheNarrowestColumn()
{
    ConfigForm form;
    form.setModel(test::sceneModel(2));
    form.setText(
        "model.path", "/home/somebody/models/a-rather-long-folder-name_without_spaces/checkpointnumberfourhundred");
    form.setText("train.steps", "1000");
    form.setText("adalora.tf", "2000");
    form.setText("adalora.sensitivity_step", "sometimes");
    form.setText("train.gradient_checkpointing", "perhaps");
    form.setText("adalora.alpha", "0.001");
    IssueList list(form);
    list.resize(cardRoom, 1200);
    list.show();
    int cards = 0;
    int mends = 0;
    for (const QFrame* card : list.findChildren<QFrame*>()) {
        if (!card->objectName().startsWith(QStringLiteral("Issue")))
            continue;
        ++cards;
        QVERIFY2(card->minimumSizeHint().width() <= cardRoom,
            qPrintable(card->property("key").toString() + QStringLiteral(": %1").arg(card->minimumSizeHint().width())));
        for (const ElidedButton* button : card->findChildren<ElidedButton*>()) {
            mends += button->text().startsWith(QStringLiteral("Set ")) ? 1 : 0;
            QVERIFY2(button->geometry().right() < card->width(), qPrintable(button->text()));
        }
    }
    QVERIFY(cards >= 5 && mends >= 1);
    const auto buttons = list.findChildren<ElidedButton*>();
    ElidedButton& narrow = *buttons.front();
    narrow.setText("train.gradient_checkpointing");
    narrow.resize(60, 24);
    QVERIFY(narrow.shownText().endsWith(QChar(0x2026)));
    QVERIFY(!narrow.grab().isNull());
}

void TestSetupWords::theModelIsToldWhole()
{
    ConfigForm form;
    SetupPage page(form);
    ModelSummary model = test::sceneModel(2);
    model.modelType = "mistral";
    model.layers = 126;
    model.width = 16384;
    model.heads = 128;
    model.kvHeads = 8;
    form.setModel(model);
    const QFontMetrics metrics(Fonts::caption());
    const auto& rows = page.findChild<DataPanel*>()->findChild<KeyValueList*>()->rows();
    constexpr int column = 300 - 24 - 10; // with room for a scroll bar
    for (std::size_t i = 0; i < 2; ++i)
        QVERIFY2(metrics.horizontalAdvance(rows[i].first) + 10 + metrics.horizontalAdvance(rows[i].second) <= column,
            qPrintable(rows[i].second));
    QCOMPARE(rows[0].second, "Mistral, 126 layers");
    QCOMPARE(rows[1].second, "16,384, 128 heads (8 kv)");
}

void TestSetupWords::theHandlesOfIntervalAndLengthMoveTheirFields()
{
    ConfigForm form;
    SetupPage page(form);
    page.resize(1440, 900);
    form.setModel(test::sceneModel(6));
    for (const auto& [key, text] : std::initializer_list<std::pair<const char*, const char*>> {{"train.steps", "1000"},
             {"adalora.init_rank", "12"}, {"adalora.target_rank", "6"}, {"adalora.ti", "100"}, {"adalora.tf", "300"},
             {"adalora.delta_t", "10"}})
        form.setText(key, text);
    page.show();
    auto& curve = *page.findChild<BudgetCurve*>();
    const auto drag = [&curve](BudgetHandle handle, int by) {
        const QPoint from = curve.handlePosition(handle).toPoint();
        QTest::mousePress(&curve, Qt::LeftButton, {}, from);
        QTest::mouseMove(&curve, from + QPoint(by, 0));
        QTest::mouseRelease(&curve, Qt::LeftButton, {}, from + QPoint(by, 0));
    };
    const auto field = [&page](const char* key) { return page.fields().find(key)->findChild<QLineEdit*>()->text(); };
    drag(BudgetHandle::Interval, 25);
    QVERIFY(form.config().adalora.deltaT.value_or(0) > 10);
    QCOMPARE(field("adalora.delta_t"), QString::number(*form.config().adalora.deltaT));
    drag(BudgetHandle::TotalSteps, 30); // out of the plot
    QVERIFY(form.config().train.steps > 1000);
    QCOMPARE(field("train.steps"), QString::number(form.config().train.steps));
    QCOMPARE(*form.config().adalora.tf, 300); // what was given stays
    drag(BudgetHandle::TotalSteps, -2000);
    QCOMPARE(form.config().train.steps, 1);
    QVERIFY(!curve.impossibleText().isEmpty() && form.errorCount() > 0);
    form.setText("train.steps", "500");
    form.setText("adalora.delta_t", "25");
    QCOMPARE(curve.budgetGeometry().values.totalSteps, 500);
    QCOMPARE(curve.budgetGeometry().values.interval, 25);
    QVERIFY(curve.impossibleText().isEmpty());
}

QTEST_MAIN(TestSetupWords)
#include "tst_setupwords.moc"
