// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/data/Record.h"
#include "training/data/RecordFile.h"
#include "training/data/Utf8.h"

#include <random>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::vector<std::string> all(const RecordFile& file)
{
    std::vector<std::string> records;
    for (std::int64_t i = 0; i < file.size(); ++i)
        records.push_back(file.record(i));
    return records;
}

using Texts = std::vector<std::string>;
using Scanned = std::pair<Texts, std::int64_t>;

/// The records of a file, and the line of the last, that changes between being opened and being scanned.
template <typename File>
Scanned scanned(const std::string& before, const std::string& after)
{
    const Folder folder;
    const auto path = folder.write("a", before);
    Progress progress;
    progress.report = [&](std::int64_t, std::int64_t) { folder.write("a", after); };
    const File file(path, progress);
    return {all(file), file.line(file.size() - 1)};
}

} // namespace

class TestRecords : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lines()
    {
        const Folder folder;
        const LineFile file(folder.write("a",
                                "\xEF\xBB\xBF"
                                "one\r\n\n  \ntwo \nthr\ree"),
            {});
        QCOMPARE(all(file), (Texts {"one", "two ", "thr\ree"}));
        QCOMPARE(file.line(0), std::int64_t {1});
        QCOMPARE(file.line(1), std::int64_t {4});
        QCOMPARE(file.line(2), std::int64_t {5});
        QCOMPARE(LineFile(folder.write("b", ""), {}).size(), std::int64_t {0});
        QCOMPARE(LineFile(folder.write("c", "\n\n"), {}).size(), std::int64_t {0});
        QCOMPARE(all(LineFile(folder.write("d", "x"), {})), (Texts {"x"}));
    }

    /// Each of the 16 lines is short enough; all of them are not. The file is sparse.
    void linesThatAreTooLongTogether()
    {
        const Folder folder;
        const auto path = folder.write("a", "");
        constexpr std::uint64_t each = RecordFile::maxRecord / 3;
        {
            std::ofstream stream(path, std::ios::binary);
            for (std::uint64_t end = each; end <= 16 * each; end += each)
                stream.seekp(static_cast<std::streamoff>(end)).put('\n');
        }
        const LineFile file(path, {});
        QCOMPARE(file.size(), std::int64_t {16});
        const std::string text = ioErrorOf([&] { (void)file.record(3); });
        QVERIFY2(
            contains(text, ":1: the lines from here on, of which 16 are read at once, have 341 MiB"), text.c_str());
    }

    /// What Mac OS wrote before X: lines end with a carriage return alone.
    void linesThatEndWithReturns()
    {
        const Folder folder;
        const LineFile file(folder.write("a",
                                "\xEF\xBB\xBF"
                                "one\r\r  \rtwo \rthree"),
            {});
        QCOMPARE(all(file), (Texts {"one", "two ", "three"}));
        QCOMPARE(file.line(1), std::int64_t {4});
        const CsvFile table(folder.write("a.csv", "a,b\r\"x\ry\",2\r\r3,4\r"), {});
        QCOMPARE(all(table), (Texts {"a,b", "\"x\ry\",2", "3,4"}));
        QCOMPARE(table.line(2), std::int64_t {5});
        const JsonArrayFile array(folder.write("a.json", "[\r{},\r{}]\r"), {});
        QCOMPARE(array.line(1), std::int64_t {3});
        // The first piece of the scan, of 1 MiB, has no line feed, the second has: returns are text there.
        const std::string wide((1U << 20U) + 5, 'x');
        QCOMPARE(all(LineFile(folder.write("b", "a\r" + wide + "\nb"), {})), (Texts {"a\r" + wide, "b"}));
        std::string many;
        for (int line = 0; line < 300'000; ++line)
            many += "line " + std::to_string(line) + '\r';
        const LineFile longer(folder.write("c", many), {});
        QCOMPARE(longer.size(), std::int64_t {300'000});
        QCOMPARE(longer.record(299'999), std::string("line 299999"));
    }

    /// What was read ahead of the scan would tell of line ends that are no longer there.
    void whatEndsLinesIsToldByTheScan()
    {
        QCOMPARE(scanned<LineFile>("a\rb\rc", "a\nb\nc"), Scanned({"a", "b", "c"}, 3));
        QCOMPARE(scanned<LineFile>("a\nb\nc", "a\rb\rc"), Scanned({"a", "b", "c"}, 3));
        QCOMPARE(scanned<CsvFile>("a\rb\rc", "a\nb\nc"), Scanned({"a", "b", "c"}, 3));
        QCOMPARE(scanned<JsonArrayFile>("[1\r,2]", "[1\n,2]"), Scanned({"1\n", "2"}, 2));
    }

    /// The first line feed comes in the scan's second piece: until then every return has ended a line.
    void returnsAheadOfALateFeedAreText()
    {
        const Folder folder;
        const std::string wide(1U << 20U, 'x');
        const std::string white(1U << 20U, ' ');
        std::string many; // more than one place in the index
        for (int line = 0; line < 40; ++line)
            many += "y\r";
        const LineFile lines(folder.write("a", many + wide + "\nb"), {});
        QCOMPARE(all(lines), (Texts {many + wide, "b"}));
        QCOMPARE(lines.line(1), std::int64_t {2});
        const LineFile blank(folder.write("b", "\r\r" + white + "\nb"), {});
        QCOMPARE(all(blank), (Texts {"b"}));
        QCOMPARE(blank.line(0), std::int64_t {2});
        const std::string row = "a,b\r\"c\r" + wide + '"';
        const CsvFile table(folder.write("a.csv", row + "\n1,2\n"), {});
        QCOMPARE(all(table), (Texts {row, "1,2"}));
        QCOMPARE(table.line(1), std::int64_t {2});
        const std::string error
            = errorOf([&] { const CsvFile open(folder.write("b.csv", "a\r\"" + wide + "\nb"), {}); });
        QVERIFY2(contains(error, "/b.csv:1: a quote is opened"), error.c_str());
        const JsonArrayFile array(folder.write("a.json", "[1,\r2" + white + ",\n3]"), {});
        QCOMPARE(array.line(1), std::int64_t {1});
        QCOMPARE(array.line(2), std::int64_t {2});
    }

    void manyLinesInAnyOrder()
    {
        std::mt19937 random(5);
        std::string bytes;
        Texts expected;
        std::vector<std::int64_t> numbers;
        for (std::int64_t line = 1; line <= 3000; ++line) {
            const std::string text
                = random() % 5 == 0 ? "" : "line " + std::string(random() % 2000, 'x') + std::to_string(line);
            bytes += text + (random() % 3 == 0 ? "\r\n" : "\n");
            if (text.empty())
                continue;
            expected.push_back(text);
            numbers.push_back(line);
        }
        const Folder folder;
        const LineFile file(folder.write("a", bytes), {}); // some 3 MB: several pieces of the scan
        QCOMPARE(file.size(), static_cast<std::int64_t>(expected.size()));
        for (int turn = 0; turn < 2000; ++turn) {
            const auto i = random() % expected.size();
            QCOMPARE(file.record(static_cast<std::int64_t>(i)), expected[i]);
            QCOMPARE(file.line(static_cast<std::int64_t>(i)), numbers[i]);
        }
    }

    void scanStops()
    {
        const Folder folder;
        const auto path = folder.write("a", std::string(3U << 20U, 'x'));
        Progress progress;
        int reports = 0;
        progress.report = [&](std::int64_t done, std::int64_t total) {
            QVERIFY(done <= total);
            if (++reports == 2)
                progress.stop.requestStop();
        };
        bool stopped = false;
        try {
            const LineFile file(path, progress);
        } catch (const Stopped&) {
            stopped = true;
        }
        QVERIFY(stopped);
        QCOMPARE(reports, 2);
    }

    void utf8()
    {
        for (const char* good :
            {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"})
            QCOMPARE(findInvalidUtf8(good), std::string_view::npos);
        for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5",
                 "\xFF", "\xE2\x82"})
            QCOMPARE(findInvalidUtf8(bad), std::size_t {0});
        QCOMPARE(findInvalidUtf8("ab\xFF"), std::size_t {2});
        const Folder folder;
        const LineFile file(folder.write("a", "fine\n\nbad \xE9t\xE9\n"), {});
        const std::string error = errorOf([&] { (void)file.record(1); });
        QVERIFY2(contains(error, "/a:3: byte 5 (0xE9)"), error.c_str());
    }

    void jsonArrays()
    {
        const Folder folder;
        const auto read = [&](const std::string& text) { return JsonArrayFile(folder.write("a.json", text), {}); };
        const JsonArrayFile file = [&] {
            return JsonArrayFile(
                folder.write("a.json", " [ {\"a\":\"]},\\\"[\"} ,\n {\"b\":[1,{\"c\":2}]}, 3, \"x,y\"\n]\n"), {});
        }();
        QCOMPARE(all(file), (Texts {"{\"a\":\"]},\\\"[\"} ", "{\"b\":[1,{\"c\":2}]}", "3", "\"x,y\"\n"}));
        QCOMPARE(file.line(1), std::int64_t {2});
        QCOMPARE(JsonArrayFile(folder.write("b.json", "[]"), {}).size(), std::int64_t {0});
        const auto error = [&](const std::string& text) { return errorOf([&] { (void)read(text); }); };
        QVERIFY(contains(error("{\"a\":1}"), "must begin with '['"));
        QVERIFY(contains(error("[{\"a\":1}"), "not closed"));
        QVERIFY(contains(error("[{\"a\":1"), "not closed"));
        QVERIFY(contains(error("[\"abc"), "not closed"));
        QVERIFY(contains(error("[1,]"), "element is missing"));
        QVERIFY(contains(error("[,1]"), "element is missing"));
        QVERIFY(contains(error("[1] 2"), "follows"));
        QVERIFY(contains(error("[\n{}\n{}]"), "a.json:3: "));
        QVERIFY(contains(error("[}"), "never opened"));
        QVERIFY(contains(error(""), "not closed"));
    }

    void csvRows()
    {
        const Folder folder;
        const CsvFile file(folder.write("a.csv", "a,b\r\n\"x\ny\",\"say \"\"hi\"\"\"\r\n\n1,2"), {});
        QCOMPARE(all(file), (Texts {"a,b\r", "\"x\ny\",\"say \"\"hi\"\"\"\r", "1,2"}));
        QCOMPARE(file.line(2), std::int64_t {5});
        const std::string error = errorOf([&] { (void)CsvFile(folder.write("b.csv", "a\n\n\"open\n"), {}); });
        QVERIFY2(contains(error, "b.csv:3: a quote"), error.c_str());
    }

    void cells()
    {
        const RecordPlace place {"f", 7};
        QCOMPARE(splitRow("a,\"b, \"\"c\"\"\",,\"\"\r", ',', place), (Texts {"a", "b, \"c\"", "", ""}));
        QCOMPARE(splitRow("a,", ',', place), (Texts {"a", ""}));
        QCOMPARE(splitRow("", ',', place), (Texts {""}));
        QCOMPARE(splitRow("\" loose\tx \"y\" z\t\"whole\"", '\t', place), (Texts {"\" loose", "x \"y\" z", "whole"}));
        QVERIFY(contains(errorOf([&] { (void)splitRow("a,b\"c", ',', place); }), "f:7: the cell 2"));
        QVERIFY(contains(errorOf([&] { (void)rowRecord("a,b", ',', {"x"}, place); }), "f:7: has 2 cells"));
    }

    void objects()
    {
        const Record record = parseJsonRecord(R"({"a":"x","n":1.5,"b":true,"l":[1],"z":null})", {"f", 3});
        QCOMPARE(record.at("a"), std::string("x"));
        QCOMPARE(record.at("n"), std::string("1.5"));
        QCOMPARE(record.at("b"), std::string("true"));
        QVERIFY(contains(errorOf([&] { (void)record.at("l"); }), "f:3: the field \"l\" is no text"));
        QVERIFY(contains(errorOf([&] { (void)record.at("q"); }), "\"q\" is missing; there are: a, n, b, l, z"));
        for (const char* bad : {"", "[]", "3", "{\"a\":}", "{\"a\":1}}", "{\"a\":\"\\ud800\"}", "nul"})
            QVERIFY2(contains(errorOf([&] { (void)parseJsonRecord(bad, {"f", 3}); }), "f:3: "), bad);
        QVERIFY(contains(errorOf([&] {
            (void)parseJsonRecord("{\"a\":" + std::string(200000, '['), {"f", 3});
        }),
            "f:3: "));
        const std::string deep = std::string(200000, '[') + std::string(200000, ']');
        for (const std::string& json : {"{\"a\":" + deep + ",\"b\":1,\"c\":2}", "{\"b\":1,\"a\":" + deep + '}'})
            QVERIFY(contains(errorOf([&] { (void)parseJsonRecord(json, {"f", 3}); }), "f:3: is nested too deeply"));
        // Brackets in a text are no nesting.
        const std::string text(2000, '[');
        QCOMPARE(parseJsonRecord("{\"a\":\"\\\"" + text + "\"}", {"f", 3}).at("a"), '"' + text);
        QVERIFY(contains(errorOf([&] { (void)e2eRecord("no bars | here", {"f", 3}); }), "f:3: has no \"||\""));
    }

    void survivesNoise()
    {
        std::mt19937 random(23);
        const std::string alphabet = "[]{}\",:\\ \n\r\t|ae1\xC3\xA9\xFF";
        const Folder folder;
        for (int turn = 0; turn < 1500; ++turn) {
            std::string bytes;
            for (unsigned i = random() % 60; i > 0; --i)
                bytes += alphabet[random() % alphabet.size()];
            const auto path = folder.write("noise", turn % 2 == 0 ? bytes : '[' + bytes + ']');
            const auto read = [&](const RecordFile& file) {
                for (std::int64_t i = 0; i < file.size(); ++i) {
                    (void)errorOf([&] { (void)parseJsonRecord(file.record(i), {"f", file.line(i)}); });
                    (void)errorOf([&] { (void)splitRow(file.record(i), ',', {"f", 1}); });
                    (void)splitRow("x" + bytes, '\t', {"f", 1});
                }
            };
            (void)errorOf([&] { read(LineFile(path, {})); });
            (void)errorOf([&] { read(JsonArrayFile(path, {})); });
            (void)errorOf([&] { read(CsvFile(path, {})); });
        }
    }

    void refusesWhatIsNoFile()
    {
        const Folder folder;
        QVERIFY(contains(errorOf([&] { InputFile(""); }), "data.path is empty"));
        QVERIFY(contains(errorOf([&] { InputFile(folder.path() / "x.txt"); }), "x.txt: No such file"));
        QVERIFY(contains(errorOf([&] { InputFile(folder.path()); }), "is a folder"));
        const InputFile file(folder.write("a", "abc"));
        std::filesystem::resize_file(folder.path() / "a", 1);
        QVERIFY(contains(errorOf([&] { (void)file.read(0, 3); }), "became shorter"));
    }
};

QTEST_GUILESS_MAIN(TestRecords)
#include "tst_records.moc"
