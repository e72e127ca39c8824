// SPDX-License-Identifier: GPL-3.0-or-later
// What the engine says reaches the screen in the desktop's language, with its values in their places.
#include "tests/ui/MarkingTranslator.h"
#include "training/core/Error.h"
#include "ui/MessageWords.h"
#include "ui/PresetLibrary.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <new>

using namespace spectune;

namespace {

/// Puts the second value before the first, as some languages do.
class Turned final : public QTranslator {
public:
    Turned() { QCoreApplication::installTranslator(this); }
    ~Turned() override { QCoreApplication::removeTranslator(this); }
    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(
        const char* context, const char* text, const char* /*which*/, int /*number*/) const override
    {
        const bool known = qstrcmp(context, "Messages") == 0 && qstrcmp(text, "%1 has %2 rows.") == 0;
        return known ? QStringLiteral("%2 Zeilen: %1") : QString();
    }
};

template <typename Exception>
QString wordsOf(const Exception& exception)
{
    try {
        throw exception;
    } catch (const std::exception&) {
        return caughtWords();
    }
}

} // namespace

class TestMessageWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void englishIsTheMessagesOwn();
    void patternsAreTranslated();
    void fieldsAreCalledByTheirLabels();
    void numbersOfFieldsAreToldInTheirForm();
    void exceptionsAreTranslated();
    void patternsAreCollected();
    void presetsAreCollected();
};

void TestMessageWords::englishIsTheMessagesOwn()
{
    const Message message
        = makeMessage("%1: %2%3", "a%2.json", makeMessage("%2 before %1", "%1", -4), Message::verbatim(" 100 %1"));
    QCOMPARE(messageWords(message), QString::fromStdString(message.english()));
    QCOMPARE(messageWords(Message()), QString());
}

void TestMessageWords::patternsAreTranslated()
{
    const Turned turned;
    QCOMPARE(messageWords(makeMessage("%1 has %2 rows.", "%2.txt", 7)), "7 Zeilen: %2.txt");
    QCOMPARE(messageWords(makeMessage("%1: %2", "x", makeMessage("%1 has %2 rows.", "a", 1))), "x: 1 Zeilen: a");
    QCOMPARE(messageWords(makeMessage("%1 has no rows.", "a")), "a has no rows."); // not translated yet
    QCOMPARE(messageWords(Message::verbatim("%1 has %2 rows.")), "%1 has %2 rows."); // somebody's text
}

void TestMessageWords::fieldsAreCalledByTheirLabels()
{
    const Message both = makeMessage("adalora.ti is %1, must be below adalora.tf.", 5);
    QCOMPARE(labelledWords(both), "Warm-up end (ti) is 5, must be below Final phase (tf).");
    QCOMPARE(messageWords(both), "adalora.ti is 5, must be below adalora.tf."); // for a log
    QCOMPARE(labelledWords(makeMessage("%1 is %2; %3", "optim.lr", -1, both)),
        "Learning rate is -1; " + labelledWords(both));
    // What is somebody's own text stays, and so does what is no field.
    QCOMPARE(labelledWords(makeMessage("%1: data.max_length is %2", "/a/train.steps/b", 7)),
        "/a/train.steps/b: Length limit is 7");
    QCOMPARE(
        labelledWords(makeMessage("model.layers.0 is not in config.json")), "model.layers.0 is not in config.json");
    const test::MarkingTranslator marks("FieldTexts");
    QCOMPARE(labelledWords(both), "§Warm-up end (ti) is 5, must be below §Final phase (tf).");
}

void TestMessageWords::numbersOfFieldsAreToldInTheirForm()
{
    const auto edited = [](const char* key, const char* after, const char* before) {
        return toldWords(makeMessage("From step %1 on %2 is %3; it was %4.", 12345, key, after, before));
    };
    QCOMPARE(edited("optim.lr", "0.003", "0.007"),
        QStringLiteral("From step 12,345 on Learning rate is 3.00e−3; it was 7.00e−3."));
    QCOMPARE(edited("adalora.target_rank", "4", "8"), "From step 12,345 on Target rank is 4; it was 8.");
    QVERIFY(edited("train.save_every", "0", "50").endsWith("is at the end; it was 50."));
    // What is no number of the field, or stands before its key, stays.
    QCOMPARE(
        toldWords(makeMessage("%1: %2 is %3.", "0.003", "optim.lr", "/a/0.003")), "0.003: Learning rate is /a/0.003.");
}

void TestMessageWords::exceptionsAreTranslated()
{
    const test::MarkingTranslator marks("Messages");
    QCOMPARE(wordsOf(ioError("%1 is gone.", "f")), QStringLiteral("§f is gone."));
    QVERIFY(wordsOf(std::bad_alloc()).startsWith(QStringLiteral("§The computer's memory was full.")));
    QCOMPARE(wordsOf(std::runtime_error("of a library")), "of a library");
}

/// Those of every room, over several lines and with quotes in them, and none that has no words.
void TestMessageWords::patternsAreCollected()
{
    const QTemporaryDir folder;
    QVERIFY(folder.isValid());
    for (const char* room : {"training", "ui", "visualization", "app"})
        QVERIFY(QDir(folder.path()).mkdir(QLatin1String(room)));
    const auto write = [&folder](const char* name, const char* text) {
        QFile file(folder.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
    };
    write("training/a.cpp",
        "throw configError(\n    \"one; [%1] \\\"x\\\" \"\n    \"goes on\", value);\nioError(\"%1: %2\", a, b);");
    write("ui/b.cpp", "makeMessage(\"two\"); notOurs(\"three\"); ioError(makeMessage(\"four\"));");
    QProcess script;
    script.start(QStringLiteral("cmake"),
        {"-DROOT=" + folder.path(), "-DOUT=" + folder.filePath("out.cpp"), "-P",
            qEnvironmentVariable("SPECTUNE_SOURCE_DIR") + "/cmake/MessageWords.cmake"});
    QVERIFY(script.waitForFinished() && script.exitCode() == 0);
    QFile out(folder.filePath("out.cpp"));
    QVERIFY(out.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(out.readAll()),
        QString("//: training/a.cpp\nQT_TRANSLATE_NOOP(\"Messages\", \"one; [%1] \\\"x\\\" \"\n    \"goes on\")\n"
                "//: ui/b.cpp\nQT_TRANSLATE_NOOP(\"Messages\", \"two\")\n"
                "//: ui/b.cpp\nQT_TRANSLATE_NOOP(\"Messages\", \"four\")\n"));
}

/// Every text of every shipped preset as it is looked up, with quotes in it.
void TestMessageWords::presetsAreCollected()
{
    const QTemporaryDir folder;
    QVERIFY(folder.isValid() && QDir(folder.path()).mkdir("presets"));
    for (const QFileInfo& file : QDir(":/presets").entryInfoList({"*.json"}, QDir::Files))
        QVERIFY(QFile::copy(file.filePath(), folder.filePath("presets/" + file.fileName())));
    QFile quoted(folder.filePath("presets/a.json"));
    QVERIFY(quoted.open(QIODevice::WriteOnly) && quoted.write("{\"name\": \"a \\\"b\\\"; c\\\\d\"}") > 0);
    quoted.close();
    QProcess script;
    script.start(QStringLiteral("cmake"),
        {"-DFOLDER=" + folder.filePath("presets"), "-DOUT=" + folder.filePath("out.cpp"), "-P",
            qEnvironmentVariable("SPECTUNE_SOURCE_DIR") + "/cmake/PresetWords.cmake"});
    QVERIFY2(script.waitForFinished() && script.exitCode() == 0, script.readAllStandardError().constData());
    QFile out(folder.filePath("out.cpp"));
    QVERIFY(out.open(QIODevice::ReadOnly));
    const QString collected = QString::fromUtf8(out.readAll());
    QVERIFY(collected.contains("QT_TRANSLATE_NOOP(\"PresetTexts\", \"a \\\"b\\\"; c\\\\d\")"));
    const PresetLibrary library {QString()};
    QVERIFY(library.presets().size() >= 15);
    for (const Preset& preset : library.presets())
        for (QString text :
            {preset.name, preset.group, preset.aboutShort, preset.about, preset.sourceShort, preset.source}) {
            text.replace("\"", "\\\"");
            QVERIFY2(text.isEmpty() || collected.contains("QT_TRANSLATE_NOOP(\"PresetTexts\", \"" + text + "\")"),
                qPrintable(text));
        }
}

QTEST_GUILESS_MAIN(TestMessageWords)
#include "tst_messagewords.moc"
