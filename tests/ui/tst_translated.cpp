// SPDX-License-Identifier: GPL-3.0-or-later
// In a language whose every sentence begins with "§", no English is left on any screen: what a person can read of the
// whole studio, tool tips and what a screen reader says included, went through tr().
#include "tests/ui/MarkingTranslator.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/ExportWindow.h"
#include "ui/FieldTexts.h"
#include "ui/FormulaView.h"
#include "ui/GlossaryPage.h"
#include "ui/KeyValueList.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/PresetBar.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/SetupPage.h"
#include "ui/TourScript.h"
#include "ui/TryPage.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

namespace {

/// Two words in a row: no number, key, path, unit or name of a matrix.
bool isSentence(const QString& text)
{
    static const QRegularExpression twoWords(QStringLiteral("\\b[A-Za-z]{2,},? [a-z]{2,}\\b"));
    return twoWords.match(text).hasMatch();
}

/// A word in a formula that is neither a symbol of the paper nor a function's name.
bool hasEnglishWord(const QString& formula)
{
    static const QRegularExpression word(
        QStringLiteral("\\b(?!(?:ti|tf|log|exp|min|mod|diag|rank)\\b)[A-Za-z]?[a-z]{2,}\\b"));
    return !formula.contains(QChar(0xa7)) && word.match(formula).hasMatch();
}

void note(QStringList& english, const QObject& owner, const char* what, const QString& text)
{
    static const QRegularExpression markup(QStringLiteral("<[^>]*>"));
    QString plain = text;
    plain.remove(markup);
    if (!plain.contains(QChar(0xa7)) && isSentence(plain))
        english << QStringLiteral("%1 %2 %3: %4")
                       .arg(QLatin1String(owner.metaObject()->className()), owner.objectName(), QLatin1String(what),
                           plain);
}

void readWidget(QStringList& english, const QWidget& widget)
{
    note(english, widget, "tool tip", widget.toolTip());
    note(english, widget, "name", widget.accessibleName());
    if (!widget.inherits("spectune::TokenView")) // which reads its sample
        note(english, widget, "description", widget.accessibleDescription());
    note(english, widget, "title", widget.windowTitle());
    for (const QAction* action : widget.actions()) {
        note(english, *action, "action", action->text());
        note(english, *action, "action's tip", action->toolTip());
    }
    if (const auto* label = qobject_cast<const QLabel*>(&widget))
        note(english, widget, "label", label->text());
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget))
        note(english, widget, "button", button->text());
    if (const auto* line = qobject_cast<const QLineEdit*>(&widget))
        note(english, widget, "placeholder", line->placeholderText());
    const auto* box = qobject_cast<const QComboBox*>(&widget);
    for (int i = 0; box && i < box->count(); ++i) {
        note(english, widget, "choice", box->itemText(i));
        note(english, widget, "choice's tip", box->itemData(i, Qt::ToolTipRole).toString());
    }
}

/// The English that @p window shows or would show.
QStringList englishOf(const QWidget& window)
{
    QStringList english;
    readWidget(english, window);
    for (const QWidget* widget : window.findChildren<QWidget*>())
        readWidget(english, *widget);
    english.removeDuplicates();
    return english;
}

} // namespace

class TestTranslated : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void sentencesAreTold_data();
    void sentencesAreTold();
    void settingUp();
    void presets();
    void aRunAndItsExport();
    void aFailure();
    void theOtherPages();
    void choicesOfFields();
    void formulas_data();
    void formulas();
    void theGlossary();

private:
    void isTranslated(const char* when, const QWidget* widget = nullptr)
    {
        const QStringList english = englishOf(widget ? *widget : static_cast<const QWidget&>(window()));
        QVERIFY2(english.isEmpty(), qPrintable(QLatin1String(when) + QStringLiteral(":\n") + english.join('\n')));
    }
};

void TestTranslated::sentencesAreTold_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("english");
    QTest::newRow("sentence") << "Stops the run" << true;
    QTest::newRow("in markup") << "<b>Stops</b> the run" << true;
    QTest::newRow("translated") << QStringLiteral("§Stops the run") << false;
    QTest::newRow("key") << "optim.lr" << false;
    QTest::newRow("path") << "/tmp/a folder/model" << false;
    QTest::newRow("numbers") << "1,500 / 2,000" << false;
}

void TestTranslated::sentencesAreTold()
{
    QFETCH(const QString, text);
    QFETCH(const bool, english);
    QLabel label(text);
    QCOMPARE(!englishOf(label).isEmpty(), english);
}

void TestTranslated::settingUp()
{
    const test::MarkingTranslator marks;
    QVERIFY(m_bench->open());
    isTranslated("setting up");
    window().form().setValue("adalora.alpha", FieldValue {4.0});
    window().form().setText("train.steps", "1000");
    window().form().setText("adalora.tf", "2000");
    window().form().setText("adalora.sensitivity_step", "sometimes");
    window().form().setValue("model.path", FieldValue {m_bench->path("broken").toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window().form().errorCount() >= 3, patience);
    isTranslated("issues");
}

/// The shipped ones are read in the language, a person's own as it was written.
void TestTranslated::presets()
{
    const test::MarkingTranslator marks;
    QVERIFY(m_bench->open());
    PresetBar& bar = window().setup().presets();
    const std::vector<Preset>& all = bar.library().presets();
    QVERIFY(all.size() >= 15);
    for (std::size_t i = 0; i < all.size(); ++i) {
        bar.choose(static_cast<int>(i));
        isTranslated("a preset");
        QVERIFY2(bar.note().contains(QStringLiteral("§") + all[i].aboutShort), qPrintable(bar.note()));
        QVERIFY(bar.details()->text().contains(QStringLiteral("§") + all[i].about));
    }
    Preset own = all.back();
    own.own = true;
    QCOMPARE(presetWords(own, own.about), own.about);
    QCOMPARE(presetWords(all.back(), QString()), QString());
}

void TestTranslated::aRunAndItsExport()
{
    const test::MarkingTranslator marks;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    isTranslated("starting");
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    isTranslated("finished");
    window().run().showStep(200);
    isTranslated("looking back");
    window().showExport();
    isTranslated("before the export", window().exportWindow());
    window().exportWindow()->write();
    QTRY_COMPARE_WITH_TIMEOUT(window().exportWindow()->written().size(), 5U, patience);
    isTranslated("after the export", window().exportWindow());
}

void TestTranslated::aFailure()
{
    const test::MarkingTranslator marks;
    m_bench->scene->failAt = 420;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    isTranslated("failed");
}

void TestTranslated::theOtherPages()
{
    const test::MarkingTranslator marks;
    QVERIFY(m_bench->open());
    for (const Workspace page : {Workspace::Live, Workspace::Try, Workspace::Runs, Workspace::Learn}) {
        window().showWorkspace(page);
        isTranslated("a page");
    }
}

/// In the form, and wherever else a choice is told.
void TestTranslated::choicesOfFields()
{
    const test::MarkingTranslator marks;
    const QStringList names {"alpaca", "e2e", "float32", "bfloat16", "float64"};
    int choices = 0;
    for (const FieldInfo& info : fields())
        for (const std::string_view choice : info.choices) {
            const QString name = QString::fromUtf8(choice);
            if (info.key == "method.name" || names.contains(name))
                continue;
            ++choices;
            QVERIFY2(choiceWords(info.key, name).startsWith(QStringLiteral("§")), qPrintable(name));
        }
    QVERIFY(choices > 10);
    QVERIFY(m_bench->open());
    QTRY_VERIFY(std::ranges::any_of(window().setup().findChildren<QLabel*>(),
        [](const QLabel* label) { return label->text() == QStringLiteral("§read as §prompt, completion"); }));
    QStringList schedules;
    for (const KeyValueList* list : window().live().rail().findChildren<KeyValueList*>())
        for (const auto& [name, value] : list->rows())
            if (name == QStringLiteral("§schedule"))
                schedules << value;
    QCOMPARE(schedules.size(), 1);
    QVERIFY2(schedules.front().startsWith(QStringLiteral("§")), qPrintable(schedules.front()));
}

void TestTranslated::formulas_data()
{
    QTest::addColumn<ScoreKind>("score");
    QTest::newRow("both") << ScoreKind::SensitivityUncertainty;
    QTest::newRow("sensitivity") << ScoreKind::Sensitivity;
    QTest::newRow("magnitude") << ScoreKind::Magnitude;
}

/// Of the inspector and of the tour, in which symbols and words stand beside each other.
void TestTranslated::formulas()
{
    QFETCH(const ScoreKind, score);
    QVERIFY(hasEnglishWord("= s(P) + mean s(Q)") && hasEnglishWord("t = 0, or t = T"));
    QVERIFY(!hasEnglishWord("L = C + log p(x),  ti < t < T − tf"));
    const test::MarkingTranslator marks;
    m_bench->runTo(SessionState::Finished);
    const auto snapshot = window().run().shownSnapshot();
    QVERIFY(snapshot && snapshot->hasScores);
    std::vector<std::pair<QString, QString>> rows;
    for (int triplet = 0; triplet < static_cast<int>(snapshot->layout->rankOf(ModuleIndex {0})); ++triplet) {
        const FormulaLines lines = FormulaLines::of(*snapshot, ModuleIndex {0}, triplet, score);
        rows.insert(rows.end(), lines.rows.begin(), lines.rows.end());
        rows.emplace_back(lines.title, lines.note);
    }
    TourFacts facts = TourFacts::of(window().run());
    facts.config.adalora.score = score;
    for (const TourStop& stop : tourStops()) {
        const TourText text = stop.text(facts, ModuleIndex {0});
        rows.insert(rows.end(), text.formula.begin(), text.formula.end());
    }
    QVERIFY(rows.size() > 30);
    for (const auto& [left, right] : rows)
        QVERIFY2(!hasEnglishWord(left) && !hasEnglishWord(right), qPrintable(left + QLatin1Char(' ') + right));
}

/// Each term's page line by line: what is read there is no label that could be looked at.
void TestTranslated::theGlossary()
{
    const test::MarkingTranslator marks;
    QVERIFY(m_bench->open());
    GlossaryPage& page = window().learn().page().glossary();
    const Glossary glossary;
    QVERIFY(glossary.terms().size() > 20);
    for (const GlossaryTerm& term : glossary.terms()) {
        QVERIFY2(!hasEnglishWord(term.formula), qPrintable(term.formula));
        page.showTerm(term.id);
        QCOMPARE(page.term(), term.id);
        QVERIFY2(page.text().simplified().contains(term.formula.simplified()), qPrintable(page.text()));
        for (const QString& line : page.text().split(QLatin1Char('\n')))
            QVERIFY2(line.contains(QChar(0xa7)) || !isSentence(line), qPrintable(term.id + ": " + line));
    }
}

QTEST_MAIN(TestTranslated)
#include "tst_translated.moc"
