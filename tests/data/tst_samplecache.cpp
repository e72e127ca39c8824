// SPDX-License-Identifier: GPL-3.0-or-later
// A data file and a tokenizer stay open between requests, and are read anew once they were changed.
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/data/SampleCache.h"

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// As an editor would leave it some seconds later.
void edit(const fs::path& file, std::string_view text)
{
    const fs::file_time_type before = fs::last_write_time(file);
    writeFileAtomically(file, text);
    fs::last_write_time(file, before + std::chrono::seconds(5));
}

} // namespace

class TestSampleCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFileStaysOpen()
    {
        const Folder folder;
        const std::string file = folder.write("a.jsonl", "{\"text\":\"x\",\"other\":\"y\"}\n").string();
        SampleCache cache;
        DataConfig data;
        const auto first = cache.samples(file, data, {});
        data.maxLength = 7; // the samples are cut afterwards
        QVERIFY(cache.samples(file, data, {}) == first);
        data.columns.text = "other";
        const auto other = cache.samples(file, data, {});
        QCOMPARE(other->render(0).text, std::string("y"));
        data.templateText = "{text}!";
        QCOMPARE(cache.samples(file, data, {})->render(0).text, std::string("y!"));
        QCOMPARE(cache.samples(folder.write("b.jsonl", "{\"text\":\"z\"}\n").string(), {}, {})->render(0).text,
            std::string("z"));
    }

    void aChangedFileIsReadAnew()
    {
        const Folder folder;
        const fs::path file = folder.write("a.jsonl", "{\"text\":\"x\"}\n");
        SampleCache cache;
        const auto first = cache.samples(file.string(), {}, {});
        edit(file, "{\"text\":\"y\"}\n"); // of the same size
        QCOMPARE(cache.samples(file.string(), {}, {})->render(0).text, std::string("y"));
        std::ofstream(file, std::ios::app) << "{\"text\":\"z\"}\n";
        QCOMPARE(cache.samples(file.string(), {}, {})->size(), std::int64_t {2});
        fs::remove(file);
        QVERIFY(contains(ioErrorOf([&] { (void)cache.samples(file.string(), {}, {}); }), file.string()));
        QCOMPARE(first->size(), std::int64_t {1}); // who still has the first one goes on with it
    }

    void aTokenizerStaysUntilItsFolderChanges()
    {
        const Folder folder;
        fs::copy_file(sourcePath("resources/demo/model/tokenizer.model"), folder.path() / "tokenizer.model");
        SampleCache cache;
        const auto first = cache.tokenizer(folder.path().string());
        QVERIFY(first->special().addBos);
        QVERIFY(cache.tokenizer(folder.path().string()) == first);
        folder.write("tokenizer_config.json", R"({"add_bos_token": false})");
        QVERIFY(!cache.tokenizer(folder.path().string())->special().addBos);
    }

    void aDocumentIsTokenisedOnce()
    {
        const Folder folder;
        const fs::path file = folder.write("a.txt", QByteArray("once upon ").repeated(20'000).toStdString());
        SampleCache cache;
        const auto tokenizer = cache.tokenizer(sourcePath("resources/demo/model").string());
        const auto document
            = [&] { return cache.document(cache.samples(file.string(), {}, {}), tokenizer, StopToken {}); };
        const auto first = document();
        QCOMPARE(first->tokens.size(), tokenizer->encode(first->rendered.text).size());
        QVERIFY(document() == first);
        edit(file, "once");
        QCOMPARE(document()->rendered.text, std::string("once"));
    }

    /// It takes seconds where the document is as large as may be.
    void tokenisingADocumentCanBeStopped()
    {
        const auto tokenizer = loadTokenizer(sourcePath("resources/demo/model"));
        const StopToken stop;
        QCOMPARE(tokenizer->encodeDocument("once upon", stop).size(), tokenizer->encode("once upon").size());
        stop.requestStop();
        QVERIFY_THROWS_EXCEPTION(Stopped, (void)tokenizer->encodeDocument("once upon", stop));
    }
};

QTEST_GUILESS_MAIN(TestSampleCache)
#include "tst_samplecache.moc"
