// SPDX-License-Identifier: GPL-3.0-or-later
// What the command line asks beside runs: mistakes are found before the weights are read, and what a report counts.
#include "tests/support/EngineRuns.h"
#include "training/loop/Commands.h"

#include <ATen/Parallel.h>

#include <cmath>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

class TestCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_data = m_folder.write("eval.jsonl", demoEvaluationLines(6)).string();
        m_broken = m_folder.path() / "broken";
        fs::copy(sourcePath("resources/demo/model"), m_broken);
        auto config = nlohmann::json::parse(readFile(m_broken / "config.json"));
        config["intermediate_size"] = config["intermediate_size"].get<int>() + 8;
        writeFileAtomically(m_broken / "config.json", config.dump());
    }

    void mistakesComeBeforeTheWeights_data()
    {
        QTest::addColumn<QString>("mistake");
        QTest::addColumn<QString>("text");
        QTest::newRow("none: the weights are read, and they are broken") << ""
                                                                         << "config.json expects";
        QTest::newRow("data.max_length") << "max_length"
                                         << "data.max_length is 1000, above";
        QTest::newRow("--adapter") << "adapter"
                                   << "/absent/adapter";
        QTest::newRow("--data") << "data"
                                << "/absent/eval.jsonl";
        QTest::newRow("--exact-match") << "exact"
                                       << "no single completion";
        QTest::newRow("--device") << "device"
                                  << "gpu7";
    }

    void mistakesComeBeforeTheWeights()
    {
        QFETCH(const QString, mistake);
        QFETCH(const QString, text);
        EvaluateCommand command = onDemo();
        command.config.model.path = m_broken.string();
        if (mistake == "max_length") {
            command.config.data.maxLength = 1000;
        } else if (mistake == "adapter") {
            command.adapter = "/absent/adapter";
        } else if (mistake == "data") {
            command.config.data.path = "/absent/eval.jsonl";
        } else if (mistake == "exact") {
            command.config.data.format = DataFormat::Text;
            command.config.data.path = m_folder.write("story.txt", "Once there was a brown owl.").string();
            command.exactMatch = true;
        } else if (mistake == "device") {
            command.device = "gpu7";
        }
        const std::string error = errorOf([&] { (void)evaluateFile(command); });
        QVERIFY2(contains(error, text.toStdString()), error.c_str());
    }

    void logitsReadTheWeightsLast()
    {
        LogitsCommand command {.model = m_broken.string(),
            .adapter = {},
            .tokensFile = m_folder.write("tokens.json", "[[1, 5, 9]]").string(),
            .outFile = (m_folder.path() / "logits.safetensors").string(),
            .stop = {}};
        QVERIFY(contains(errorOf([&] { (void)writeLogits(command); }), "config.json expects"));
        command.adapter = "/absent/adapter";
        QVERIFY(contains(errorOf([&] { (void)writeLogits(command); }), "/absent/adapter"));
        command.adapter.clear();
        command.stop.requestStop(); // asked before the first block
        bool stopped = false;
        try {
            (void)writeLogits(command);
        } catch (const Stopped&) {
            stopped = true;
        }
        QVERIFY(stopped);
        QVERIFY(!fs::exists(command.outFile));
    }

    /// LibTorch keeps the number per thread: what is left of it is what the evaluation took.
    void evaluatesOnTheThreadsAskedFor()
    {
        double first = 0.0;
        for (const int threads : {1, 3}) { // one of them is not the number of cores
            EvaluateCommand command = onDemo();
            command.config.train.threads = threads;
            const EvaluationReport report = evaluateFile(command);
            QCOMPARE(at::get_num_threads(), threads);
            QCOMPARE(report.samples, std::int64_t {6});
            first = threads == 1 ? report.loss : first;
            QVERIFY(std::abs(report.loss - first) < 1e-5);
        }
    }

    /// One prompt that leaves no room to answer in must not cost the evaluation.
    void promptsWithoutRoomAreLeftOut()
    {
        std::string endless;
        for (int i = 0; i < 300; ++i)
            endless += "once there was an owl ";
        EvaluateCommand command = onDemo();
        command.exactMatch = true;
        const EvaluationReport without = evaluateFile(command);
        QCOMPARE(without.answered, std::int64_t {6});
        const nlohmann::json sample {{"prompt", endless}, {"completion", " owl"}};
        command.config.data.path
            = m_folder.write("longer.jsonl", sample.dump() + "\n" + demoEvaluationLines(6)).string();
        const EvaluationReport with = evaluateFile(command);
        QCOMPARE(with.answered, std::int64_t {6});
        QCOMPARE(with.exactMatch, without.exactMatch);
        QVERIFY(std::abs(with.loss - without.loss) < 1e-9); // its completion lies behind data.max_length
        command.exactMatch = false;
        QCOMPARE(evaluateFile(command).exactMatch, -1.0);
    }

private:
    [[nodiscard]] EvaluateCommand onDemo() const
    {
        EvaluateCommand command;
        command.config = demoConfig();
        command.config.data.path = m_data;
        command.config.data.maxLength = 256;
        return command;
    }

    Folder m_folder;
    std::string m_data;
    fs::path m_broken;
};

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
