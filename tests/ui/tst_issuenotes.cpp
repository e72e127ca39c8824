// SPDX-License-Identifier: GPL-3.0-or-later
// A note tells what a setting brings with it: it is shown with its field, and counts as neither warning nor error.
#include "tests/ui/SceneEngine.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/IssueList.h"

#include <QFrame>
#include <QTest>

#include <algorithm>

using namespace spectune;

class TestIssueNotes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aNoteIsNoWarning();
    void anErrorOfTheSameFieldComesFirst();

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

QTEST_MAIN(TestIssueNotes)
#include "tst_issuenotes.moc"
