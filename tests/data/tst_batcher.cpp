// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/data/Batcher.h"
#include "training/data/Preview.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::shared_ptr<const Dataset> stories(std::uintmax_t eager = Dataset::eagerLimit)
{
    DataConfig data;
    data.maxLength = 48;
    return std::make_shared<const Dataset>(sourcePath("tests/reference/trajectory/rows.jsonl").string(), data,
        loadTokenizer(sharedPath("models/stories260K")), Progress {}, eager);
}

DataPreview previewOf(const PreviewData& request)
{
    SampleCache cache;
    return previewData(request, cache);
}

bool same(const Batch& a, const Batch& b)
{
    return a.tokens.equal(b.tokens) && a.targets.equal(b.targets) && a.targetCount == b.targetCount;
}

} // namespace

class TestBatcher : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void collates()
    {
        const std::vector<Sample> samples {
            {.ids = {1, 5, 6, 2}, .bearsLoss = {0, 0, 1, 1}}, {.ids = {1, 7}, .bearsLoss = {0, 1}}};
        const Batch batch = collate(samples, 9);
        QVERIFY(batch.tokens.equal(at::tensor({1, 5, 6, 2, 1, 7, 9, 9}, at::kLong).reshape({2, 4})));
        QVERIFY(batch.targets.equal(at::tensor({-100, 6, 2, -100, 7, -100, -100, -100}, at::kLong).reshape({2, 4})));
        QCOMPARE(batch.targetCount, std::int64_t {3});
        const auto parts = splitMicroBatches(batch, 1);
        QCOMPARE(parts.size(), std::size_t {2});
        QCOMPARE(parts[0].targetCount + parts[1].targetCount, batch.targetCount);
        QVERIFY(parts[1].tokens.equal(at::tensor({1}, at::kLong).reshape({1, 1})));
        QVERIFY(parts[1].targets.equal(at::tensor({7}, at::kLong).reshape({1, 1})));
        QCOMPARE(splitMicroBatches(batch, 0).size(), std::size_t {1});
        QCOMPARE(splitMicroBatches(batch, 5).size(), std::size_t {1});
    }

    void goesThroughTheFile()
    {
        SKIP_WITHOUT(sharedPath("models/stories260K"));
        const auto reference = nlohmann::json::parse(readFile(sourcePath("tests/reference/trajectory/batches.json")));
        Batcher batcher(stories(), 4, false, 42);
        for (const auto& expected : reference["batches"]) {
            const Batch batch = batcher.next();
            QCOMPARE(batch.samples(), std::int64_t {4});
            const at::Tensor tokens = batch.tokens;
            for (std::int64_t row = 0; row < 4; ++row) {
                for (std::int64_t i = 0; i < tokens.size(1); ++i)
                    QCOMPARE(tokens[row][i].item<std::int64_t>(),
                        expected["ids"][static_cast<std::size_t>(row)][static_cast<std::size_t>(i)]
                            .get<std::int64_t>());
            }
        }
        QVERIFY(!batcher.nextOfEpoch());
        QCOMPARE(batcher.position().epoch, std::int64_t {1});
        QCOMPARE(batcher.position().index, std::int64_t {0});
    }

    void resumes_data()
    {
        QTest::addColumn<bool>("shuffle");
        QTest::addColumn<bool>("lazy");
        QTest::newRow("in order") << false << false;
        QTest::newRow("shuffled") << true << false;
        QTest::newRow("shuffled, lazy") << true << true;
    }

    void resumes()
    {
        SKIP_WITHOUT(sharedPath("models/stories260K"));
        QFETCH(bool, shuffle);
        QFETCH(bool, lazy);
        const auto data = stories(lazy ? 0 : Dataset::eagerLimit);
        Batcher through(data, 5, shuffle, 7);
        std::vector<Batch> batches;
        std::vector<DataPosition> positions;
        for (int i = 0; i < 40; ++i) {
            positions.push_back(through.position());
            batches.push_back(through.next());
        }
        QCOMPARE(batches[12].samples(), std::int64_t {4}); // 64 = 12 · 5 + 4
        QVERIFY(positions[13].epoch <= 1 && positions[14].epoch == 1);
        QCOMPARE(same(batches[0], batches[13]), !shuffle);
        for (const std::size_t at : {0U, 3U, 12U, 13U, 14U, 30U}) {
            Batcher resumed(data, 5, shuffle, 7);
            resumed.seek(positions[at]);
            for (std::size_t i = at; i < batches.size(); ++i)
                QVERIFY(same(resumed.next(), batches[i]));
        }
        QVERIFY(contains(errorOf([&] { through.seek({0, 65}); }), "does not fit"));
        QVERIFY(contains(errorOf([&] { Batcher(data, 0, false, 1); }), "train.batch_size"));
    }

    void previews()
    {
        SKIP_WITHOUT(sharedPath("models/stories260K"));
        PreviewData request;
        request.config.model.path = sharedPath("models/stories260K").string();
        request.config.data.path = sharedPath("text/e2e_valid.txt").string();
        request.sample = 3;
        const DataPreview preview = previewOf(request);
        QVERIFY(preview.format == DataFormat::E2e);
        QVERIFY(contains(preview.decision.english(), "e2e"));
        QCOMPARE(preview.tokens.front().text, std::string("<s>"));
        QCOMPARE(preview.tokens.back().text, std::string("</s>"));
        std::string text;
        std::string learnt;
        for (std::size_t i = 1; i + 1 < preview.tokens.size(); ++i) {
            text += preview.tokens[i].text;
            learnt += preview.tokens[i].bearsLoss ? preview.tokens[i].text : "";
        }
        QCOMPARE(text, preview.text);
        QVERIFY2(contains(learnt, "friendly arena") && !contains(learnt, "area :"), learnt.c_str());
        QVERIFY(preview.tokens.back().bearsLoss);

        request.config.data.maxLength = 10;
        const DataPreview cut = previewOf(request);
        QCOMPARE(cut.tokens.size(), std::size_t {10});
        QCOMPARE(cut.cutTokens + 10, static_cast<std::int64_t>(preview.tokens.size()));
        QVERIFY(!cut.cutMore);
        QCOMPARE(cut.documentTokens, std::int64_t {0});

        request.config.data.evalPath = sharedPath("text/tinyshakespeare.txt").string();
        request.evaluationFile = true;
        request.config.data.maxLength = 64;
        const DataPreview block = previewOf(request);
        QCOMPARE(block.tokens.size(), std::size_t {64});
        QVERIFY(block.samples > 1000);
        QCOMPARE(block.samples, (block.documentTokens + 63) / 64);
        text.clear();
        for (const PreviewToken& token : block.tokens)
            text += token.text;
        QCOMPARE(text, block.text);
        QVERIFY(!block.tokens.front().bearsLoss && block.tokens.back().bearsLoss);
        request.sample = block.samples;
        QVERIFY(contains(errorOf([&] { (void)previewOf(request); }), "there is no block"));
        request.config.model.path.clear();
        QVERIFY(contains(errorOf([&] { (void)previewOf(request); }), "model.path"));
    }

    void previewsOddTexts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("more");
        QTest::newRow("emoji") << QByteArray("wolf \xF0\x9F\x90\xBA\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9 end")
                               << false;
        QTest::newRow("right to left") << QByteArray(
            "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D 12 \xD8\xB3\xD9\x84\xD8\xA7\xD9\x85")
                                       << false;
        QTest::newRow("control characters") << QByteArray("a\\u0000b\\u001b[31mc\\t\\u202ed") << false;
        QTest::newRow("a line of 3 MB") << QByteArray("once upon ").repeated(300'000) << true;
        QTest::newRow("3 MB without a space") << QByteArray("\xE5\xAD\x97").repeated(1'000'000) << true;
    }

    void previewsOddTexts()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, more);
        const Folder folder;
        PreviewData request;
        request.config.model.path = sourcePath("resources/demo/model").string();
        request.config.data.path = folder.write("a.jsonl", "{\"text\": \"" + text.toStdString() + "\"}\n").string();
        request.config.data.maxLength = 300;
        const DataPreview preview = previewOf(request);
        QCOMPARE(preview.cutMore, more);
        QVERIFY(preview.tokens.size() <= 300U);
        QCOMPARE(preview.tokens.size() == 300U, more);
        std::string joined;
        for (std::size_t i = 1; i < preview.tokens.size() - (more ? 0 : 1); ++i) {
            const QByteArray bytes = QByteArray::fromStdString(preview.tokens[i].text);
            QCOMPARE(QString::fromUtf8(bytes).toUtf8(), bytes); // whole characters
            joined += preview.tokens[i].text;
        }
        QCOMPARE(joined, preview.text);
        QVERIFY(preview.text.size() < 100'000U);
    }

    void inspects()
    {
        SKIP_WITHOUT(sharedPath("models/stories260K"));
        QCOMPARE(inspectModel(sharedPath("models/stories260K").string()).tokenizer.english(),
            std::string("sentencepiece BPE, 512 pieces"));
        const ModelSummary without = inspectModel(sourcePath("tests/reference/models/llama-untied").string());
        QVERIFY(contains(without.tokenizer.english(), "no tokenizer.model"));
        QCOMPARE(without.layers, std::int64_t {2});
    }
};

QTEST_GUILESS_MAIN(TestBatcher)
#include "tst_batcher.moc"
