// SPDX-License-Identifier: GPL-3.0-or-later
// A note tells what a setting brings with it: it is shown with its field, and counts as neither warning nor error.
#include "tests/ui/SceneEngine.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/IssueList.h"

#include <QCoreApplication>
#include <QFrame>
#include <QTest>

#include <algorithm>

using namespace spectune;

class TestIssueNotes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aNoteIsNoWarning();
    void anErrorOfTheSameFieldComesFirst();
    void anUntouchedFormHasNoErrors();
    void whatWasEmptiedIsAnError();
    void aStartDemandsAll();

private:
    static std::ptrdiff_t notesIn(const ConfigForm& form)
    {
        return std::ranges::count(form.issues(), Severity::Note, &Issue::severity);
    }
};

void TestIssueNotes::aNoteIsNoWarning()
{
    ConfigForm form;
    form.setModel(test::sceneModel(2));
    form.demandAll(); // what is still to be chosen is an error then, and no note
    const int errors = form.errorCount();
    const int warnings = form.warningCount();
    FieldEditor editor(form, "adalora.shrink");
    IssueList list(form);
    QCOMPARE(notesIn(form), std::ptrdiff_t {0});
    QVERIFY(editor.message().isEmpty() && list.findChild<QFrame*>("IssueNote") == nullptr);

    form.setText("adalora.shrink", "true");
    QCOMPARE(notesIn(form), std::ptrdiff_t {1});
    QCOMPARE(form.errorCount(), errors);
    QCOMPARE(form.warningCount(), warnings);
    QCOMPARE(editor.message(), QString("Shrinking changes the final phase"));
    QVERIFY(editor.mark() == FieldMark::None);
    QVERIFY(list.findChild<QFrame*>("IssueNote") != nullptr);
    QVERIFY(form.issues().back().severity == Severity::Note); // after all that is wrong or doubtful

    form.setText("adalora.gamma", "0");
    form.setText("optim.max_grad_norm", "0");
    QCOMPARE(notesIn(form), std::ptrdiff_t {0}); // exact: nothing to say
    QVERIFY(editor.message().isEmpty());
}

void TestIssueNotes::anErrorOfTheSameFieldComesFirst()
{
    ConfigForm form;
    form.setText("adalora.shrink", "true");
    form.setText("adalora.shrink", "perhaps"); // not a value: what was there before stays in the configuration
    QVERIFY(form.config().adalora.shrink);
    FieldEditor editor(form, "adalora.shrink");
    QVERIFY(editor.mark() == FieldMark::Error);
}

void TestIssueNotes::anUntouchedFormHasNoErrors()
{
    ConfigForm form;
    FieldEditor model(form, "model.path");
    FieldEditor data(form, "data.path");
    IssueList list(form);
    QCOMPARE(form.errorCount(), 0);
    QVERIFY(list.findChild<QFrame*>("IssueError") == nullptr);
    QCOMPARE(list.findChildren<QFrame*>("IssueNote").size(), 2);
    QVERIFY(model.mark() == FieldMark::None && data.mark() == FieldMark::None);
    QCOMPARE(model.message(), QString("Choose a model"));
    QCOMPARE(data.message(), QString("Choose a training file"));
    QCOMPARE(form.nextChoice(), QString("Choose a model"));
    form.setText("train.seed", "7"); // another field's edit is no fault of these
    QCOMPARE(form.errorCount(), 0);
    form.setText("model.path", QCoreApplication::applicationDirPath());
    QVERIFY(model.message().isEmpty());
    QCOMPARE(form.nextChoice(), QString("Choose a training file"));
}

void TestIssueNotes::whatWasEmptiedIsAnError()
{
    ConfigForm form;
    FieldEditor model(form, "model.path");
    FieldEditor data(form, "data.path");
    form.setText("model.path", "");
    QVERIFY(model.mark() == FieldMark::Error);
    QVERIFY(data.mark() == FieldMark::None);
    QCOMPARE(form.errorCount(), 1);
    form.setConfig({}); // a new set-up is untouched again
    QVERIFY(model.mark() == FieldMark::None);
    QCOMPARE(form.errorCount(), 0);
}

void TestIssueNotes::aStartDemandsAll()
{
    ConfigForm form;
    FieldEditor data(form, "data.path");
    IssueList list(form);
    form.demandAll();
    QVERIFY(data.mark() == FieldMark::Error);
    QCOMPARE(form.errorCount(), 2);
    QCOMPARE(list.findChildren<QFrame*>("IssueError").size(), 2);
    QVERIFY(form.nextChoice().isEmpty());
}

QTEST_MAIN(TestIssueNotes)
#include "tst_issuenotes.moc"
