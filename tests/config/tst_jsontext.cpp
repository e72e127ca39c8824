// SPDX-License-Identifier: GPL-3.0-or-later
// JSON that somebody else has made.
#include "tests/support/Files.h"
#include "training/config/ConfigFile.h"
#include "training/config/JsonText.h"

#include <nlohmann/json.hpp>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

class TestJsonText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsBrackets_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<bool>("tooDeep");
        const auto row = [](const char* name, const std::string& json, bool tooDeep) {
            QTest::newRow(name) << QByteArray::fromStdString(json) << tooDeep;
        };
        const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
        constexpr std::size_t most = deepestJson;
        row("as deep as is read", nested(most), false);
        row("one deeper", nested(most + 1), true);
        std::string flat = "[";
        for (std::size_t i = 0; i < 2 * most; ++i)
            flat += "{},";
        row("side by side", flat + "1]", false);
        const std::string brackets(2 * most, '{');
        row("never closed", brackets, true);
        row("in a text", '"' + brackets + '"', false);
        row("after a quote in a text", "\"\\\"" + brackets + '"', false);
        row("after a backslash at a text's end", "\"\\\\\"" + brackets, true);
        row("a backslash last", "\"\\", false);
    }

    void countsBrackets()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const bool, tooDeep);
        bool refused = false;
        try {
            checkJsonText(json.toStdString(), "f:3");
        } catch (const Error& error) {
            refused = contains(error.what(), "f:3: is nested too deeply");
        }
        QCOMPARE(refused, tooDeep);
    }

    /// The parser would take it for the end, and what follows for nothing.
    void aByteZeroIsNoEnd()
    {
        const Folder folder;
        const fs::path file = folder.write("zero", std::string_view("{}\0\0{", 5));
        const std::string told = file.string() + ": byte 3 is 0, which no text has.";
        QVERIFY(ioErrorOf([&] { (void)readJson(file); }).starts_with(told));
        QVERIFY(ioErrorOf([&] { (void)readJsonObject(file); }).starts_with(told));
        QVERIFY(contains(ioErrorOf([&] { (void)loadConfig(file); }), "byte 3 is 0"));
    }

    void readsObjects_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("told"); // behind the file's name; empty: it is read
        QTest::newRow("an object") << QByteArray(R"({"a": 1})") << "";
        QTest::newRow("a list") << QByteArray("[1]") << "must hold a JSON object.";
        QTest::newRow("cut off") << QByteArray("{\n\"a\": 1")
                                 << "broken JSON at line 2, column 7: it ends too early. Was the file cut off?";
        QTest::newRow("cut off in a text")
            << QByteArray("{\"a\": \"x")
            << "broken JSON at line 1, column 9: a text has no closing quote. Was the file "
               "cut off?";
        QTest::newRow("none") << QByteArray("PK")
                              << "broken JSON at line 1, column 1: what stands there is no JSON: \"P\"";
    }

    void readsObjects()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QString, told);
        const Folder folder;
        const fs::path file = folder.write("a.json", json.toStdString());
        const std::string text = configErrorOf([&] { (void)readJsonObject(file); });
        QCOMPARE(text, told.isEmpty() ? std::string() : file.string() + ": " + told.toStdString());
    }

    void readsJson()
    {
        const Folder folder;
        QCOMPARE(readJson(folder.write("a", R"({"b":[1]})"))["b"][0], 1);
        QVERIFY(readJson(folder.write("cut", R"({"b":[1)")).is_discarded());
        const fs::path deep = folder.write("deep", std::string(2 * deepestJson, '['));
        QVERIFY(contains(ioErrorOf([&] { (void)readJson(deep); }), deep.string() + ": is nested too deeply"));
        const fs::path none = folder.path() / "none";
        QVERIFY(contains(ioErrorOf([&] { (void)readJson(none); }), none.string()));
    }
};

QTEST_GUILESS_MAIN(TestJsonText)
#include "tst_jsontext.moc"
