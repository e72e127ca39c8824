// SPDX-License-Identifier: GPL-3.0-or-later
// The studio calls a field by its label wherever it writes a sentence about it; its key is for files and the terminal.
#include "tests/ui/SceneEngine.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/FieldTexts.h"
#include "ui/IssueList.h"

#include <QLabel>
#include <QTest>

using namespace spectune;

class TestFieldNames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void proseCallsFieldsByTheirLabels_data();
    void proseCallsFieldsByTheirLabels();
    void helpCallsFieldsByTheirLabels();
};

void TestFieldNames::proseCallsFieldsByTheirLabels_data()
{
    QTest::addColumn<QString>("mistakes");
    QTest::addColumn<QString>("key"); // of the field that has the title below it
    QTest::addColumn<QString>("title");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("tf") << "train.steps=329 adalora.tf=50000"
                        << "adalora.tf"
                        << "Final phase as long as the run"
                        << "Final phase (tf) is 50,000, must be below the run's 329 steps";
    QTest::newRow("ti and tf") << "train.steps=329 adalora.ti=8000 adalora.tf=50000"
                               << "adalora.tf"
                               << "Final phase as long as the run"
                               << "Final phase (tf) is 50,000, must be below the run's 329 steps";
    QTest::newRow("too much together") << "train.steps=100 adalora.ti=50 adalora.tf=50"
                                       << "adalora.ti"
                                       << "No step left to prune in"
                                       << "Warm-up end (ti) is 50, must be below 50";
    QTest::newRow("ranks") << "adalora.init_rank=4 adalora.target_rank=4"
                           << "adalora.target_rank"
                           << "Nothing to prune"
                           << "Target rank is 4, must be below Initial rank 4";
    QTest::newRow("warm-up") << "train.steps=100 optim.warmup=200"
                             << "optim.warmup"
                             << "LR warm-up as long as the run"
                             << "LR warm-up is 200, but the run has 100 steps";
    QTest::newRow("unreadable") << "optim.lr=fast"
                                << "optim.lr"
                                << "Not a value for this field"
                                << "Learning rate is \"fast\", needs a number";
}

void TestFieldNames::proseCallsFieldsByTheirLabels()
{
    QFETCH(const QString, mistakes);
    QFETCH(const QString, key);
    QFETCH(const QString, title);
    QFETCH(const QString, sentence);
    ConfigForm form;
    form.setModel(test::sceneModel(6));
    for (const QString& mistake : mistakes.split(' '))
        form.setText(mistake.section('=', 0, 0), mistake.section('=', 1));
    const FieldEditor editor(form, key);
    QCOMPARE(editor.message(), title);
    const IssueList list(form);
    QString prose;
    for (const QLabel* label : list.findChildren<QLabel*>())
        prose += label->text().remove(QChar(0x200B)) + '\n';
    QVERIFY(prose.contains(sentence));
    for (const FieldInfo& info : fields())
        QVERIFY2(!prose.contains(QString::fromUtf8(info.key)), qPrintable(prose));
}

void TestFieldNames::helpCallsFieldsByTheirLabels()
{
    for (const FieldInfo& info : fields()) {
        const QString help = fieldHelp(info);
        for (const FieldInfo& other : fields())
            QVERIFY2(!help.contains(QString::fromUtf8(other.key)), qPrintable(help));
    }
    QVERIFY(fieldHelp(*findField("adalora.init_rank")).contains("1.5 times Target rank"));
}

QTEST_MAIN(TestFieldNames)
#include "tst_fieldnames.moc"
