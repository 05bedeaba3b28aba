// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "fuzz/terminal.h"

namespace ouro {
namespace {

// The number of edits that turn one word into the other; a swap of neighbours is one edit.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

// Commands of earlier versions.
struct Renamed {
  const char* old_name;
  const char* name;
};
constexpr Renamed kRenamed[] = {{"exhaust", "enumerate"}};

bool IsOption(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

std::string DidYouMean(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = Nearest(word, known);
  return nearest.empty() ? "" : fmt::format("; did you mean `{}`?", nearest);
}

// What is wrong with the first word, which should have been a command.
std::string UnknownCommand(const CLI::App* app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  std::string hint = DidYouMean(word, known);
  for (const Renamed& renamed : kRenamed) {
    if (word == renamed.old_name) hint = fmt::format("; it is now called `{}`", renamed.name);
  }
  return fmt::format("there is no command `{}`{}", OneLine(word, 100), hint);
}

// What is wrong with the first argument that the command does not take: an option, if there is one,
// as its value then is an argument too many as well.
std::string UnexpectedArgument(const CLI::App* command, const std::vector<std::string>& words) {
  const auto option = std::find_if(words.begin(), words.end(), IsOption);
  if (option == words.end()) {
    return fmt::format("one argument too many: `{}`", OneLine(words.front(), 100));
  }
  std::vector<std::string> known;
  for (const CLI::Option* taken : command->get_options()) {
    for (const std::string& name : taken->get_lnames()) known.push_back("--" + name);
  }
  const std::string name = option->substr(0, option->find('='));
  return fmt::format("there is no option `{}`{}", OneLine(name, 100), DidYouMean(name, known));
}

std::string Unexpected(const CLI::App* app) {
  const std::vector<std::string> words = app->remaining(/*recurse=*/true);
  if (words.empty()) return "an argument is unexpected";
  const std::vector<CLI::App*> commands = app->get_subcommands();
  return commands.empty() ? UnknownCommand(app, words.front())
                          : UnexpectedArgument(commands[0], words);
}

// What is wrong with a number, or "".
std::string OddNumber(const std::string& text) {
  constexpr char kLargest[] = "18446744073709551615";
  const bool minus = text.size() > 1 && text[0] == '-';
  const std::string digits = minus ? text.substr(1) : text;
  const bool whole = !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
  if (!whole) return fmt::format("\"{}\" is not a whole number", OneLine(text, 100));
  if (minus) return fmt::format("{} is less than 0", OneLine(text, 100));
  if (digits.size() > 1 && digits[0] == '0') {
    return fmt::format("{} begins with 0; write it without", OneLine(text, 100));
  }
  const std::string largest = kLargest;
  const bool large =
      digits.size() > largest.size() || (digits.size() == largest.size() && digits > largest);
  return large ? fmt::format("{} is too large", OneLine(text, 100)) : "";
}

}  // namespace

std::string Nearest(const std::string& word, const std::vector<std::string>& known) {
  constexpr size_t kLongest = 100;  // longer words resemble nothing
  if (word.size() > kLongest) return "";
  const size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  std::string nearest;
  size_t best = std::max<size_t>(1, letters / 3) + 1;
  for (const std::string& name : known) {
    const size_t distance = Distance(word, name);
    if (distance >= best) continue;
    best = distance;
    nearest = name;
  }
  return nearest;
}

std::string Complaint(const CLI::App* app, const CLI::Error& error) {
  const bool command = !app->get_subcommands().empty();
  const std::string name = command ? "ouro " + app->get_subcommands()[0]->get_name() : "ouro";
  const bool unexpected = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  return fmt::format("{}: {}\n`{} --help` {}\n", name,
                     unexpected ? Unexpected(app) : OneLine(error.what()), name,
                     command ? "explains" : "lists the commands");
}

void RefuseOddValues(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    for (CLI::Option* option : command->get_options()) {
      const std::string type = option->get_type_name();
      if (type.starts_with("INT") || type.starts_with("UINT")) {
        option->check(OddNumber, "", "");
      } else if (type.starts_with("TEXT")) {
        option->check([](const std::string& text) { return text.empty() ? "is empty" : ""; }, "",
                      "");
      }
    }
  }
}

std::vector<std::string> Arguments(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words.size() <= 2 && words[0] == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  const bool of_ouro = !words.empty() && (words[0] == "--help" || words[0] == "-h" ||
                                          words[0] == "--version" || words[0].substr(0, 1) != "-");
  if (!of_ouro) words.insert(words.begin(), "campaign");
  return words;
}

}  // namespace ouro
