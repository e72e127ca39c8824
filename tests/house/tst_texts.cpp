// SPDX-License-Identifier: GPL-3.0-or-later
// Every sentence of the studio can be translated: what a widget is told to show, say or be called goes through tr().
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

namespace {

/// The literals of @p source that a person would read and no translator would ever see.
QStringList untranslated(const QString& source)
{
    static const QRegularExpression call(QStringLiteral(
        R"RX(\b(?:setText|setToolTip|setTitle|setWindowTitle|setPlaceholderText|setAccessibleName|setAccessibleDescription|setWhatsThis|setHeaderLabels|setMessage|setNote|setEmptyText|setLoading|addAction|addMenu|addItem|makeText|makeCaption|makeHeading|makeTitle|makeSmallButton|new QPushButton|new QLabel|new QCheckBox)\(\{?\s*(?:QStringLiteral|QLatin1String|QString::fromLatin1|QString)?\(?"((?:[^"\\]|\\.)*)")RX"));
    static const QRegularExpression markup(QStringLiteral("<[^>]*>|%\\d"));
    static const QRegularExpression word(QStringLiteral("[a-z]{3,}"));
    QStringList found;
    for (auto hits = call.globalMatch(source); hits.hasNext();) {
        QString literal = hits.next().captured(1);
        literal.remove(markup).remove(QStringLiteral("Spectune")); // names stay as they are
        if (literal.contains(word))
            found << literal.trimmed();
    }
    return found;
}

} // namespace

class TestTexts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anUntranslatedTextIsFound_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("found");
        QTest::addRow("plain") << QStringLiteral("label->setText(\"Loss per token\");") << 1;
        QTest::addRow("literal macro") << QStringLiteral("makeCaption(QStringLiteral(\"Loss per token\"))") << 1;
        QTest::addRow("over two lines") << QStringLiteral("button->setToolTip(\n    \"Stops the run\");") << 1;
        QTest::addRow("translated") << QStringLiteral("label->setText(tr(\"Loss per token\"));") << 0;
        QTest::addRow("symbol") << QStringLiteral("makeText(QStringLiteral(\"|λ|\"))") << 0;
        QTest::addRow("markup") << QStringLiteral("x->setText(QStringLiteral(\"<span style='color:%1'>▼ %2</span>\"))")
                                << 0;
        QTest::addRow("the name") << QStringLiteral("setWindowTitle(QStringLiteral(\"%1 – Spectune\"))") << 0;
    }
    void anUntranslatedTextIsFound()
    {
        QFETCH(QString, line);
        QFETCH(int, found);
        QCOMPARE(untranslated(line).size(), found);
    }

    void theStudioIsTranslatable()
    {
        const QString root = qEnvironmentVariable("SPECTUNE_SOURCE_DIR");
        int files = 0;
        QStringList all;
        for (const char* room : {"/ui", "/visualization", "/app/studio"})
            for (QDirIterator it(root + QLatin1String(room), {"*.cpp"}, QDir::Files); it.hasNext();) {
                QFile file(it.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                ++files;
                for (const QString& text : untranslated(QString::fromUtf8(file.readAll())))
                    all << file.fileName() + QStringLiteral(": ") + text;
            }
        QVERIFY(files > 60);
        QVERIFY2(all.isEmpty(), qPrintable(all.join(QLatin1Char('\n'))));
    }
};

QTEST_GUILESS_MAIN(TestTexts)
#include "tst_texts.moc"
