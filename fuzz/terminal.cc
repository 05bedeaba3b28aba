// SPDX-License-Identifier: Apache-2.0

#include "fuzz/terminal.h"

#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace ouro {
namespace {

constexpr std::string_view kCulprit = "      # <- here";

// Bold for the verdict, red for the culprit, nothing for the rest.
fmt::text_style StyleOf(std::string_view line) {
  if (line.ends_with(kCulprit)) return fmt::emphasis::bold | fmt::fg(fmt::terminal_color::red);
  const bool indented = line.empty() || line[0] == ' ';
  const bool verdict =
      line.find(" broke the law ") != line.npos || line.find(" is broken: ") != line.npos;
  return verdict && !indented ? fmt::text_style(fmt::emphasis::bold) : fmt::text_style();
}

}  // namespace

bool IsColourful(std::FILE* stream) {
  if (isatty(fileno(stream)) == 0) return false;
  const char* none = std::getenv("NO_COLOR");
  if (none != nullptr && *none != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return terminal == nullptr || std::strcmp(terminal, "dumb") != 0;
}

std::string Painted(const std::string& report, std::FILE* stream) {
  if (!IsColourful(stream)) return report;
  std::string painted;
  for (size_t begin = 0; begin < report.size();) {
    const size_t end = std::min(report.find('\n', begin), report.size());
    const std::string_view line = std::string_view(report).substr(begin, end - begin);
    const fmt::text_style style = StyleOf(line);
    painted += style.has_emphasis() ? fmt::format(style, "{}", line) : std::string(line);
    if (end < report.size()) painted += '\n';
    begin = end + 1;
  }
  return painted;
}

std::string PaintedWord(const std::string& word, bool good, std::FILE* stream) {
  if (!IsColourful(stream)) return word;
  const auto colour = good ? fmt::terminal_color::green : fmt::terminal_color::red;
  return fmt::format(fmt::emphasis::bold | fmt::fg(colour), "{}", word);
}

int Complain(const std::string& trouble) {
  std::fflush(stdout);
  fmt::print(stderr, "ouro: {}\n", trouble);
  return 2;
}

std::string OneLine(const std::string& text, size_t most) {
  std::string line;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return text.size() > most ? line + "..." : line;
}

}  // namespace ouro
