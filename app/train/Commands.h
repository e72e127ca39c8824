// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace spectune {

/// What the chosen subcommand does; set by its callback, run by main() under runGuarded().
using Chosen = std::function<void()>;

/// `--device`, which every command takes; a text that names no kind of device is refused even where nothing is
/// computed.
void addDevice(CLI::App& command, std::string& device, const std::string& help = "cpu, cuda or cuda:N");

// Each adds one subcommand with its options to the program.
void addRunCommand(CLI::App& program, Chosen& chosen);
void addEvalCommand(CLI::App& program, Chosen& chosen);
void addGenerateCommand(CLI::App& program, Chosen& chosen);
void addLogitsCommand(CLI::App& program, Chosen& chosen);
void addTokenizeCommand(CLI::App& program, Chosen& chosen);
void addExportCommand(CLI::App& program, Chosen& chosen);
void addInfoCommand(CLI::App& program, Chosen& chosen);
void addBenchCommand(CLI::App& program, Chosen& chosen);
void addFieldsCommand(CLI::App& program, Chosen& chosen);

} // namespace spectune
