// SPDX-License-Identifier: GPL-3.0-or-later
// Every sentence of the studio can be translated: what a widget is told to show, say or be called goes through tr(),
// and what went wrong is a pattern.
#include "tests/house/UntranslatedTexts.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

using spectune::testing::untranslated;

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
        QTest::addRow("failure") << QStringLiteral("fail(QStringLiteral(\"a frame is too large\"));") << 1;
        QTest::addRow("exception") << QStringLiteral("throw std::runtime_error(\n    file + \" cannot be read\");")
                                   << 1;
        QTest::addRow("message") << QStringLiteral("fail(makeMessage(\"a frame is too large\"));") << 0;
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
                const QString source = QString::fromUtf8(file.readAll());
                for (const QString& text : untranslated(source))
                    all << file.fileName() + QStringLiteral(": ") + text;
                // lupdate finds literals alone: what is handed through a function of one's own stays English.
                static const QRegularExpression handedOn(QStringLiteral("translate\\(\"[^\"]+\", *[A-Za-z_]"));
                if (handedOn.match(source).hasMatch())
                    all << file.fileName() + QStringLiteral(": translate() of a text that is no literal");
            }
        QVERIFY(files > 60);
        QVERIFY2(all.isEmpty(), qPrintable(all.join(QLatin1Char('\n'))));
    }
};

QTEST_GUILESS_MAIN(TestTexts)
#include "tst_texts.moc"
