// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/train/Program.h"

#include "tests/support/Files.h"
#include "training/core/AtomicFile.h"

#include <QtCore/QProcessEnvironment>

#include <algorithm>
#include <sstream>

namespace spectune::testing {

nlohmann::json Outcome::object() const
{
    nlohmann::json value = nlohmann::json::parse(out, nullptr, /*allow_exceptions=*/false);
    return value.is_object() && out.ends_with('\n') ? value : nlohmann::json();
}

void startProgram(QProcess& process, const QStringList& arguments)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("OMP_NUM_THREADS", "1");
    process.setProcessEnvironment(environment);
    process.start(SPECTUNE_TRAIN_PROGRAM, arguments);
}

Outcome finish(QProcess& process)
{
    if (!process.waitForFinished(120000) || process.exitStatus() != QProcess::NormalExit) {
        process.kill();
        process.waitForFinished();
        return {.code = -1, .out = process.readAllStandardOutput().toStdString(), .err = "did not end by itself"};
    }
    return {.code = process.exitCode(),
        .out = process.readAllStandardOutput().toStdString(),
        .err = process.readAllStandardError().toStdString()};
}

Outcome call(const QStringList& arguments)
{
    QProcess process;
    startProgram(process, arguments);
    return finish(process);
}

std::filesystem::path writeConfig(const std::filesystem::path& folder)
{
    std::istringstream samples(readFile(sourcePath("resources/demo/train.jsonl")));
    std::string some;
    std::string line;
    for (int i = 0; i < 32 && std::getline(samples, line); ++i)
        some += line + "\n";
    writeFileAtomically(folder / "train.jsonl", some);
    const nlohmann::json config {{"model", {{"path", sourcePath("resources/demo/model").string()}}},
        {"data", {{"path", (folder / "train.jsonl").string()}, {"max_length", 64}}},
        {"train", {{"seed", 1}, {"steps", 6}, {"batch_size", 2}, {"threads", 1}}}, {"method", {{"name", "adalora"}}},
        {"adalora",
            {{"init_rank", 3}, {"target_rank", 1}, {"alpha", 12}, {"ti", 1}, {"tf", 2}, {"delta_t", 3},
                {"targets", {"q_proj", "up_proj"}}}}};
    writeFileAtomically(folder / "CONFIG.json", config.dump(1));
    return folder / "CONFIG.json";
}

std::size_t lineCount(const std::filesystem::path& file)
{
    const std::string content = std::filesystem::exists(file) ? readFile(file) : std::string();
    return static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
}

} // namespace spectune::testing
