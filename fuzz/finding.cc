#include "fuzz/finding.h"

#include <fmt/format.h>

#include <cctype>

#include "fuzz/files.h"
#include "model/shrink.h"

namespace ouro {
namespace {

constexpr int kReplays = 3;

constexpr size_t kMaxName = 60;  // bytes; a command line can be longer than a file's name may be

// "cpython:/usr/bin/python3" -> "cpython--usr-bin-python3"
std::string FileName(const std::string& name) {
  std::string safe;
  for (const char c : name.substr(0, kMaxName)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    safe += plain ? c : '-';
  }
  return safe;
}

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

std::string FileText(const Case& it, const Finding& finding, const Specimen& specimen,
                     const std::string& origin) {
  std::string what = it.verdict.violation ? it.verdict.violation->what : it.verdict.trouble;
  if (it.verdict.lawful()) what = finding.signature;
  return fmt::format(
      "# {}\n# specimen: {} ({}), contract {}\n# signature: {}, stability {}/{}\n# origin: {}\n{}",
      what, specimen.name, specimen.summary, specimen.contract->name, finding.signature,
      finding.repeats, kReplays, origin, Print(it.program));
}

void File(const Case& it, const Specimen& specimen, const std::string& folder, Finding* finding) {
  finding->file = fmt::format("{}/{}-{}-{:04x}.gct", folder, FileName(specimen.name),
                              Title(it.verdict), ShortHash(Print(it.program)));
  finding->error = WriteText(finding->file, finding->text);
  if (!finding->error.empty()) {
    finding->report += fmt::format("not written: {}\n", finding->error);
  } else if (it.verdict.lawful()) {
    finding->report += fmt::format("the program: {}\n", finding->file);
  } else {
    finding->report += fmt::format("replay: bazel run //:ouro -- run --specimen {} {}\n",
                                   Quoted(specimen.name), Quoted(finding->file));
  }
}

}  // namespace

std::string NotRepeatable(const std::string& seen) { return "not repeatable: " + seen; }

Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options) {
  Finding finding;
  Case it{.program = program};
  for (int i = 0; i < kReplays; ++i) {
    std::string transcript;
    const Verdict verdict = TryIsolated(program, specimen, options.isolation, &transcript);
    if (verdict.lawful()) continue;
    if (it.verdict.lawful()) it = {program, verdict, transcript};
    if (verdict.signature() == it.verdict.signature()) ++finding.repeats;
  }
  finding.signature = it.verdict.lawful() ? NotRepeatable(options.seen) : it.verdict.signature();
  bool finished = true;
  if (!it.verdict.lawful()) finished = ShrinkCase(specimen, options, &it);
  finding.program = it.program;
  finding.text = FileText(it, finding, specimen, options.origin);
  finding.report =
      it.verdict.lawful()
          ? fmt::format(
                "{} did this, and is lawful when it runs the program alone, {} times:\n"
                "  {}\n",
                specimen.name, kReplays, options.seen)
          : fmt::format("{}  shrunk from {} operations to {}{}, stability {}/{}\n",
                        Report(specimen, it.verdict, it.Story()), program.size(), it.program.size(),
                        finished ? "" : " (out of time)", finding.repeats, kReplays);
  if (!options.folder.empty()) File(it, specimen, options.folder, &finding);
  return finding;
}

}  // namespace ouro
