#include "fuzz/finding.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "fuzz/files.h"
#include "fuzz/snapshot.h"
#include "model/shrink.h"

namespace ouro {
namespace {

constexpr int kReplays = 3;

uint32_t ShortHash(const std::string& text) {
  uint32_t hash = 0x811c9dc5u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x01000193u;
  return hash & 0xffff;
}

// For the shell, if that may be needed: "naive", "'liar:load'".
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

// The law, or a word for the trouble.
std::string Title(const Verdict& verdict) {
  if (verdict.violation) return Name(verdict.violation->law);
  return verdict.lawful() ? "not-repeatable" : "broken";
}

// A program and what it did.
struct Case {
  Program program;
  Verdict verdict;
  std::string transcript;

  // What a reader sees of it: after a crash there is no transcript.
  std::string Story() const { return transcript.empty() ? Print(program) : transcript; }
};

// Makes it as small as time allows. Whether it cannot be smaller.
bool ShrinkCase(const Specimen& specimen, const FindingOptions& options, Case* it) {
  ShrinkOptions shrink;
  shrink.isolation = options.isolation;
  shrink.seconds = options.shrink_seconds;
  shrink.progress = options.progress;
  const std::string signature = it->verdict.signature();
  const Shrunk shrunk = Shrink(it->program, signature, specimen, shrink);
  Case smaller{.program = shrunk.program};
  smaller.verdict = TryIsolated(smaller.program, specimen, options.isolation, &smaller.transcript);
  if (smaller.verdict.signature() == signature) *it = smaller;
  return shrunk.finished;
}

// The day: for the header of a file, which no verdict depends on.
std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm day = {};
  gmtime_r(&now, &day);
  return fmt::format("{:04}-{:02}-{:02}", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

std::string ReplayCommand(const Specimen& specimen, const std::string& file) {
  return fmt::format("bazel run //:ouro -- run --specimen {} {}", Quoted(specimen.name),
                     Quoted(file));
}

std::string FileText(const Case& it, const Finding& finding, const Specimen& specimen,
                     const FindingOptions& options) {
  std::string what = it.verdict.violation ? it.verdict.violation->what : it.verdict.trouble;
  if (it.verdict.lawful()) what = finding.signature;
  std::string text = fmt::format(
      "# {}\n# specimen: {} ({}), contract {}\n# law: {}\n# signature: {}\n", what, specimen.name,
      specimen.summary, specimen.contract->name, Title(it.verdict), finding.signature);
  text +=
      fmt::format("# stability: {}/{}\n# origin: {}\n", finding.repeats, kReplays, options.origin);
  if (!options.engine.empty()) {
    text += fmt::format("# engine: {}\n# seed: {}\n", options.engine, options.seed);
  }
  text += fmt::format("# build: {}\n# date: {}\n", BuildName(), Today());
  if (!finding.file.empty()) {
    text += fmt::format("# replay: {}\n", ReplayCommand(specimen, finding.file));
  }
  return text + Print(it.program);
}

// "optimized-free-once-07c1" -> "OptimizedFreeOnce07c1"
std::string TestName(const std::string& stem) {
  std::string name;
  bool upper = true;
  for (const char c : stem) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return name;
}

std::string TestFile(const std::string& tests, const std::string& file) {
  return fmt::format("{}/{}.cc", tests, std::filesystem::path(file).stem().string());
}

// To be pasted into a test of properties/, as it is.
std::string TestText(const Case& it, const Specimen& specimen, const std::string& stem) {
  return fmt::format(
      "// {}\nTEST(FoundTest, {}) {{\n"
      "  std::vector<Program> programs;\n"
      "  ASSERT_EQ(Parse(R\"gct(\n{})gct\",\n                  &programs),\n            \"\");\n"
      "  const Specimen specimen = Named(R\"gct({})gct\");\n"
      "  std::string transcript;\n"
      "  const Verdict verdict = TryIsolated(programs[0], specimen, Isolation{{}}, &transcript);\n"
      "  EXPECT_TRUE(verdict.lawful()) << Report(specimen, verdict, transcript);\n}}\n",
      it.verdict.violation ? it.verdict.violation->what : it.verdict.trouble, TestName(stem),
      Print(it.program), specimen.name);
}

// Files the finding, and takes away what it was filed as before, if that was another program.
void File(const Case& it, const Specimen& specimen, const FindingOptions& options,
          Finding* finding) {
  const std::string stem = fmt::format("{}-{}-{:04x}", FileName(specimen.name), Title(it.verdict),
                                       ShortHash(Print(it.program)));
  const std::string before = finding->file;
  if (!options.folder.empty()) finding->file = fmt::format("{}/{}.gct", options.folder, stem);
  finding->text = FileText(it, *finding, specimen, options);
  if (options.folder.empty()) return;
  finding->error = WriteText(finding->file, finding->text);
  if (!finding->error.empty()) return;
  if (before != finding->file) Unfile(before, options.tests);
  if (options.tests.empty() || it.verdict.lawful()) return;
  finding->error = WriteText(TestFile(options.tests, finding->file), TestText(it, specimen, stem));
}

// The last lines of a report that say where the file is.
std::string Whereabouts(const Case& it, const Specimen& specimen, const Finding& finding) {
  if (finding.file.empty()) return "";
  if (!finding.error.empty()) return fmt::format("not written: {}\n", finding.error);
  if (it.verdict.lawful()) return fmt::format("the program: {}\n", finding.file);
  return fmt::format("replay: {}\n", ReplayCommand(specimen, finding.file));
}

// What is seen before shrinking: a long story ends where the law was broken, so its end is shown.
std::string FirstReport(const Specimen& specimen, const Case& it) {
  constexpr int kLines = 12;
  const std::string story = it.Story();
  size_t begin = story.size();
  for (int lines = 0; begin > 0; --begin) {
    if (begin < story.size() && story[begin - 1] == '\n' && ++lines == kLines) break;
  }
  return Report(specimen, it.verdict, (begin > 0 ? "...\n" : "") + story.substr(begin));
}

}  // namespace

std::string NotRepeatable(const std::string& seen) { return "not repeatable: " + seen; }

void Unfile(const std::string& file, const std::string& tests) {
  if (file.empty()) return;
  std::remove(UserPath(file).c_str());
  if (!tests.empty()) std::remove(UserPath(TestFile(tests, file)).c_str());
}

Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options) {
  Finding finding;
  finding.engine = options.engine;
  Case it{.program = program};
  for (int i = 0; i < kReplays; ++i) {
    std::string transcript;
    const Verdict verdict = TryIsolated(program, specimen, options.isolation, &transcript);
    if (verdict.lawful()) continue;
    if (it.verdict.lawful()) it = {program, verdict, transcript};
    if (verdict.signature() == it.verdict.signature()) ++finding.repeats;
  }
  const bool lawful = it.verdict.lawful();
  finding.signature = lawful ? NotRepeatable(options.seen) : it.verdict.signature();
  File(it, specimen, options, &finding);
  if (lawful) {
    finding.program = program;
    finding.report = fmt::format(
        "{} did this, and is lawful when it runs the program alone, {} times:\n  {}\n{}",
        specimen.name, kReplays, options.seen, Whereabouts(it, specimen, finding));
    return finding;
  }
  if (options.announce) {
    const std::string where =
        finding.error.empty() ? finding.file : "not written: " + finding.error;
    options.announce(FirstReport(specimen, it) + fmt::format("  not yet shrunk: {}\n", where));
  }
  const bool finished = ShrinkCase(specimen, options, &it);
  finding.program = it.program;
  File(it, specimen, options, &finding);
  finding.report = fmt::format("{}  shrunk from {} operations to {}{}, stability {}/{}\n{}",
                               Report(specimen, it.verdict, it.Story()), program.size(),
                               it.program.size(), finished ? "" : " (out of time)", finding.repeats,
                               kReplays, Whereabouts(it, specimen, finding));
  return finding;
}

}  // namespace ouro
