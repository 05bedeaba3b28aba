// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/ci_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "fuzz/campaign/campaign_report.h"

namespace ouro {
namespace {

using Kind = CiOutcome::Kind;

constexpr size_t kMaxDetails = 20;              // reports that are shown whole
constexpr size_t kMaxDetail = size_t{8} << 10;  // bytes of each
constexpr size_t kMaxRows = 200;
constexpr size_t kMaxCell = 300;  // bytes

bool IsNew(const CiOutcome& o) {
  return o.kind == Kind::kConvicted || o.kind == Kind::kBroken || o.kind == Kind::kMissed;
}

// The longest run of backticks in the text: a fence has to be longer.
size_t LongestTicks(std::string_view text) {
  size_t longest = 0;
  size_t ticks = 0;
  for (const char c : text) {
    ticks = c == '`' ? ticks + 1 : 0;
    longest = std::max(longest, ticks);
  }
  return longest;
}

// As code, within a cell of a table or a line.
std::string Code(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kMaxCell)) {
    if (c == '|') line += '\\';  // or it would end the cell, even here
    line += c == '\n' || c == '\r' ? ' ' : c;
  }
  if (text.size() > kMaxCell) line += "...";
  const std::string fence(LongestTicks(line) + 1, '`');
  return fence.size() > 1 ? fmt::format("{} {} {}", fence, line, fence) : fence + line + fence;
}

// As lines of code.
std::string Block(std::string text) {
  if (text.size() > kMaxDetail) {
    text.resize(text.rfind('\n', kMaxDetail) == text.npos ? kMaxDetail
                                                          : text.rfind('\n', kMaxDetail));
    text += "\n... the rest is in the report";
  }
  while (text.ends_with('\n')) text.pop_back();
  const std::string fence(std::max<size_t>(LongestTicks(text) + 1, 3), '`');
  return fmt::format("{}text\n{}\n{}\n", fence, text, fence);
}

std::string Html(std::string_view text) {
  const bool cut = text.size() > kMaxCell;
  return XmlText(text.substr(0, kMaxCell)) + (cut ? "..." : "");
}

std::string Row(const CiOutcome& o) {
  const std::string place =
      o.file.empty() ? "" : Code(o.line > 0 ? fmt::format("{}:{}", o.file, o.line) : o.file);
  return fmt::format("| {} | {} | {} | {} |\n", IsNew(o) ? "**new**" : "known", Code(o.name),
                     Code(o.rule), place);
}

std::string Table(const std::vector<CiOutcome>& outcomes) {
  std::string rows;
  size_t count = 0;
  for (const bool news : {true, false}) {
    for (const CiOutcome& o : outcomes) {
      if (news ? !IsNew(o) : o.kind != Kind::kKnown) continue;
      if (++count <= kMaxRows) rows += Row(o);
    }
  }
  if (rows.empty()) return "";
  if (count > kMaxRows) rows += fmt::format("| | and {} more | | |\n", count - kMaxRows);
  return "\n| | what | law | where |\n|---|---|---|---|\n" + rows;
}

std::string Details(const std::vector<CiOutcome>& outcomes) {
  std::string text;
  size_t count = 0;
  for (const CiOutcome& o : outcomes) {
    if (!IsNew(o) || ++count > kMaxDetails) continue;
    text += fmt::format("\n<details><summary>{}</summary>\n\n{}\n</details>\n", Html(o.sentence),
                        Block(o.report));
  }
  return text;
}

std::string ToAccept(const std::vector<CiOutcome>& outcomes) {
  std::string lines;
  for (const CiOutcome& o : outcomes) {
    if (!o.accept.empty()) lines += o.accept + "\n";
  }
  if (lines.empty()) return "";
  return "\nTo live with these for now, add to the file of `--known`:\n\n" + Block(lines);
}

}  // namespace

size_t CiSummary::News() const {
  return static_cast<size_t>(std::count_if(outcomes.begin(), outcomes.end(), IsNew));
}

std::string CiSummary::Verdict() const {
  if (const size_t news = News(); news > 0) return fmt::format("unlawful, {} new", news);
  const bool known = std::any_of(outcomes.begin(), outcomes.end(),
                                 [](const CiOutcome& o) { return o.kind == Kind::kKnown; });
  return known ? "nothing new" : "lawful";
}

std::string Markdown(const CiSummary& summary) {
  std::string text =
      fmt::format("## Ouroboros: {}\n\n{}: ", summary.Verdict(), Code(summary.specimen));
  std::string said;
  for (const CiOutcome& o : summary.outcomes) {
    if (o.kind != Kind::kLawful || o.sentence.empty()) continue;
    said += (said.empty() ? "" : "; ") + o.name + ": " + Html(o.sentence);
  }
  text += said + "\n";
  if (summary.interrupted) text += "\n**It was interrupted**: this is what there was until then.\n";
  text += Table(summary.outcomes);
  for (size_t i = 0; i < std::min(summary.mended.size(), kMaxRows); ++i) {
    text += fmt::format("\nMended: {} is lawful now.\n", Code(summary.mended[i]));
  }
  text += Details(summary.outcomes) + ToAccept(summary.outcomes);
  return text;
}

}  // namespace ouro
