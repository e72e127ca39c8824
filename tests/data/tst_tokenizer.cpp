// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/data/SentencePieceTokenizer.h"

#include <nlohmann/json.hpp>
#include <sentencepiece_processor.h>

#include <random>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::filesystem::path modelFile(const QString& name)
{
    return name == "stories260K" ? sharedPath("models/stories260K/tokenizer.model")
                                 : sharedPath("tokenizers/" + name.toStdString() + ".model");
}

/// A folder with that model and these settings.
void fill(const Folder& folder, const std::filesystem::path& model, const std::string& config = {})
{
    std::filesystem::copy_file(model, folder.path() / "tokenizer.model");
    if (!config.empty())
        folder.write("tokenizer_config.json", config);
}

} // namespace

class TestTokenizer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesTheLibrarysIds_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"stories260K", "mistral_v1", "albert_spiece30000", "torchtune_m2000"})
            QTest::newRow(name) << name;
    }

    void givesTheLibrarysIds()
    {
        QFETCH(QString, name);
        const auto model = modelFile(name);
        SKIP_WITHOUT(model);
        const Folder folder;
        fill(folder, model);
        const auto tokenizer = loadTokenizer(folder.path());
        const auto reference
            = nlohmann::json::parse(readFile(sourcePath("tests/reference/tokens/" + name.toStdString() + ".json")));
        QVERIFY(reference["lines"].size() > 40);
        for (const auto& row : reference["lines"]) {
            const auto text = row["text"].get<std::string>();
            QCOMPARE(tokenizer->encode(text), row["ids"].get<std::vector<std::int32_t>>());
            std::size_t end = 0;
            for (const Token& token : tokenizer->encodeWithOffsets(text)) {
                QVERIFY(token.begin <= token.end && token.end <= text.size() && token.end >= end);
                end = token.end;
            }
        }
        qInfo("%s", tokenizer->describe().english().c_str());
    }

    void knowsControlTokens()
    {
        const auto folder = sharedPath("models/stories260K");
        SKIP_WITHOUT(folder);
        const auto tokenizer = loadTokenizer(folder);
        QCOMPARE(tokenizer->special().bos, std::optional<std::int32_t>(1));
        QCOMPARE(tokenizer->special().eos, std::optional<std::int32_t>(2));
        QVERIFY(tokenizer->special().addBos);
        QVERIFY(!tokenizer->special().pad);
        QCOMPARE(tokenizer->vocabularySize(), std::int64_t {512});
        QCOMPARE(tokenizer->describe().english(), std::string("sentencepiece BPE, 512 pieces"));
        QCOMPARE(tokenizer->piece(1), std::string("<s>"));
        QCOMPARE(tokenizer->piece(-1), std::string("<-1>"));
        const auto ids = tokenizer->encode("Once upon a time");
        QCOMPARE(tokenizer->decode(ids), std::string("Once upon a time ")); // its model puts the dummy space last
        const std::vector<std::int32_t> odd {1, 999, -3, 2};
        QCOMPARE(tokenizer->decode(odd), std::string());
    }

    void bytesOfOneCharacterShareIt()
    {
        const auto folder = sharedPath("models/stories260K");
        SKIP_WITHOUT(folder);
        const auto tokens = loadTokenizer(folder)->encodeWithOffsets("a\U0001F600");
        QCOMPARE(tokens.size(), std::size_t {6});
        for (std::size_t i = 1; i < 5; ++i) {
            QCOMPARE(tokens[i].begin, std::size_t {1});
            QCOMPARE(tokens[i].end, std::size_t {5});
        }
    }

    void longTextsAreCutWithoutATrace_data() { givesTheLibrarysIds_data(); }

    void longTextsAreCutWithoutATrace()
    {
        QFETCH(QString, name);
        const auto model = modelFile(name);
        SKIP_WITHOUT(model);
        const Folder folder;
        fill(folder, model);
        std::string text = readFile(sharedPath("text/tinyshakespeare.txt")).substr(0, 400000);
        text.insert(70000, "  a \xC3\xA9\xE4\xB8\x96 b");
        sentencepiece::SentencePieceProcessor library;
        QVERIFY(library.Load(model.string()).ok());
        const auto whole = library.EncodeAsImmutableProto(text);
        const auto tokens = loadTokenizer(folder.path())->encodeWithOffsets(text);
        QCOMPARE(tokens.size(), whole.pieces_size());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            QCOMPARE(tokens[i].id, static_cast<std::int32_t>(whole.pieces(static_cast<int>(i)).id()));
            const bool byte = library.IsByte(tokens[i].id);
            QVERIFY(byte || tokens[i].begin == whole.pieces(static_cast<int>(i)).begin());
            QVERIFY(byte || tokens[i].end == whole.pieces(static_cast<int>(i)).end());
        }
    }

    void settingsDecide()
    {
        const auto model = modelFile("mistral_v1");
        SKIP_WITHOUT(model);
        const Folder folder;
        fill(folder, model,
            R"({"add_bos_token":false,"bos_token":{"content":"<s>"},"eos_token":"<|end|>","pad_token":"<unk>","legacy":false,
                "added_tokens_decoder":{"1":{"content":"<s>"},"32000":{"content":"<|end|>","special":true},
                "32001":{"content":"<|mid|>","special":false,"lstrip":true,"rstrip":true}}})");
        folder.write("added_tokens.json", R"({"<|end|>":32000})");
        const auto tokenizer = loadTokenizer(folder.path());
        QVERIFY(!tokenizer->special().addBos);
        QCOMPARE(tokenizer->special().eos, std::optional<std::int32_t>(32000));
        QCOMPARE(tokenizer->special().pad, std::optional<std::int32_t>(0));
        QCOMPARE(tokenizer->vocabularySize(), std::int64_t {32002});
        const auto hello = tokenizer->encode("hello");
        auto expected = hello;
        expected.push_back(32000);
        QCOMPARE(tokenizer->encode("hello<|end|>"), expected);
        // The text after an added token has no space of its own: "hello" there is not "▁hello".
        const auto after = tokenizer->encodeWithOffsets("<|end|>hello");
        QCOMPARE(after.front().id, 32000);
        QVERIFY(after[1].id != hello.front());
        QCOMPARE(after[1].begin, std::size_t {7});
        QCOMPARE(after.back().end, std::size_t {12});
        const auto stripped = tokenizer->encodeWithOffsets("a  <|mid|>  b");
        QCOMPARE(stripped[1].id, 32001);
        QCOMPARE(stripped[1].begin, std::size_t {1});
        QCOMPARE(stripped[1].end, std::size_t {12});
        auto ids = hello;
        ids.insert(ids.end(), {32000, 32001});
        QCOMPARE(tokenizer->decode(ids), std::string("hello<|mid|>"));
    }

    void refusesSettings_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* file, const char* json, const char* reason) {
            QTest::newRow(name) << file << json << reason;
        };
        row("broken", "tokenizer_config.json", "{", "broken JSON at line 1");
        row("list", "special_tokens_map.json", "[]", "JSON object");
        row("bos number", "tokenizer_config.json", R"({"bos_token":1})", "bos_token");
        row("eos unknown", "tokenizer_config.json", R"({"eos_token":"<nope>"})", "<nope>");
        row("add_bos text", "tokenizer_config.json", R"({"add_bos_token":"yes"})", "add_bos_token");
        row("decoder list", "tokenizer_config.json", R"({"added_tokens_decoder":[]})", "added_tokens_decoder");
        row("decoder key", "tokenizer_config.json", R"({"added_tokens_decoder":{"x":{"content":"a"}}})", "\"x\"");
        row("decoder content", "tokenizer_config.json", R"({"added_tokens_decoder":{"9":{}}})", "\"9\"");
        row("empty token", "tokenizer_config.json", R"({"added_tokens_decoder":{"900":{"content":""}}})", "empty");
        row("other piece", "tokenizer_config.json", R"({"added_tokens_decoder":{"5":{"content":"zzz"}}})", "zzz");
        row("id text", "added_tokens.json", R"({"a":"5"})", "needs an id");
        row("id negative", "added_tokens.json", R"({"a":-5})", "-5");
        row("id huge", "added_tokens.json", R"({"a":99999999999})", "99999999999");
        row("list object", "tokenizer.json", R"({"added_tokens":{}})", "added_tokens must be a list");
        row("list content", "tokenizer.json", R"({"added_tokens":[{"id":900}]})", "an entry without");
        row("list id", "tokenizer.json", R"({"added_tokens":[{"content":"a"}]})", "an entry without");
        row("list other piece", "tokenizer.json", R"({"added_tokens":[{"id":5,"content":"zzz"}]})", "zzz");
        row("no JSON", "tokenizer.json", "{", "broken JSON at line 1");
        row("twice", "added_tokens.json", R"({"a":900,"b":900})", "contradicts");
    }

    void refusesSettings()
    {
        QFETCH(QString, file);
        QFETCH(QString, json);
        QFETCH(QString, reason);
        const auto model = modelFile("stories260K");
        SKIP_WITHOUT(model);
        const Folder folder;
        fill(folder, model);
        folder.write(file.toStdString(), json.toStdString());
        const std::string error = errorOf([&] { (void)loadTokenizer(folder.path()); });
        QVERIFY2(contains(error, folder.path().string()) && contains(error, reason.toStdString()), error.c_str());
    }

    void refusesBrokenModels()
    {
        const Folder folder;
        const auto error = [&](std::string_view bytes) {
            folder.write("tokenizer.model", bytes);
            return errorOf([&] { (void)loadTokenizer(folder.path()); });
        };
        QVERIFY(contains(errorOf([&] { (void)loadTokenizer(folder.path()); }), "no tokenizer.model"));
        QVERIFY(contains(errorOf([&] { (void)loadTokenizer(folder.path() / "x"); }), "no such model folder"));
        folder.write("tokenizer.json", "{}");
        const std::string later = errorOf([&] { (void)loadTokenizer(folder.path()); });
        QVERIFY2(contains(later, "tokenizer.json") && contains(later, "not read yet"), later.c_str());
        QVERIFY(contains(error(""), "no pieces"));
        QVERIFY(contains(error("hello, this is no model"), "tokenizer.model: "));
        QVERIFY(contains(error(std::string_view("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11)), "damaged"));
        QVERIFY(contains(error(std::string_view("\x0A\x03\x0A\x01"
                                                "a",
                             5)),
            "sentencepiece cannot read it"));
        std::filesystem::resize_file(folder.path() / "tokenizer.model", (256U << 20U) + 1); // sparse
        const std::string huge = ioErrorOf([&] { (void)loadTokenizer(folder.path()); });
        QVERIFY2(contains(huge, "tokenizer.model: it has more than 256 MiB"), huge.c_str());
    }

    void survivesCutModels()
    {
        const auto model = modelFile("stories260K");
        SKIP_WITHOUT(model);
        const std::string good = readFile(model);
        const Folder folder;
        std::mt19937 random(11);
        for (int turn = 0; turn < 200; ++turn) {
            folder.write("tokenizer.model", good.substr(0, random() % good.size()));
            const std::string error = errorOf([&] { (void)loadTokenizer(folder.path())->encode("Once upon a time"); });
            QVERIFY(error.empty() || contains(error, "tokenizer.model"));
        }
        for (int turn = 0; turn < 2000; ++turn) {
            std::string bytes = good;
            for (int i = 0; i < 3; ++i)
                bytes[random() % bytes.size()] = static_cast<char>(random());
            (void)errorOf([&] { (void)SentencePieceModel::parse(bytes, "f"); });
        }
    }
};

QTEST_GUILESS_MAIN(TestTokenizer)
#include "tst_tokenizer.moc"
