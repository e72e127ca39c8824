// SPDX-License-Identifier: GPL-3.0-or-later
// Trying a model: reading given answers, judging samples, and how tokens are drawn, on the bundled demo.
#include "tests/support/EngineRuns.h"
#include "training/io/Safetensors.h"
#include "training/loop/Commands.h"
#include "training/loop/TextGenerator.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>

using namespace spectune;
using namespace spectune::testing;

class TestAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_config = demoConfig();
        m_config.data.maxLength = 256; // nothing is cut
        m_config.data.evalPath = m_folder.write("eval.jsonl", demoEvaluationLines(6)).string();
        m_run = (m_folder.path() / "run").string();
        RecordingControl control;
        QVERIFY(runEngine(control, m_config, m_run) == RunOutcome::Finished);
    }

    /// The sums over all samples are what the evaluation says, for both sides.
    void judgedLossesAreTheEvaluations()
    {
        const JudgedSamples judged = judge(0, 100);
        QCOMPARE(judged.samples, std::int64_t {6});
        QCOMPARE(judged.verdicts.size(), std::size_t {6});
        for (int side = 0; side < 2; ++side) {
            double sum = 0.0;
            std::int64_t tokens = 0;
            for (const SampleVerdict& verdict : judged.verdicts) {
                sum += verdict.sides[static_cast<std::size_t>(side)].loss;
                tokens += verdict.tokens;
            }
            EvaluateCommand command;
            command.config = m_config;
            command.config.data.path = m_config.data.evalPath;
            command.adapter = side == 1 ? m_run : std::string();
            const EvaluationReport report = evaluateFile(command);
            QCOMPARE(tokens, report.tokens);
            QVERIFY(std::abs(sum / static_cast<double>(tokens) - report.loss) < 1e-5);
        }
    }

    void piecesAreTheWhole()
    {
        const JudgedSamples whole = judge(0, 6);
        const JudgedSamples end = judge(4, 100);
        QCOMPARE(end.verdicts.size(), std::size_t {2});
        QCOMPARE(end.verdicts[1].sample, std::int64_t {5});
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(end.verdicts[i].expected, whole.verdicts[4 + i].expected);
            QCOMPARE(end.verdicts[i].sides[1].answer, whole.verdicts[4 + i].sides[1].answer);
        }
        QVERIFY(judge(6, 4).verdicts.empty());
        for (const SampleVerdict& verdict : whole.verdicts) {
            for (const SideVerdict& side : verdict.sides)
                QCOMPARE(side.right, sameAnswer(side.answer, verdict.expected));
        }
    }

    void readAnswersAreTheJudgedOnes()
    {
        const SampleVerdict verdict = judge(0, 1).verdicts.at(0);
        for (const bool tuned : {false, true}) {
            ScoreAnswers request;
            request.modelPath = m_config.model.path;
            request.adapterPath = m_run;
            request.tuned = tuned;
            request.prompt = verdict.prompt;
            request.answers = {verdict.expected, " something else"};
            request.maxLength = m_config.data.maxLength;
            const auto scored = std::get<ScoredAnswers>(m_engine.answer(request, {}));
            QCOMPARE(scored.answers.size(), std::size_t {2});
            const AnswerScore& score = scored.answers[0];
            QCOMPARE(static_cast<std::int64_t>(score.tokens.size()), verdict.tokens);
            QVERIFY(std::abs(score.loss - verdict.sides[tuned ? 1 : 0].loss) < 1e-4);
            std::string text;
            double sum = 0.0;
            for (const ScoredToken& token : score.tokens) {
                text += token.control ? std::string() : token.text;
                sum += token.loss;
            }
            QCOMPARE(text, verdict.expected);
            QVERIFY(std::abs(sum - score.loss) < 1e-9);
            QVERIFY(score.tokens.back().control); // EOS
        }
    }

    void withoutAnAdapterThereIsNoTunedSide()
    {
        JudgeSamples request;
        request.config = m_config;
        QVERIFY(contains(errorOf([&] { (void)m_engine.answer(request, {}); }), "no adapter"));
        ScoreAnswers none;
        none.modelPath = m_config.model.path;
        QVERIFY(contains(errorOf([&] { (void)m_engine.answer(none, {}); }), "no answer"));
    }

    void topKKeepsTheLikeliest()
    {
        const at::Tensor logits = at::log(at::tensor({0.5, 0.2, 0.2, 0.1}, at::kDouble));
        std::mt19937_64 random(7);
        std::array<int, 4> counts {};
        for (int i = 0; i < 2000; ++i)
            ++counts.at(static_cast<std::size_t>(sampleToken(logits, 1.0, 1.0, random, 1)));
        QCOMPARE(counts[0], 2000);
        counts = {};
        for (int i = 0; i < 4000; ++i)
            ++counts.at(static_cast<std::size_t>(sampleToken(logits, 1.0, 1.0, random, 3)));
        QCOMPARE(counts[3], 0);
        QVERIFY(std::abs(counts[0] / 4000.0 - 5.0 / 9.0) < 0.03); // renormalised among those that are left
        // Of the three, top-p 0.5 leaves the first: its share among them is 0.56.
        for (int i = 0; i < 200; ++i)
            QCOMPARE(sampleToken(logits, 1.0, 0.5, random, 3), 0);
    }

    void aStopTextEndsTheAnswer()
    {
        const SampleVerdict verdict = judge(0, 1).verdicts.at(0);
        Generate request;
        request.modelPath = m_config.model.path;
        request.prompt = verdict.prompt;
        request.maxNewTokens = 24;
        const auto whole = std::get<GeneratedText>(m_engine.answer(request, {}));
        QVERIFY(whole.text.size() > 6);
        request.stop = whole.text.substr(4, 2);
        const std::string expected = whole.text.substr(0, whole.text.find(request.stop));
        std::string streamed;
        const auto cut = std::get<GeneratedText>(m_engine.answer(
            request, {.stop = {}, .partialText = [&streamed](const std::string& text) { streamed += text; }}));
        QCOMPARE(cut.text, expected);
        QVERIFY(cut.ended);
        QVERIFY(cut.ids.size() <= whole.ids.size());
        QVERIFY(expected.starts_with(streamed)); // nothing was shown that the stop takes back
    }

    void everyEndStops_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("config.json") << "config.json";
        QTest::newRow("generation_config.json") << "generation_config.json";
    }

    /// The first token that the demo's model writes stands in the file as a further end.
    void everyEndStops()
    {
        QFETCH(QString, file);
        const Folder folder;
        const std::filesystem::path model = folder.path() / "model";
        std::filesystem::copy(sourcePath("resources/demo/model"), model, std::filesystem::copy_options::recursive);
        Generate request;
        request.modelPath = model.string();
        request.device = "cpu";
        request.prompt = judge(0, 1).verdicts.front().prompt;
        request.maxNewTokens = 12;
        request.temperature = 0.0;
        const auto whole = std::get<GeneratedText>(m_engine.answer(request, {}));
        QVERIFY(whole.ids.size() > 1);
        const auto config = nlohmann::json::parse(readFile(model / "config.json"));
        auto changed = file == "config.json" ? config : nlohmann::json::object();
        changed["eos_token_id"] = {config["eos_token_id"], whole.ids.front()};
        writeFileAtomically(model / file.toStdString(), changed.dump());
        const auto cut = std::get<GeneratedText>(m_engine.answer(request, {})); // it has the model of before in memory
        QCOMPARE(cut.ids, std::vector<std::int32_t> {whole.ids.front()});
        QVERIFY(cut.ended);
    }

    /// The same name, another model: a run and an answer take what is there now.
    void aFolderMadeAnewIsReadAnew()
    {
        const Folder folder;
        const std::filesystem::path model = folder.path() / "model";
        std::filesystem::copy(sourcePath("resources/demo/model"), model);
        LoadedModel cache;
        cache = loadModel(model.string(), ElementType::Float32, at::kCPU, cache);
        const std::shared_ptr<DecoderModel> before = cache.model;
        QVERIFY(loadModel(model.string(), ElementType::Float32, at::kCPU, cache).model == before);
        std::vector<NamedTensor> tensors;
        {
            const SafetensorsFile file(model / "model.safetensors");
            for (const TensorInfo& info : file.tensors())
                tensors.push_back({info.name, file.tensor(info.name) * 2.0});
        }
        writeSafetensors(model / "model.safetensors", tensors, {{"format", "pt"}});
        std::filesystem::last_write_time(
            model / "model.safetensors", std::filesystem::file_time_type::clock::now() + std::chrono::seconds(2));
        const LoadedModel after = loadModel(model.string(), ElementType::Float32, at::kCPU, cache);
        QVERIFY(after.model != before);
        QVERIFY(at::equal(after.model->embedding(), before->embedding() * 2.0));
    }

    /// The file is still open, so another one of its size and time in its place is not seen; a changed one is.
    void theNextSampleNeedsNoFileOpenedAnew()
    {
        namespace fs = std::filesystem;
        const Folder folder;
        const std::string lines = demoEvaluationLines(3);
        const fs::path file = folder.write("eval.jsonl", lines);
        JudgeSamples judging;
        judging.config = m_config;
        judging.config.data.evalPath = file.string();
        judging.adapterPath = m_run;
        judging.count = 1;
        PreviewData previewing {.config = judging.config, .evaluationFile = true};
        MeasureLengths measuring {.config = judging.config};
        measuring.config.data.path = file.string();
        const auto counts = [&] {
            return std::array {std::get<JudgedSamples>(m_engine.answer(judging, {})).samples,
                std::get<DataPreview>(m_engine.answer(previewing, {})).samples,
                std::get<SampleLengths>(m_engine.answer(measuring, {})).samples};
        };
        const std::array<std::int64_t, 3> three {3, 3, 3};
        const std::array<std::int64_t, 3> two {2, 2, 2};
        QVERIFY(counts() == three);
        const fs::file_time_type time = fs::last_write_time(file);
        std::string fewer = demoEvaluationLines(2);
        fewer.resize(lines.size(), '\n');
        writeFileAtomically(file, fewer);
        fs::last_write_time(file, time);
        QVERIFY(counts() == three);
        fs::last_write_time(file, time + std::chrono::seconds(5));
        QVERIFY(counts() == two);
    }

    void anAnswerWithoutRoomIsRefused()
    {
        ScoreAnswers request;
        request.modelPath = m_config.model.path;
        request.prompt = "Once there was a brown owl.";
        request.answers = {" owl"};
        for (const std::int64_t length : {0, 1, 2}) {
            request.maxLength = length;
            const std::string text = configErrorOf([&] { (void)m_engine.answer(request, {}); });
            QVERIFY2(contains(text, "behind token " + std::to_string(length)), text.c_str());
        }
    }

private:
    [[nodiscard]] JudgedSamples judge(std::int64_t first, std::int64_t count)
    {
        JudgeSamples request;
        request.config = m_config;
        request.adapterPath = m_run;
        request.first = first;
        request.count = count;
        return std::get<JudgedSamples>(m_engine.answer(request, {}));
    }

    Folder m_folder;
    RunConfig m_config;
    std::string m_run;
    LibTorchEngine m_engine;
};

QTEST_GUILESS_MAIN(TestAnswers)
#include "tst_answers.moc"
