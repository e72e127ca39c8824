// SPDX-License-Identifier: GPL-3.0-or-later
// How long a file's samples are: the same lengths as training has, evenly spaced, bounded, and ended by a stop.
#include "tests/support/Files.h"

#include "training/data/Dataset.h"
#include "training/data/Preview.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr std::int64_t unlimited = std::int64_t {1} << 40U;

std::string words(int count)
{
    std::string text = "once";
    for (int i = 1; i < count; ++i)
        text += " upon";
    return text;
}

std::string textLine(int count)
{
    return "{\"text\": \"" + words(count) + "\"}\n";
}

std::string pairLine(int prompt, int completion)
{
    return R"({"prompt": ")" + words(prompt) + R"(", "completion": " )" + words(completion) + "\"}\n";
}

MeasureLengths asking(const std::filesystem::path& file)
{
    MeasureLengths request;
    request.config.model.path = sourcePath("resources/demo/model").string();
    request.config.data.path = file.string();
    return request;
}

SampleLengths lengthsOf(const MeasureLengths& request, const Progress& progress = {})
{
    SampleCache cache;
    return measureLengths(request, cache, progress);
}

} // namespace

class TestLengths : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areThoseOfTraining()
    {
        const Folder folder;
        std::string text;
        for (const int count : {40, 3, 17, 200, 8})
            text += textLine(count);
        const SampleLengths lengths = lengthsOf(asking(folder.write("a.jsonl", text)));
        QCOMPARE(lengths.samples, std::int64_t {5});
        QCOMPARE(lengths.estimated, std::int64_t {0});
        const auto tokenizer = loadTokenizer(sourcePath("resources/demo/model"));
        std::vector<std::int32_t> expected;
        for (const int count : {3, 8, 17, 40, 200})
            expected.push_back(static_cast<std::int32_t>(
                makeSample({.text = words(count), .spans = {}, .everyToken = true}, *tokenizer, unlimited).ids.size()));
        QCOMPARE(lengths.tokens, expected);
        QCOMPARE(lengths.firstTargets, std::vector<std::int32_t>(5, 1)); // never the first token
    }

    void tellWhatWouldBeDropped()
    {
        const Folder folder;
        const auto file = folder.write("a.jsonl", pairLine(2, 3) + pairLine(300, 3) + pairLine(30, 3));
        MeasureLengths request = asking(file);
        const SampleLengths lengths = lengthsOf(request);
        for (const std::int64_t maxLength : {32, 256, 4096}) {
            request.config.data.maxLength = maxLength;
            const Dataset data(file.string(), request.config.data, loadTokenizer(request.config.model.path));
            const auto dropped = std::count_if(lengths.firstTargets.begin(), lengths.firstTargets.end(),
                [maxLength](std::int32_t first) { return first >= maxLength; });
            QCOMPARE(static_cast<std::int64_t>(dropped), data.dropped());
        }
    }

    void areEvenlySpacedInALargeFile()
    {
        const Folder folder;
        std::string text;
        for (int i = 0; i < 1000; ++i)
            text += textLine(i < 500 ? 5 : 50);
        MeasureLengths request = asking(folder.write("a.jsonl", text));
        request.most = 10;
        const SampleLengths lengths = lengthsOf(request);
        QCOMPARE(lengths.samples, std::int64_t {1000});
        QCOMPARE(lengths.tokens.size(), std::size_t {10});
        QCOMPARE(lengths.tokens[0], lengths.tokens[4]);
        QCOMPARE(lengths.tokens[5], lengths.tokens[9]);
        QVERIFY(lengths.tokens[4] < lengths.tokens[5]); // half of them are from the second half
    }

    void aVeryLongSampleIsEstimated()
    {
        const Folder folder;
        const SampleLengths lengths
            = lengthsOf(asking(folder.write("a.jsonl", textLine(10) + textLine(100'000)))); // 500 kB
        QCOMPARE(lengths.estimated, std::int64_t {1});
        const auto tokenizer = loadTokenizer(sourcePath("resources/demo/model"));
        const auto tenth = static_cast<double>(tokenizer->encode(words(10'000)).size());
        QVERIFY(std::abs(lengths.tokens.back() / (10.0 * tenth) - 1.0) < 0.02);
    }

    void endWithAStop()
    {
        const Folder folder;
        const Progress progress;
        const MeasureLengths request = asking(folder.write("a.jsonl", textLine(5) + textLine(6)));
        progress.stop.requestStop();
        QVERIFY_THROWS_EXCEPTION(Stopped, (void)lengthsOf(request, progress));
    }

    void sayWhatIsWrong()
    {
        const Folder folder;
        QVERIFY(contains(
            errorOf([&] { (void)lengthsOf(asking(folder.write("a.txt", "Once upon a time."))); }), "one document"));
        QVERIFY(contains(
            errorOf([&] { (void)lengthsOf(asking(folder.write("b.jsonl", textLine(3) + "{\"text\": 3,\n"))); }),
            "b.jsonl:2"));
        MeasureLengths request = asking(folder.write("c.jsonl", textLine(3)));
        request.config.model.path.clear();
        QVERIFY(contains(errorOf([&] { (void)lengthsOf(request); }), "model.path"));
    }
};

QTEST_GUILESS_MAIN(TestLengths)
#include "tst_lengths.moc"
