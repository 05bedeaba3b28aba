// SPDX-License-Identifier: Apache-2.0

// How a command is added to the command line: its parser, its arguments, options that several have.
//
// Place: part of `ouro`; command_line.cc and command_line_corpora.cc add the commands.

#ifndef FUZZ_OURO_COMMAND_ADDING_H_
#define FUZZ_OURO_COMMAND_ADDING_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "fuzz/ouro/commands.h"
#include "fuzz/terminal.h"

namespace ouro {

inline constexpr char kByName[] = "the collector; `ouro specimens` lists them";
inline constexpr char kFromFile[] =
    "the collector; by default the one that the head of the file names (`# specimen: NAME`), "
    "otherwise optimized";
inline constexpr char kPrograms[] = "programs; folders; - is standard input";

inline constexpr char kWeights[] =
    "a file of weights for the generator, as `ouro generate --weights` prints";

inline constexpr int kMaxSeconds = 10'000'000;  // 116 days
inline constexpr int kMaxWorkers = 1024;
inline constexpr int kMaxPrograms = 100'000'000;
inline constexpr int kMaxOperations = 100'000;
inline constexpr int kMaxLine = 100'000'000;  // of a trace; also the number of an object

struct CommandLine {
  CLI::App app;
  std::string group;  // of the commands that are added next, in --help
  int exit_code = 2;  // of the command that ran
};

// A command's parser, and its arguments, which live as long as that.
template <typename Arguments>
struct Added {
  CLI::App* app;
  Arguments& arguments;
};

template <typename Arguments>
Added<Arguments> Add(CommandLine& line, const char* name, const char* summary,
                     std::string (*run)(const Arguments&, int*)) {
  CLI::App* app = line.app.add_subcommand(name, summary)->group(line.group);
  const auto arguments = std::make_shared<Arguments>();
  app->callback([&line, run, arguments] {
    const std::string error = run(*arguments, &line.exit_code);
    if (!error.empty()) line.exit_code = Complain(error);
  });
  return {app, *arguments};
}

inline void AddContract(CLI::App* app, std::string* contract) {
  app->add_option("--contract", *contract,
                  "what it promises, instead of what its name or library says; `ouro contracts` "
                  "lists them");
}

inline void AddSpecimen(CLI::App* app, SpecimenChoice* choice, const char* what) {
  app->add_option("--specimen", choice->specimen, what)->capture_default_str();
  AddContract(app, &choice->contract);
}

// A number with its bounds; its default is shown.
template <typename Number>
void AddNumber(CLI::App* app, const char* name, Number* number, int least, int most,
               const char* what) {
  app->add_option(name, *number, what)->capture_default_str()->check(CLI::Range(least, most));
}

inline void AddSeed(CLI::App* app, uint64_t* seed) {
  app->add_option("--seed", *seed, "of the sequence of programs")->capture_default_str();
}

// The group "Maintain corpora and measure".
void AddCorporaCommands(CommandLine& line);

}  // namespace ouro

#endif  // FUZZ_OURO_COMMAND_ADDING_H_
