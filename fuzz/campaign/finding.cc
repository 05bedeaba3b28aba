// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/finding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <vector>

#include "fuzz/build_name.h"
#include "fuzz/campaign/cause.h"
#include "fuzz/campaign/look_inside.h"
#include "fuzz/files.h"
#include "fuzz/hash.h"
#include "model/program_position.h"
#include "model/shrink.h"

namespace ouro {
namespace {

constexpr int kCauseSeconds = 2;    // of shrinking, to find the cause
constexpr int kConfirmations = 2;   // unlawful replays, where the cause may be outside
constexpr int kMaxTraceLines = 40;  // of a crash, in the header of its file
constexpr int kReportLines = 12;    // of a program that is not shrunk yet

// The law, or a word for what else is wrong.
std::string Title(const Verdict& verdict) {
  if (verdict.violation) return Name(verdict.violation->law);
  return verdict.lawful() ? "not-repeatable" : "broken";
}

// A program and the run of it that the report quotes.
struct Case {
  Program program;
  Verdict verdict = {};
  std::string transcript = {};

  // A crash may leave no transcript.
  std::string Text() const { return transcript.empty() ? Print(program) : transcript; }
};

// For the header of a file: no verdict and no file name depends on it.
std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm day = {};
  gmtime_r(&now, &day);
  return fmt::format("{:04}-{:02}-{:02}", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

// The last `most` lines as comments that no reader of headers takes for a field:
// "#   toy.c:7: f: Assertion `x' failed."
std::string Commented(const char* title, const std::string& lines, int most) {
  std::vector<std::string> all;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  if (all.empty()) return "";
  std::string text = fmt::format("# {}\n", title);
  const size_t begin = all.size() - std::min(all.size(), static_cast<size_t>(most));
  if (begin > 0) text += "#   ...\n";
  for (size_t i = begin; i < all.size(); ++i) text += fmt::format("#   {}\n", all[i]);
  return text;
}

// The command that shows a finding again.
std::string RunOf(const Finding& finding) {
  return LookFor(finding.signature) == Limits::Verify::kNever ? "run" : "run --verify";
}

std::string FileText(const Case& it, const Finding& finding, const Specimen& specimen,
                     const FindingOptions& options) {
  std::string what = it.verdict.violation ? it.verdict.violation->what : it.verdict.trouble;
  if (it.verdict.lawful()) what = finding.signature;
  std::string text = fmt::format(
      "# {}\n# specimen: {} ({}), contract {}\n# law: {}\n# signature: {}\n", what, specimen.name,
      specimen.summary, specimen.contract->name, Title(it.verdict), finding.signature);
  if (!finding.cause.empty()) text += fmt::format("# cause: {}\n", finding.cause);
  if (!finding.shrunk) text += "# shrunk: no\n";
  text += fmt::format("# stability: {}/{}\n# origin: {}\n", finding.repeats, options.replays,
                      options.origin);
  if (!options.engine.empty()) {
    text += fmt::format("# engine: {}\n# seed: {}\n", options.engine, options.seed);
  }
  text += fmt::format("# build: {}\n# date: {}\n", BuildName(), Today());
  if (!finding.file.empty())
    text += fmt::format("# replay: {}\n", OuroCommand(RunOf(finding), finding.file));
  if (it.verdict.kind == Verdict::Kind::kBroken) {
    text += Commented("trace up to its end:", it.transcript, kMaxTraceLines);
    text += Commented("last words:", it.verdict.words, kMaxTraceLines);
    text += Commented("frames:", fmt::format("{}", fmt::join(it.verdict.frames, "\n")), kMaxFrames);
  }
  return text + Print(it.program);
}

// Files the finding in place of the file that it had, if any.
void File(const Case& it, const Specimen& specimen, const FindingOptions& options,
          Finding* finding) {
  const std::string before = finding->file;
  if (!options.folder.empty()) {
    finding->file = fmt::format("{}/{}-{}-{:016x}.gct", options.folder, FileName(specimen.name),
                                Title(it.verdict), HashOf(Print(it.program) + finding->signature));
  }
  finding->text = FileText(it, *finding, specimen, options);
  const std::vector<ProgramLines> lines = LinesOf(finding->text);
  finding->line = lines.empty() ? 0 : lines[0].Of(LastPlace(it.program, it.transcript));
  if (options.folder.empty()) return;
  finding->error = WriteText(finding->file, finding->text);
  if (!finding->error.empty() || before == finding->file) return;
  finding->before = before;
  RemoveFinding(before);
}

// The last lines of a report: where the file is, and what to do with it.
std::string NextSteps(const Case& it, const Finding& finding) {
  if (finding.file.empty()) return "";
  if (!finding.error.empty()) return fmt::format("not written: {}\n", finding.error);
  if (it.verdict.lawful()) return fmt::format("the program: {}\n", finding.file);
  std::string text = fmt::format("replay: {}\n", OuroCommand(RunOf(finding), finding.file));
  if (it.verdict.kind == Verdict::Kind::kBroken) {
    std::error_code error;
    const std::string self = std::filesystem::read_symlink("/proc/self/exe", error).string();
    text += fmt::format("debug: gdb --args {} {} --in-process {}\n", Quoted(self), RunOf(finding),
                        Quoted(finding.file));
  }
  return text;
}

// Before shrinking, a transcript may be long. Its last line is where the law was broken.
std::string FirstReport(const Specimen& specimen, const Case& it) {
  const std::string text = it.Text();
  size_t begin = text.size();
  for (int lines = 0; begin > 0; --begin) {
    if (begin < text.size() && text[begin - 1] == '\n' && ++lines == kReportLines) break;
  }
  return Report(specimen, it.verdict, (begin > 0 ? "...\n" : "") + text.substr(begin));
}

// Shrinks to the smallest program that is unlawful in any way. A consequence of a bug, far from it
// in the program, shrinks to the bug itself.
std::string FindCause(const Specimen& specimen, const FindingOptions& options, const Case& it) {
  const bool hangs = it.verdict.signature().starts_with(kHangSign);
  // Every smaller program that hangs would take as long again.
  if (options.shrink_seconds == 0 || hangs) return CauseOf(it.verdict, it.program);
  ShrinkOptions shrink;
  shrink.isolation = options.isolation;
  shrink.seconds = std::min(kCauseSeconds, options.shrink_seconds);
  // A program with kinds may have several bugs of its engine in it; a crash must not hide behind
  // one that is milder and simpler.
  const bool crash = !it.verdict.violation && !it.program.Kinds().empty();
  const Shrunk simplest =
      Shrink(it.program, crash ? it.verdict.signature() : kAnySignature, specimen, shrink);
  const Verdict verdict = TryIsolated(simplest.program, specimen, options.isolation);
  if (verdict.lawful()) return CauseOf(it.verdict, it.program);
  return CauseOf(verdict, simplest.program);
}

}  // namespace

std::string NotRepeatable(const std::string& seen) { return "not repeatable: " + seen; }

std::string UnexaminedText(const std::string& seen, const Specimen& specimen,
                           const std::string& origin, const std::string& program) {
  return fmt::format("# seen: {}\n# specimen: {} ({}), contract {}\n# origin: {}\n{}", seen,
                     specimen.name, specimen.summary, specimen.contract->name, origin, program);
}

std::string Quoted(const std::string& word) {
  const std::string plain = "-_./+@%";
  bool safe = !word.empty();
  std::string quoted = "'";
  for (const char c : word) {
    safe &= std::isalnum(static_cast<unsigned char>(c)) != 0 || plain.find(c) != plain.npos;
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return safe ? word : quoted + "'";
}

std::string OuroCommand(const std::string& command, const std::string& file) {
  const bool bazel = std::getenv("BUILD_WORKSPACE_DIRECTORY") != nullptr;
  return fmt::format("{} {} {}", bazel ? "bazel run //:ouro --" : Quoted(program_invocation_name),
                     command, Quoted(file));
}

void RemoveFinding(const std::string& file) {
  if (!file.empty()) std::remove(UserPath(file).c_str());
}

std::optional<Finding> Investigate(const Program& program, const Specimen& specimen,
                                   const FindingOptions& options) {
  Finding finding;
  finding.engine = options.engine;
  Case it{.program = program};
  for (int i = 0; i < options.replays; ++i) {
    std::string transcript;
    const Verdict verdict = TryIsolated(program, specimen, options.isolation, &transcript);
    if (verdict.lawful()) {
      if (options.from_outside && i < kConfirmations) return std::nullopt;
      continue;
    }
    if (it.verdict.lawful()) it = {program, verdict, transcript};
    if (verdict.signature() == it.verdict.signature()) ++finding.repeats;
  }
  const bool lawful = it.verdict.lawful();
  finding.program = program;
  finding.signature = lawful ? NotRepeatable(options.seen) : it.verdict.signature();
  finding.cause = lawful ? finding.signature : FindCause(specimen, options, it);
  const auto known = std::find_if(
      options.known.begin(), options.known.end(),
      [&finding](const std::string& cause) { return LooksLike(finding.cause, cause); });
  const bool alike = !lawful && known != options.known.end();
  finding.shrunk = lawful || alike;
  File(it, specimen, options, &finding);
  const std::string place = finding.error.empty() ? finding.file : "not written: " + finding.error;
  if (lawful) {
    finding.report =
        fmt::format("{} did this, but is lawful in {} runs of the program alone:\n  {}\n{}",
                    specimen.name, options.replays, options.seen, NextSteps(it, finding));
  } else if (alike) {
    finding.report =
        fmt::format("  {}\n    looks like {}\n    {}\n", finding.signature, *known, place);
  } else {
    finding.report = FirstReport(specimen, it) + fmt::format("  not yet shrunk: {}\n", place);
  }
  return finding;
}

void ShrinkFinding(const Specimen& specimen, const FindingOptions& options, Finding* finding) {
  if (finding->shrunk) return;
  const size_t before = finding->program.size();
  ShrinkOptions shrink;
  shrink.isolation = options.isolation;
  shrink.seconds = options.shrink_seconds;
  shrink.progress = options.progress;
  const Shrunk shrunk = Shrink(finding->program, finding->signature, specimen, shrink);
  Case it{.program = shrunk.program};
  it.verdict = TryIsolated(it.program, specimen, options.isolation, &it.transcript);
  if (it.verdict.signature() != finding->signature) {  // it repeats now and then
    it.program = finding->program;
    it.verdict = TryIsolated(it.program, specimen, options.isolation, &it.transcript);
  }
  if (it.verdict.lawful()) return;
  finding->program = it.program;
  finding->shrunk = shrunk.finished;
  finding->cause = FindCause(specimen, options, it);
  File(it, specimen, options, finding);
  finding->report = fmt::format("{}  shrunk from {} operations to {}{}, stability {}/{}\n{}",
                                Report(specimen, it.verdict, it.Text()), before, it.program.size(),
                                shrunk.finished ? "" : " (out of time)", finding->repeats,
                                options.replays, NextSteps(it, *finding));
}

}  // namespace ouro
