// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/data/SampleSource.h"
#include "training/data/TextTemplate.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

DataConfig withFormat(DataFormat format)
{
    DataConfig data;
    data.format = format;
    return data;
}

/// The text with its loss spans in «».
std::string marked(const RenderedSample& sample)
{
    std::string text = sample.text;
    for (auto span = sample.spans.rbegin(); span != sample.spans.rend(); ++span) {
        text.insert(span->end, "»");
        text.insert(span->begin, "«");
    }
    return sample.everyToken ? "all:" + text : text;
}

} // namespace

class TestSamples : public QObject {
    Q_OBJECT

    std::unique_ptr<SampleSource> open(const std::string& name, const std::string& bytes, const DataConfig& data = {})
    {
        return openSamples(m_folder.write(name, bytes).string(), data);
    }
    std::string first(const std::string& name, const std::string& bytes, const DataConfig& data = {})
    {
        return marked(open(name, bytes, data)->render(0));
    }

private Q_SLOTS:
    void decides_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("bytes");
        QTest::addColumn<int>("format");
        QTest::addColumn<QString>("text");
        const auto row
            = [](const char* title, const char* name, const char* bytes, DataFormat format, const char* text) {
                  QTest::newRow(title) << name << bytes << static_cast<int>(format) << text;
              };
        row("document", "a.txt", "Once\r\nupon", DataFormat::Text, "all:Once\nupon");
        row("document of returns", "a.txt", "Once\rupon\r", DataFormat::Text, "all:Once\nupon\n");
        row("document like JSON", "a.txt", "{\"text\"", DataFormat::Text, "all:{\"text\"");
        row("e2e", "a.txt", "name : X||X is .\n\nname : Y||Y is .", DataFormat::E2e, "name : X||«X is .»");
        row("e2e of returns", "a.txt", "name : X||X is .\rname : Y||Y is .\r", DataFormat::E2e, "name : X||«X is .»");
        row("not e2e", "a.txt", "a||b\nc", DataFormat::Text, "all:a||b\nc");
        row("text lines", "a.jsonl", "{\"text\":\"x\"}\n", DataFormat::Text, "all:x");
        row("pairs", "a.jsonl", "{\"prompt\":\"p \",\"completion\":\"c\"}", DataFormat::PromptCompletion, "p «c»");
        row("chat", "a.jsonl",
            R"({"messages":[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","content":"A"}]})",
            DataFormat::Chat, "### System:\nS\n\n### User:\nU\n\n### Assistant:\n«A»");
        row("two turns", "a.jsonl",
            R"({"messages":[{"role":"assistant","content":"A"},{"role":"user","content":"U"},{"role":"assistant","content":"B"}]})",
            DataFormat::Chat, "### Assistant:\n«A»\n\n### User:\nU\n\n### Assistant:\n«B»");
        row("alpaca array", "a.json", R"([{"instruction":"I","input":"","output":"O","text":"t"}])", DataFormat::Alpaca,
            "Below is an instruction that describes a task. Write a response that appropriately completes the "
            "request.\n\n### Instruction:\nI\n\n### Response:\n«O»");
        row("alpaca input", "a.jsonl", R"({"instruction":"I","input":"N","output":"O"})", DataFormat::Alpaca,
            "Below is an instruction that describes a task, paired with an input that provides further context. Write "
            "a "
            "response that appropriately completes the request.\n\n### Instruction:\nI\n\n### Input:\nN\n\n### "
            "Response:\n«O»");
        row("lines in a .json", "a.json", "{\"text\":\"x\"}\n{\"text\":\"y\"}", DataFormat::Text, "all:x");
        row("tsv", "a.tsv", "sentence\tlabel\nfine film \t1\n", DataFormat::Table, "fine film \nLabel: «1»");
        row("csv pair", "a.csv", "text,text_pair,label\r\n\"a, b\",c,no\r\n", DataFormat::Table,
            "a, b\nc\nLabel: «no»");
        row("csv of returns", "a.csv", "text,text_pair,label\r\"a, b\",c,no\rd,e,yes\r", DataFormat::Table,
            "a, b\nc\nLabel: «no»");
        row("tsv of returns", "a.tsv", "sentence\tlabel\rfine film \t1\rother\t0", DataFormat::Table,
            "fine film \nLabel: «1»");
        row("lines of returns", "a.jsonl", "{\"text\":\"x\"}\r{\"text\":\"y\"}\r", DataFormat::Text, "all:x");
        row("csv semicolons", "a.csv", "prompt;completion\n1+1=;2\n", DataFormat::Table, "1+1=«2»");
        row("csv text", "a.csv", "text\nonly\n", DataFormat::Table, "all:only");
    }

    void decides()
    {
        QFETCH(QString, name);
        QFETCH(QString, bytes);
        QFETCH(int, format);
        QFETCH(QString, text);
        const auto source = open(name.toStdString(), bytes.toStdString());
        QCOMPARE(static_cast<int>(source->format()), format);
        QVERIFY(!source->decision().pattern().empty()); // it can be translated
        QCOMPARE(marked(source->render(0)), text.toStdString());
    }

    void columnsAndTemplates()
    {
        DataConfig data;
        data.columns.prompt = "question";
        data.columns.completion = "answer";
        const char* gsm = R"({"question":"Q?","answer":"A","id":7})";
        QCOMPARE(first("g.jsonl", gsm, data), std::string("Q?«A»"));
        data.templateText = "{{{id}}} {prompt}\n{answer}.";
        QCOMPARE(first("g.jsonl", gsm, data), std::string("{7} Q?\n«A.»"));
        QCOMPARE(open("g.jsonl", gsm, data)->columns(), (std::vector<std::string> {"question", "answer", "id"}));

        DataConfig mrpc = withFormat(DataFormat::Table);
        mrpc.columns.text = "#1 String";
        mrpc.columns.label = "Quality";
        mrpc.templateText = "{text} => {label}";
        QCOMPARE(
            first("m.tsv", "\xEF\xBB\xBFQuality\t#1 String\n1\t\" He said\n", mrpc), std::string("\" He said => «1»"));

        DataConfig e2e = withFormat(DataFormat::E2e);
        e2e.templateText = "{mr} -> {sentence}";
        QCOMPARE(first("e.txt", "a||b||c", e2e), std::string("a -> «b||c»"));

        DataConfig text = withFormat(DataFormat::Text);
        text.columns.text = "body";
        QCOMPARE(first("t.jsonl", "{\"body\":\"b\"}", text), std::string("all:b"));
        QCOMPARE(first("t.json", "[{\"body\":\"b\"}]", text), std::string("all:b"));
        DataConfig table = withFormat(DataFormat::Table);
        QCOMPARE(first("t.jsonl", "{\"text\":\"b\",\"label\":0}", table), std::string("b\nLabel: «0»"));
    }

    void columnsInVain_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("bytes");
        QTest::addColumn<int>("format");
        QTest::addColumn<QString>("templateText");
        QTest::addColumn<QString>("ending");
        const auto row = [](const char* title, const char* name, const char* bytes, DataFormat format,
                             const char* ending, const char* text = "") {
            QTest::newRow(title) << name << bytes << static_cast<int>(format) << text << ending;
        };
        using F = DataFormat;
        const char* const pair = R"({"prompt":"p","completion":"c","kind":"k"})";
        const char* const chat = R"({"messages":[{"role":"user","content":"U"},{"role":"assistant","content":"A"}]})";
        row("pairs", "a.jsonl", pair, F::PromptCompletion, "; data.columns.label has no meaning in it");
        row("pairs with a template", "a.jsonl", pair, F::PromptCompletion, "says so", "{prompt}{completion}{label}");
        row("chat that was found", "a.jsonl", chat, F::Auto, "; data.columns.label has no meaning in it");
        row("e2e", "a.txt", "x||y", F::Auto, "; data.columns.label has no meaning in it");
        row("document", "a.md", "x", F::Auto, "; data.columns.label has no meaning in it");
        row("table", "a.csv", "text,kind\n1,2\n", F::Auto, "named *.csv");
    }

    void columnsInVain()
    {
        QFETCH(QString, name);
        QFETCH(QString, bytes);
        QFETCH(int, format);
        QFETCH(QString, templateText);
        QFETCH(QString, ending);
        DataConfig data = withFormat(static_cast<DataFormat>(format));
        data.templateText = templateText.toStdString();
        data.columns.label = "kind";
        const std::string decision = open(name.toStdString(), bytes.toStdString(), data)->decision().english();
        QVERIFY2(decision.ends_with(ending.toStdString()), decision.c_str());
    }

    void aDecisionIsMadeOfSentences()
    {
        DataConfig data;
        data.columns.label = "kind";
        data.columns.textPair = "other";
        const auto source = open("a.jsonl", R"({"messages":[{"role":"assistant","content":"A"}]})", data);
        const Message& decision = source->decision();
        QCOMPARE(decision.english(),
            std::string("chat: the first object has the key messages; data.columns.label, data.columns.text_pair have "
                        "no meaning in it"));
        QCOMPARE(decision.pattern(), std::string("%1; %2 have no meaning in it"));
        const Message& why = decision.values().at(0);
        QCOMPARE(why.values().at(0), Message::verbatim("chat"));
        QCOMPARE(why.values().at(1), makeMessage("the first object has the key messages"));
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("format");
        QTest::addColumn<QString>("templateText");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* title, const char* name, const QByteArray& bytes, DataFormat format,
                             const char* reason, const char* text = "") {
            QTest::newRow(title) << name << bytes << static_cast<int>(format) << text << reason;
        };
        using F = DataFormat;
        row("empty txt", "a.txt", "", F::Auto, "a.txt: is empty");
        row("blank jsonl", "a.jsonl", " \n\n", F::Auto, "a.jsonl: is empty");
        row("not UTF-8", "a.txt", "one\ntwo \xFF", F::Auto, "a.txt:2: byte 5 (0xFF)");
        row("UTF-16", "a.txt", QByteArray("\xFF\xFE\x61\x00", 4), F::Auto, "a.txt: is text in UTF-16. Save it as");
        row("UTF-16 from the other end", "a.jsonl", QByteArray("\xFE\xFF\x00\x7B", 4), F::Auto, "is text in UTF-16");
        row("UTF-16 without a mark", "a.jsonl", QByteArray("{\0\"\0", 4), F::Auto, "is text in UTF-16");
        row("Parquet", "a.parquet", QByteArray("PAR1\x15\x04\x15\xA2", 8), F::Auto, "a.parquet: is a Parquet table.");
        row("Arrow", "a.arrow", "ARROW1", F::Text, "is an Arrow table");
        row("gzip", "a.jsonl.gz", QByteArray("\x1F\x8B\x08\x00", 4), F::Auto, "is compressed (gzip). Unpack it first.");
        row("xz", "a.jsonl.xz", QByteArray("\xFD\x37zXZ\x00", 6), F::Auto, "is compressed (xz)");
        row("zstd", "a.zst", "\x28\xB5\x2F\xFD", F::Chat, "is compressed (zstd)");
        row("bzip2", "a.bz2", "BZh91AY&SY", F::Auto, "is compressed (bzip2)");
        row("zip", "a.xlsx", "PK\x03\x04", F::Table, "is a zip archive");
        row("pickle", "a.pkl", QByteArray("\x80\x04\x95\x00", 4), F::Auto, "is a pickle. Pickles can run code");
        row("a byte 0", "a.jsonl", QByteArray("{\"text\":\"x\"}\0{}", 15), F::Auto, "a.jsonl:1: byte 13 is 0");
        row("jsonl that is none", "a.jsonl", "hello", F::Auto, "begins with neither");
        row("unknown keys", "a.jsonl", R"({"question":"q","answer":"a"})", F::Auto, "data.columns.prompt");
        row("no object", "a.jsonl", "[1,2]", F::Auto, "a.jsonl:1, element 1: must be a JSON object");
        row("one big object", "a.json", "{\n \"data\": []\n}", F::Auto, "array of objects");
        row("broken line", "a.jsonl", "{\"text\":\"x\"\n", F::Auto, "a.jsonl:1: is not valid JSON");
        row("array cut short", "a.json", "[{\"text\":\"x\"}", F::Auto, "not closed");
        row("empty array", "a.json", "[]", F::Auto, "holds no samples");
        row("text is a list", "a.jsonl", "{\"text\":[]}", F::Auto, "a.jsonl:1: the field \"text\" is no text");
        row("text is null", "a.jsonl", "{\"text\":null}", F::Auto, "the field \"text\" is no text");
        row("no completion", "a.jsonl", "{\"prompt\":\"x\"}", F::PromptCompletion, "\"completion\" is missing");
        row("no bars", "a.txt", "\nplain\n", F::E2e, "a.txt:2: has no \"||\"");
        row("chat on text", "a.txt", "hello", F::Chat, "needs JSON objects");
        row("no messages", "a.jsonl", "{\"text\":\"x\"}", F::Chat, "\"messages\" is missing");
        row("messages empty", "a.jsonl", "{\"messages\":[]}", F::Auto, "at least one");
        row("message is a text", "a.jsonl", "{\"messages\":[\"x\"]}", F::Auto, "messages[0] is no object");
        row("no role", "a.jsonl", "{\"messages\":[{\"content\":\"x\"}]}", F::Auto, "messages[0].role is missing");
        row("other role", "a.jsonl", R"({"messages":[{"role":"tool","content":"x"}]})", F::Auto, "\"tool\"");
        row("content is null", "a.jsonl", R"({"messages":[{"role":"user","content":null}]})", F::Auto,
            "messages[0].content");
        row("chat template", "a.jsonl", R"({"messages":[{"role":"user","content":"x"}]})", F::Auto, "data.template",
            "{x}");
        row("alpaca without output", "a.jsonl", "{\"instruction\":\"x\"}", F::Alpaca, "\"output\" is missing");
        row("alpaca on pairs", "a.jsonl", R"({"prompt":"x","completion":"y"})", F::Alpaca,
            "\"instruction\" is missing; there are: prompt, completion.");
        row("header alone", "a.csv", "text,label\n", F::Auto, "no rows");
        row("unknown columns", "a.csv", "x,y\n1,2\n", F::Auto, "columns x, y");
        row("column twice", "a.csv", "text,text\n1,2\n", F::Auto, "comes twice");
        row("ragged row", "a.csv", "text,label\n1,2,3\n", F::Auto, "a.csv:2: has 3 cells");
        row("open quote", "a.csv", "text,label\n\"1,2\n", F::Auto, "a.csv:2: a quote");
        row("loose quote", "a.csv", "text,label\n1\"x\",2\n", F::Auto, "a.csv:2: the cell 1");
        row("template without answer", "a.jsonl", R"({"prompt":"p","completion":"c"})", F::Auto, "no {completion}",
            "{prompt}");
        row("template column", "a.jsonl", R"({"prompt":"p","completion":"c"})", F::Auto, "\"x\" is missing",
            "{x}{completion}");
        row("table template column", "a.csv", "text,label\n1,2\n", F::Auto, "data.template names {x}", "{x}{label}");
        row("template brace", "a.jsonl", "{\"text\":\"x\"}", F::Auto, "character 3", "a {text");
        row("template closing brace", "a.jsonl", "{\"text\":\"x\"}", F::Auto, "character 1", "}{text}");
        row("template empty name", "a.jsonl", "{\"text\":\"x\"}", F::Auto, "character 1", "{}");
        row("template nested", "a.jsonl", "{\"text\":\"x\"}", F::Auto, "character 1", "{a{text}");
        row("template without columns", "a.jsonl", "{\"text\":\"x\"}", F::Auto, "names no column", "plain");
        row("document template", "a.txt", "x", F::Auto, "does not apply", "{text}");
    }

    void refuses()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        QFETCH(int, format);
        QFETCH(QString, templateText);
        QFETCH(QString, reason);
        DataConfig data = withFormat(static_cast<DataFormat>(format));
        data.templateText = templateText.toStdString();
        Message refusal;
        try {
            (void)open(name.toStdString(), bytes.toStdString(), data)->render(0);
        } catch (const Error& fault) {
            refusal = fault.message();
        }
        const std::string& error = refusal.english();
        QVERIFY2(contains(error, reason.toStdString()), error.empty() ? "no error" : error.c_str());
        QVERIFY2(!refusal.pattern().empty(), "it cannot be translated");
        QVERIFY2(contains(error, name.toStdString()) || contains(error, "data.template"), error.c_str());
    }

    void laterLinesAreNamed()
    {
        const auto source = open("a.jsonl", "{\"text\":\"x\"}\n\n{\"text\":\"y\"}\n{\"txt\":\"z\"}\n{broken\n");
        QCOMPARE(source->size(), std::int64_t {4});
        QCOMPARE(source->render(1).text, std::string("y"));
        QVERIFY(contains(errorOf([&] { (void)source->render(2); }), "a.jsonl:4: the field \"text\" is missing"));
        QVERIFY(contains(errorOf([&] { (void)source->render(3); }), "a.jsonl:5: is not valid JSON"));
        QVERIFY(contains(errorOf([&] { (void)source->render(4); }), "no sample 4"));
        const auto array = open("a.json", R"([{"text":"x"},{"txt":"y"}])"); // one line tells nothing
        QVERIFY(
            contains(errorOf([&] { (void)array->render(1); }), "a.json:1, element 2: the field \"text\" is missing"));
    }

    void readsRealFiles()
    {
        SKIP_WITHOUT(sharedPath("text/e2e_valid.txt"));
        const auto openShared = [](const std::string& name, const DataConfig& data = {}) {
            return openSamples(sharedPath("text/" + name).string(), data);
        };
        QVERIFY(openShared("e2e_valid.txt")->format() == DataFormat::E2e);
        QVERIFY(openShared("sst2_train.tsv")->format() == DataFormat::Table);
        QCOMPARE(openShared("alpaca_tiny.json")->size(), std::int64_t {100});
        QVERIFY(openShared("tinyshakespeare.txt")->isDocument());
        DataConfig data;
        data.columns.prompt = "question";
        data.columns.completion = "answer";
        QCOMPARE(openShared("gsm8k_train.jsonl", data)->size(), std::int64_t {7473});
        QVERIFY(contains(errorOf([&] { (void)openShared("gsm8k_train.jsonl"); }), "question, answer"));
        QVERIFY(contains(errorOf([&] { (void)openShared("squad_sample.json"); }), "squad_sample.json"));
        QVERIFY(contains(errorOf([&] { (void)openShared("mrpc_sample.tsv"); }), "Quality, #1 ID"));
        for (const char* name :
            {"e2e_valid.txt", "e2e_test.txt", "sst2_train.tsv", "sst2_dev.tsv", "alpaca_tiny.json"}) {
            const auto source = openShared(name);
            for (std::int64_t i = 0; i < source->size(); ++i)
                QCOMPARE(source->render(i).spans.size(), std::size_t {1});
        }
    }

private:
    Folder m_folder;
};

QTEST_GUILESS_MAIN(TestSamples)
#include "tst_samples.moc"
