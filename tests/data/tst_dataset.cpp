// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/ByteTokenizer.h"
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/data/Dataset.h"
#include "training/data/Permutation.h"

#include <nlohmann/json.hpp>

#include <set>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::string loss(const Sample& sample)
{
    std::string text;
    for (const std::uint8_t bit : sample.bearsLoss)
        text += bit != 0 ? '1' : '0';
    return text;
}

DataConfig withLength(std::int64_t length)
{
    DataConfig data;
    data.maxLength = length;
    return data;
}

} // namespace

class TestDataset : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void marksWhatBearsLoss()
    {
        const ByteTokenizer bytes;
        const RenderedSample pair {.text = "ab:cd", .spans = {{3, 5}}};
        const Sample sample = makeSample(pair, bytes, 100);
        QCOMPARE(sample.ids, (std::vector<std::int32_t> {1, 107, 108, 68, 109, 110, 2}));
        QCOMPARE(loss(sample), std::string("0000111"));
        const Sample cut = makeSample(pair, bytes, 5);
        QCOMPARE(loss(cut), std::string("00001"));
        QCOMPARE(cut.cutTokens, std::int64_t {2});
        QCOMPARE(loss(makeSample({.text = "abcdef", .spans = {{1, 2}, {4, 5}}}, bytes, 100)), std::string("00100101"));
        QCOMPARE(loss(makeSample({.text = "ab", .spans = {{2, 2}}}, bytes, 100)), std::string("0001"));
        QCOMPARE(loss(makeSample({.text = "ab", .spans = {}}, bytes, 100)), std::string("0000"));
        QCOMPARE(loss(makeSample({.text = "ab", .spans = {}, .everyToken = true}, bytes, 100)), std::string("0111"));
        // Without BOS the text's first token is the first of the sample, which is never a target.
        QCOMPARE(loss(makeSample({.text = "ab", .spans = {}, .everyToken = true}, ByteTokenizer(false), 100)),
            std::string("011"));
    }

    void dropsSamplesWithoutTargets()
    {
        const Folder folder;
        const std::string path
            = folder
                  .write("a.jsonl",
                      "{\"prompt\":\"long prompt\",\"completion\":\"x\"}\n{\"prompt\":\"p\",\"completion\":\"y\"}\n")
                  .string();
        const auto tokenizer = std::make_shared<ByteTokenizer>();
        const Dataset eager(path, withLength(8), tokenizer);
        QCOMPARE(eager.size(), std::int64_t {1});
        QCOMPARE(eager.dropped(), std::int64_t {1});
        QCOMPARE(eager.sample(0)->ids.size(), std::size_t {4});
        const Dataset lazy(path, withLength(8), tokenizer, {}, 0);
        QCOMPARE(lazy.size(), std::int64_t {2}); // nothing is tokenised yet
        QVERIFY(!lazy.sample(0));
        QCOMPARE(lazy.sample(1)->ids, eager.sample(0)->ids);
        QCOMPARE(lazy.usableCount(), std::int64_t {1});
        QCOMPARE(lazy.dropped(), std::int64_t {1});
        QVERIFY(contains(errorOf([&] { Dataset(path, withLength(2), tokenizer); }), "data.max_length 2"));
        QVERIFY(contains(errorOf([&] { Dataset(path, withLength(1), tokenizer); }), "data.max_length is 1"));
    }

    void cutsDocuments()
    {
        const Folder folder;
        const std::string path = folder.write("a.txt", "abcdefghij").string();
        const Dataset data(path, withLength(5), std::make_shared<ByteTokenizer>());
        QCOMPARE(data.size(), std::int64_t {3}); // 12 ids
        QCOMPARE(data.sample(0)->ids, (std::vector<std::int32_t> {1, 107, 108, 109, 110}));
        QCOMPARE(loss(*data.sample(1)), std::string("01111"));
        QCOMPARE(data.sample(2)->ids, (std::vector<std::int32_t> {116, 2}));
        // The last block has one id and so no target.
        const Dataset odd(folder.write("b.txt", "abcd").string(), withLength(5), std::make_shared<ByteTokenizer>());
        QCOMPARE(odd.size(), std::int64_t {1});
        QCOMPARE(odd.dropped(), std::int64_t {1});
    }

    void reportsAndStops()
    {
        const Folder folder;
        std::string lines;
        for (int i = 0; i < 1000; ++i)
            lines += "{\"text\":\"abc\"}\n";
        const std::string path = folder.write("a.jsonl", lines).string();
        Progress progress;
        std::int64_t last = 0;
        progress.report = [&](std::int64_t done, std::int64_t total) {
            QCOMPARE(total, std::int64_t {1000});
            last = done;
        };
        const Dataset data(path, withLength(8), std::make_shared<ByteTokenizer>(), progress);
        QCOMPARE(last, std::int64_t {1000});
        progress.report = [&](std::int64_t done, std::int64_t) {
            if (done > 300)
                progress.stop.requestStop();
        };
        bool stopped = false;
        try {
            const Dataset again(path, withLength(8), std::make_shared<ByteTokenizer>(), progress);
        } catch (const Stopped&) {
            stopped = true;
        }
        QVERIFY(stopped);
    }

    void matchesTheReferencesBatches()
    {
        const auto model = sharedPath("models/stories260K");
        SKIP_WITHOUT(model);
        const std::string rows = sourcePath("tests/reference/trajectory/rows.jsonl").string();
        const Dataset data(rows, withLength(48), loadTokenizer(model));
        const auto reference = nlohmann::json::parse(readFile(sourcePath("tests/reference/trajectory/batches.json")));
        std::int64_t index = 0;
        for (const auto& batch : reference["batches"]) {
            for (std::size_t row = 0; row < batch["ids"].size(); ++row, ++index) {
                const Sample sample = *data.sample(index);
                const auto length = batch["lengths"][row].get<std::size_t>();
                QCOMPARE(sample.ids.size(), length);
                for (std::size_t i = 0; i < length; ++i) {
                    QCOMPARE(sample.ids[i], batch["ids"][row][i].get<std::int32_t>());
                    QCOMPARE(static_cast<int>(sample.bearsLoss[i]), batch["loss"][row][i].get<int>());
                }
            }
        }
        QCOMPARE(data.size(), index);
    }

    void lazyIsEager()
    {
        const auto model = sharedPath("models/stories260K");
        SKIP_WITHOUT(model);
        const auto tokenizer = loadTokenizer(model);
        DataConfig data = withLength(128);
        data.columns.prompt = "question";
        data.columns.completion = "answer";
        const std::string path = sharedPath("text/gsm8k_train.jsonl").string();
        const Dataset eager(path, data, tokenizer);
        const Dataset lazy(path, data, tokenizer, {}, 1);
        QCOMPARE(eager.size() + eager.dropped(), lazy.size());
        std::int64_t kept = 0;
        for (std::int64_t i = 0; i < 300; ++i) {
            if (const auto sample = lazy.sample(i)) {
                QCOMPARE(eager.sample(kept)->ids, sample->ids);
                QCOMPARE(eager.sample(kept++)->bearsLoss, sample->bearsLoss);
            }
        }
    }

    void permutes()
    {
        for (const std::int64_t size : {1, 2, 3, 4, 5, 16, 17, 1000, 4097}) {
            const Permutation order(size, 42, 0);
            std::set<std::int64_t> seen;
            for (std::int64_t i = 0; i < size; ++i) {
                QVERIFY(order(i) >= 0 && order(i) < size);
                seen.insert(order(i));
            }
            QCOMPARE(static_cast<std::int64_t>(seen.size()), size);
        }
        const auto agreement = [](const Permutation& a, const Permutation& b) {
            int same = 0;
            for (std::int64_t i = 0; i < 1000; ++i)
                same += a(i) == b(i) ? 1 : 0;
            return same;
        };
        QCOMPARE(agreement(Permutation(1000, 1, 0), Permutation(1000, 1, 0)), 1000);
        QVERIFY(agreement(Permutation(1000, 1, 0), Permutation(1000, 1, 1)) < 10);
        QVERIFY(agreement(Permutation(1000, 1, 0), Permutation(1000, 2, 0)) < 10);
        // Where entry 0 of 4 comes to stand, over many seeds: even.
        std::array<int, 4> places {};
        for (std::uint64_t seed = 0; seed < 4000; ++seed)
            ++places[static_cast<std::size_t>(Permutation(4, seed, 0)(0))];
        for (const int count : places)
            QVERIFY2(count > 850 && count < 1150, std::to_string(count).c_str());
        QVERIFY(Permutation(std::int64_t {1} << 40U, 7, 3)(123456789) < (std::int64_t {1} << 40U));
    }
};

QTEST_GUILESS_MAIN(TestDataset)
#include "tst_dataset.moc"
