// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Commands.h"
#include "app/train/Console.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string_view>

namespace spectune {

void addDevice(CLI::App& command, std::string& device, const std::string& help)
{
    command.add_option("--device", device, help)->capture_default_str()->check([](const std::string& text) {
        std::string_view number = text;
        const bool numbered = number.starts_with("cuda:");
        number.remove_prefix(numbered ? std::string_view("cuda:").size() : 0);
        const bool known = text == "cpu" || text == "cuda"
            || (numbered && !number.empty()
                && std::ranges::all_of(number, [](unsigned char c) { return std::isdigit(c); }));
        return known ? std::string() : "The device \"" + text + "\" is not known. Use cpu, cuda or cuda:N.";
    });
}

} // namespace spectune

int main(int argc, char** argv)
{
    using namespace spectune;
    installSignalHandlers(); // first of all: from here on a signal is obeyed, not died of
    CLI::App program {"Spectune in the terminal: fine-tunes language models with AdaLoRA.", "spectune-train"};
    program.set_version_flag("--version", "spectune-train " SPECTUNE_VERSION);
    program.require_subcommand(1);
    Chosen chosen;
    addRunCommand(program, chosen);
    addEvalCommand(program, chosen);
    addGenerateCommand(program, chosen);
    addLogitsCommand(program, chosen);
    addTokenizeCommand(program, chosen);
    addExportCommand(program, chosen);
    addInfoCommand(program, chosen);
    addBenchCommand(program, chosen);
    addFieldsCommand(program, chosen);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        constexpr int badInput = 2;
        if (argc > 1 && argv[1][0] != '-' && program.get_subcommands().empty()) {
            std::fprintf(stderr, "spectune-train: there is no command \"%s\". There are", argv[1]);
            for (const CLI::App* command : program.get_subcommands({}))
                std::fprintf(stderr, " %s", command->get_name().c_str());
            std::fprintf(stderr, ".\n");
            return badInput;
        }
        if (program.exit(error) != 0)
            return badInput;
        return runGuarded([] {}); // --help and --version arrive here as well; both may find no room where they print
    }
    return runGuarded(chosen);
}
