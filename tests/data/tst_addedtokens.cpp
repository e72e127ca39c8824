// SPDX-License-Identifier: GPL-3.0-or-later
// Added tokens in a text, on a BPE model made byte by byte; the pieces are those of transformers 5.17.
#include "tests/data/SmallBpe.h"
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/data/AddedTokens.h"
#include "training/data/Tokenizer.h"
#include "training/data/WordCharacters.h"

#include <nlohmann/json.hpp>

using namespace spectune;
using namespace spectune::testing;

namespace {

QStringList pieces(const Tokenizer& tokenizer, const std::string& text)
{
    QStringList names;
    std::size_t end = 0;
    for (const Token& token : tokenizer.encodeWithOffsets(text)) {
        names << QString::fromStdString(tokenizer.piece(token.id));
        if (token.begin != end || token.end < token.begin || token.end > text.size())
            names << "(wrong offsets)";
        end = token.end;
    }
    return names;
}

constexpr const char* listed = R"("0":{"content":"<unk>","special":true},"1":{"content":"<s>","special":true},
    "2":{"content":"</s>","special":true},"3":{"content":"[INST]","special":true},"4":{"content":"[/INST]","special":true},)";
constexpr const char* beyond = R"("34":{"content":"<|x|>","special":true},"35":{"content":"foo","single_word":true})";

} // namespace

class TestAddedTokens : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsAsTransformers_data()
    {
        QTest::addColumn<QString>("settings");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("expected");
        const QString all = QString("\"added_tokens_decoder\":{%1%2}").arg(listed, beyond);
        const QString without = QString("\"added_tokens_decoder\":{%1}").arg(beyond);
        const auto row = [](const char* name, const QString& settings, const char* text, const QStringList& expected) {
            QTest::newRow(name) << settings << text << expected;
        };
        row("no merge with what stood before", all, "<|x|>\"", {"<|x|>", "\""});
        row("no merge, further on", all, "<|x|>>\"", {"<|x|>", ">\""});
        row("white space stays", all, "<|x|> a  b ", {"<|x|>", "▁a", "▁", "▁", "b", "▁"});
        row("legacy", all + ",\"legacy\":true", "<|x|>a", {"<|x|>", "▁a"});
        row("not legacy", all + ",\"legacy\":false", "<|x|>a", {"<|x|>", "a"});
        row("legacy null", all + ",\"legacy\":null", "<|x|>a", {"<|x|>", "a"});
        row("legacy missing", all, "<|x|>a", {"<|x|>", "a"});
        row("in the model", all, "[INST] a [/INST]b", {"[INST]", "▁a", "▁", "[/INST]", "b"});
        row("an end", all, "hi</s>", {"▁", "h", "i", "</s>"});
        row("in the model, not listed", without, "hi</s>", {"▁", "h", "i", "<", "/", "s", ">"});
        row("a word", all, "foo", {"foo"});
        row("a word between others", all, "a foo,a", {"▁a", "▁", "foo", ",", "a"});
        row("part of a word", all, "food", {"▁foo", "d"});
        row("end of a word", all, "éfoo", {"▁", "é", "fo", "o"});
        row("underscores", all, "foo_ _foo", {"▁foo", "_", "▁", "_", "fo", "o"});
        row("a word after a token", all, "<|x|>foo", {"<|x|>", "foo"});
    }

    void splitsAsTransformers()
    {
        QFETCH(QString, settings);
        QFETCH(QString, text);
        QFETCH(QStringList, expected);
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write("tokenizer_config.json", ('{' + settings + '}').toStdString());
        const auto tokenizer = loadTokenizer(folder.path());
        QCOMPARE(pieces(*tokenizer, text.toStdString()), expected);
        QCOMPARE(tokenizer->vocabularySize(), std::int64_t {36});
    }

    void aWordHasItsOwnId()
    {
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write("tokenizer_config.json", QString("{\"added_tokens_decoder\":{%1}}").arg(beyond).toStdString());
        const auto tokenizer = loadTokenizer(folder.path());
        QCOMPARE(tokenizer->encode("<|x|>foo").back(), 35);
        QCOMPARE(tokenizer->encode("éfoo").back(), 16);
        QCOMPARE(tokenizer->encode("foo\u2003").front(), 35);
        QCOMPARE(tokenizer->describe().english(), std::string("sentencepiece BPE, 34 pieces and 2 added"));
    }

    /// The tokenizers library strips by \s, Unicode's White_Space: what merely looks or acts like a space stays.
    void stripsWhiteSpaceOfAnyKind()
    {
        const std::vector<AddedToken> added {{"<m>", 36, false, true, true, false}};
        const auto tokenIn = [&added](const std::string& text) {
            for (const TextPart& part : splitAtAddedTokens(text, added))
                if (part.token != nullptr)
                    return std::pair(part.begin, part.end);
            return std::pair(text.size(), text.size());
        };
        for (const std::string space : {" ", "\t", "\n", "\v", "\f", "\r", "\u0085", "\u00A0", "\u1680", "\u2000",
                 "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", " \u00A0\n"}) {
            const std::string text = "é" + space + "<m>" + space + "é";
            QCOMPARE(tokenIn(text), std::pair(std::size_t {2}, text.size() - 2));
        }
        for (const std::string other : {"\x1C", "\u200B", "\u2060", "\uFEFF", "\u180E", "\u0084"}) {
            const std::string text = other + "<m>" + other;
            QCOMPARE(tokenIn(text), std::pair(other.size(), other.size() + 3));
        }
    }

    /// As transformers 4.57 and 5.24 begin a text, but that 5.24 does so only where add_bos_token is true, and 4.57
    /// refuses a BOS that is null.
    void rolesComeFromTheFiles_data()
    {
        QTest::addColumn<QString>("config"); // empty: no such file
        QTest::addColumn<QString>("map");
        QTest::addColumn<int>("bos"); // -1: none
        QTest::addColumn<bool>("addBos");
        const auto row = [](const char* name, const char* config, const char* map, int bos, bool addBos = true) {
            QTest::newRow(name) << QString(config) << QString(map) << bos << addBos;
        };
        row("no files", "", "", 1);
        row("nothing named", "{}", "", 1);
        row("wanted", R"({"add_bos_token":true})", "", 1);
        row("not wanted", R"({"add_bos_token":false})", "", 1, false);
        row("null is not wanted", R"({"add_bos_token":null})", "", 1, false);
        row("a text", R"({"bos_token":"</s>"})", "", 2);
        row("an object", R"({"bos_token":{"__type":"AddedToken","content":"</s>"}})", "", 2);
        row("null", R"({"bos_token":null})", "", -1, false);
        row("null and wanted", R"({"bos_token":null,"add_bos_token":true})", "", -1, false);
        row("the map alone", "", R"({"bos_token":"</s>"})", 2);
        row("the map, none in the settings", "{}", R"({"bos_token":"</s>"})", 2);
        row("the map's text replaces", R"({"bos_token":"<s>"})", R"({"bos_token":"</s>"})", 2);
        row("the map's object replaces", R"({"bos_token":"<s>"})", R"({"bos_token":{"content":"</s>"}})", 2);
        row("the map's null replaces", R"({"bos_token":"<s>"})", R"({"bos_token":null})", -1, false);
        row("the map replaces null", R"({"bos_token":null})", R"({"bos_token":"</s>"})", 2);
        row("a decoder, so no map", R"({"bos_token":"<s>","added_tokens_decoder":{"1":{"content":"<s>"}}})",
            R"({"bos_token":"</s>"})", 1);
        row("an empty decoder, so no map", R"({"added_tokens_decoder":{}})", R"({"bos_token":"</s>"})", 1);
    }

    void rolesComeFromTheFiles()
    {
        QFETCH(QString, config);
        QFETCH(QString, map);
        QFETCH(int, bos);
        QFETCH(bool, addBos);
        const Folder folder;
        folder.write("tokenizer.model", model());
        if (!config.isEmpty())
            folder.write("tokenizer_config.json", config.toStdString());
        if (!map.isEmpty())
            folder.write("special_tokens_map.json", map.toStdString());
        const auto tokenizer = loadTokenizer(folder.path());
        QCOMPARE(tokenizer->special().bos.value_or(-1), bos);
        QCOMPARE(tokenizer->special().addBos, addBos);
        QCOMPARE(tokenizer->special().eos.value_or(-1), 2);
    }

    void tokenizerJsonSaysWhetherBos_data()
    {
        QTest::addColumn<QString>("processor");
        QTest::addColumn<QString>("config");
        QTest::addColumn<bool>("addBos");
        const auto row = [](const char* name, const QString& processor, bool addBos, const char* config = "{}") {
            QTest::newRow(name) << processor << QString(config) << addBos;
        };
        const QString start = R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"%1","type_id":0}},
            {"Sequence":{"id":"A","type_id":0}}]})";
        const QString none = R"({"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}]})";
        const QString bytes = R"({"type":"ByteLevel","trim_offsets":true})";
        const QString sequence = R"({"type":"Sequence","processors":[%1,%2]})";
        row("BOS", start.arg("<s>"), true);
        row("none", none, false);
        row("another token", start.arg("</s>"), false);
        row("BOS of the settings", start.arg("</s>"), true, R"({"bos_token":"</s>"})");
        row("no BOS in the settings", start.arg("<s>"), false, R"({"bos_token":null})");
        row("the settings say so", none, true, R"({"add_bos_token":true})");
        row("the settings say no", start.arg("<s>"), false, R"({"add_bos_token":false})");
        row("in a sequence", sequence.arg(bytes, start.arg("<s>")), true);
        row("none in a sequence", sequence.arg(bytes, none), false);
        row("the first of two", sequence.arg(start.arg("<s>"), none), true);
        row("no template", bytes, true);
        row("null", "null", true);
        row("a list", "[]", true);
        row("odd members", R"({"type":"TemplateProcessing","single":[[]],"processors":{}})", false);
        row("odd processors", R"({"type":"Sequence","processors":[1,null,[]]})", true);
    }

    void tokenizerJsonSaysWhetherBos()
    {
        QFETCH(QString, processor);
        QFETCH(QString, config);
        QFETCH(bool, addBos);
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write("tokenizer_config.json", config.toStdString());
        folder.write("tokenizer.json", ("{\"post_processor\":" + processor + '}').toStdString());
        QCOMPARE(loadTokenizer(folder.path())->special().addBos, addBos);
    }

    /// What a sample ends with is the trainer's matter, and a prompt must not end.
    void endsAreNotTheTokenizers()
    {
        for (const char* wanted : {"true", "false", "null"}) {
            const Folder folder;
            folder.write("tokenizer.model", model());
            folder.write("tokenizer_config.json", QString(R"({"add_eos_token":%1})").arg(wanted).toStdString());
            const auto tokenizer = loadTokenizer(folder.path());
            QCOMPARE(tokenizer->special().eos.value_or(-1), 2);
            QCOMPARE(pieces(*tokenizer, "a"), QStringList {"▁a"});
        }
    }

    void theOldListCountsWithoutADecoder()
    {
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write("added_tokens.json", R"({"<|x|>":34,"<|y|>":35})");
        QCOMPARE(loadTokenizer(folder.path())->vocabularySize(), std::int64_t {36});
        folder.write("tokenizer_config.json", R"({"added_tokens_decoder":{"34":{"content":"<|x|>"}}})");
        const auto tokenizer = loadTokenizer(folder.path());
        QCOMPARE(tokenizer->vocabularySize(), std::int64_t {35});
        QCOMPARE(tokenizer->piece(tokenizer->encode("<|x|><|y|>").back()), std::string(">"));
    }

    void asTransformers5Saves_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"bos", "no-bos", "bos-eos"})
            QTest::newRow(name) << name;
    }

    /// Its save_pretrained writes neither added_tokens_decoder, added_tokens.json nor add_bos_token.
    void asTransformers5Saves()
    {
        QFETCH(QString, name);
        const auto folder = sourcePath("tests/reference/tokens/saved/" + name.toStdString());
        const auto tokenizer = loadTokenizer(folder);
        const auto reference = nlohmann::json::parse(readFile(folder / "ids.json"));
        QVERIFY(reference["lines"].size() > 8);
        for (const auto& row : reference["lines"])
            QCOMPARE(tokenizer->encode(row["text"].get<std::string>()), row["ids"].get<std::vector<std::int32_t>>());
        QCOMPARE(tokenizer->special().addBos, reference["whole"][0] == 1);
        QCOMPARE(tokenizer->vocabularySize(), std::int64_t {28});
        QCOMPARE(tokenizer->decode(std::vector<std::int32_t> {24, 26}), std::string("<l>")); // <|x|> is special
    }

    void theListOfTokenizerJsonIsAskedBeforeTheOldOne()
    {
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write("tokenizer.json", R"({"added_tokens":[{"id":34,"content":"<|x|>","lstrip":true}]})");
        folder.write("added_tokens.json", R"({"<|x|>":34,"<|y|>":35})");
        QCOMPARE(pieces(*loadTokenizer(folder.path()), "a <|x|><|y|>"), (QStringList {"▁a", "<|x|>", "<|y|>"}));
        folder.write("tokenizer_config.json", R"({"added_tokens_decoder":{"34":{"content":"<|z|>"}}})");
        QCOMPARE(pieces(*loadTokenizer(folder.path()), "a<|z|>"), (QStringList {"▁a", "<|z|>"}));
    }

    /// Transformers would give it the piece's id, and each token after it in the list another one than it says.
    void aPieceHasNoSecondId()
    {
        const Folder folder;
        folder.write("tokenizer.model", model());
        const auto errorWith = [&folder](const char* list) {
            folder.write("added_tokens.json", list);
            return errorOf([&] { (void)loadTokenizer(folder.path()); });
        };
        for (const char* list : {R"({"▁foo":34})", R"({"<|x|>":34,"▁foo":35})"}) {
            const std::string error = errorWith(list);
            QVERIFY2(contains(error, folder.path().string() + ": the added token \"▁foo\" has the id 3")
                    && contains(error, "but in tokenizer.model it has the id 6."),
                error.c_str());
        }
        QVERIFY(!errorWith(R"({"<unk>":34})").empty());
        QCOMPARE(errorWith(R"({"▁foo":6,"<unk>":0,"</s>":2,"[INST]":3,"<|x|>":34,"foo ":35})"), std::string());
    }

    void tokensOfRolesGiveNoText()
    {
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write("tokenizer_config.json", R"({"eos_token":"<|x|>"})");
        folder.write("added_tokens.json", R"({"<|x|>":34,"<|y|>":35})");
        const std::vector<std::int32_t> both {34, 35};
        QCOMPARE(loadTokenizer(folder.path())->decode(both), std::string("<|y|>"));
        folder.write("tokenizer_config.json",
            R"({"eos_token":"<|x|>","added_tokens_decoder":{"34":{"content":"<|x|>","special":false},
                "35":{"content":"<|y|>"}}})");
        QCOMPARE(loadTokenizer(folder.path())->decode(both), std::string("<|y|>"));
    }

    void listedSpecialTokensGiveNoText()
    {
        const Folder folder;
        folder.write("tokenizer.model", model());
        folder.write(
            "tokenizer_config.json", QString("{\"added_tokens_decoder\":{%1%2}}").arg(listed, beyond).toStdString());
        const auto tokenizer = loadTokenizer(folder.path());
        QCOMPARE(tokenizer->decode(tokenizer->encode("[INST] a</s><|x|><unk>")), std::string("a"));
    }

    void knowsWordCharacters()
    {
        for (const char32_t code : {U'a', U'Z', U'7', U'_', U'\u00E9', U'\u0301', U'\u4E16', U'\u0665', U'\u200D'})
            QVERIFY2(isWordCharacter(code), qPrintable(QString::number(code, 16)));
        for (const char32_t code :
            {U'\0', U' ', U'-', U'<', U'\u00A0', U'\u00BD', U'\u2014', U'\U0001F600', U'\U0010FFFF'})
            QVERIFY2(!isWordCharacter(code), qPrintable(QString::number(code, 16)));
    }
};

QTEST_GUILESS_MAIN(TestAddedTokens)
#include "tst_addedtokens.moc"
