// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Commands.h"
#include "app/train/Console.h"
#include "app/train/TerminalControl.h"
#include "app/train/WriteHold.h"
#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/loop/Commands.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spectune {

namespace fs = std::filesystem;

namespace {

struct RunOptions {
    std::string config;
    std::vector<std::string> assignments;
    std::string out;
    std::string resume;
    std::string edits;
    std::string device = "cpu";
    std::optional<int> wait; ///< seconds
    bool quiet = false;
};

/// runs/<name>-N beside the working directory, N the first that is free.
std::string freshFolder(const std::string& config)
{
    const std::string stem = fs::path(config).stem().string();
    for (int number = 1;; ++number) {
        const fs::path folder = fs::path("runs") / (stem + "-" + std::to_string(number));
        if (!fs::exists(folder))
            return folder.string();
    }
}

/// How long a disk that refuses is waited for.
std::optional<std::chrono::seconds> longestWait(const RunOptions& options)
{
    if (options.wait)
        return std::chrono::seconds(*options.wait);
    return isWatched() ? std::nullopt : std::optional(WriteHold::unattendedLimit);
}

void run(const RunOptions& options)
{
    RunRequest request {.config = loadConfig(options.config, options.assignments),
        .outFolder = options.out,
        .resumeFolder = options.resume,
        .device = options.device,
        .edits = options.edits.empty() ? std::vector<AppliedEdit> {} : loadEdits(options.edits)};
    if (request.outFolder.empty())
        request.outFolder = options.resume.empty() ? freshFolder(options.config) : options.resume;
    TerminalControl control(options.quiet, longestWait(options));
    const auto engine = createEngine();
    RunOutcome outcome = RunOutcome::Finished;
    try {
        outcome = engine->run(request, control);
    } catch (...) {
        control.endLine();
        throw;
    }
    control.endLine();
    if (outcome == RunOutcome::Stopped)
        throw Stopped {};
    if (!options.quiet)
        std::printf("Adapter: %s\n", (fs::path(control.outFolder()) / "adapter").c_str());
}

} // namespace

void addRunCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command = program.add_subcommand("run", "Train an adapter; Ctrl-C saves and stops (exit code 130)");
    command->add_option("config", options->config, "Configuration file (JSON); see `spectune-train fields`")
        ->required();
    command->add_option("--set", options->assignments, "Override a key: --set adalora.target_rank=4")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("--out", options->out, "The run's folder; default runs/<name>-N")->type_name("DIR");
    command->add_option("--resume", options->resume, "Go on with this run's folder, or from one of its checkpoints")
        ->type_name("DIR");
    command
        ->add_option(
            "--edits", options->edits, "Change fields while the run goes on, as another run's edits.jsonl tells it")
        ->type_name("FILE");
    command
        ->add_option("--wait", options->wait,
            "How long to wait for a disk that refuses (full, no rights); default 30 where nobody watches, in a "
            "terminal until Ctrl-C")
        ->type_name("SECONDS")
        ->check(CLI::NonNegativeNumber);
    addDevice(*command, options->device);
    command->add_flag("--quiet", options->quiet, "Print nothing but errors");
    command->callback([options, &chosen] { chosen = [options] { run(*options); }; });
}

} // namespace spectune
