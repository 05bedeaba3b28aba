#include "fuzz/finding.h"

#include <cctype>

#include <fmt/format.h>

#include "fuzz/files.h"
#include "model/shrink.h"

namespace ouro {
namespace {

constexpr int kReplays = 3;

// "cpython:/usr/bin/python3" -> "cpython--usr-bin-python3"
std::string FileName(const std::string& name) {
  std::string safe;
  for (const char c : name) {
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

// The law, or a word for the trouble.
std::string Title(const Verdict& verdict) {
  if (verdict.violation) return Name(verdict.violation->law);
  return verdict.lawful() ? "not-repeatable" : "broken";
}

}  // namespace

Finding Investigate(const Program& program, const Specimen& specimen,
                    const FindingOptions& options) {
  Finding finding;
  std::string transcript;
  Verdict verdict = TryIsolated(program, specimen, options.isolation, &transcript);
  int same = verdict.lawful() ? 0 : 1;
  for (int i = 1; i < kReplays; ++i) {
    const Verdict again = TryIsolated(program, specimen, options.isolation);
    if (!again.lawful() && verdict.lawful()) verdict = again;
    if (!again.lawful() && again.signature() == verdict.signature()) ++same;
  }
  finding.signature = verdict.lawful() ? "not repeatable" : verdict.signature();
  finding.program = program;
  Shrunk shrunk{.program = program};
  if (!verdict.lawful()) {
    ShrinkOptions shrink;
    shrink.isolation = options.isolation;
    shrink.seconds = options.shrink_seconds;
    shrunk = Shrink(program, finding.signature, specimen, shrink);
    const Verdict smaller = TryIsolated(shrunk.program, specimen, options.isolation, &transcript);
    if (smaller.signature() == finding.signature) {
      finding.program = shrunk.program;
      verdict = smaller;
    }
  }
  const std::string body = Print(finding.program);
  finding.text = fmt::format(
      "# {}\n# specimen: {} ({}), contract {}\n# signature: {}, stability {}/{}\n# origin: {}\n{}",
      verdict.violation ? verdict.violation->what : verdict.trouble, specimen.name,
      specimen.summary, specimen.contract->name, finding.signature, same, kReplays, options.origin,
      body);
  finding.report = fmt::format(
      "{}  shrunk from {} operations to {}{}, stability {}/{}\n",
      Report(specimen, verdict, transcript), program.size(), finding.program.size(),
      shrunk.finished || verdict.lawful() ? "" : " (out of time)", same, kReplays);
  if (options.folder.empty()) return finding;
  finding.file = fmt::format("{}/{}-{}-{:04x}.gct", options.folder, FileName(specimen.name),
                             Title(verdict), ShortHash(body));
  finding.error = WriteText(finding.file, finding.text);
  finding.report += fmt::format("replay: bazel run //:ouro -- run --specimen '{}' {}\n",
                                specimen.name, finding.file);
  return finding;
}

}  // namespace ouro
