// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/ci_report.h"

#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "fuzz/build_name.h"
#include "fuzz/campaign/findings.h"
#include "fuzz/hash.h"
#include "fuzz/interrupt.h"
#include "model/judge/law.h"
#include "model/program_position.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Kind = CiOutcome::Kind;

// Rules besides the laws.
struct OtherRule {
  const char* id;
  const char* text;
};
constexpr char kBrokenRule[] = "broken";
constexpr char kMissedRule[] = "missed";
constexpr char kCampaignRule[] = "campaign";
constexpr OtherRule kOtherRules[] = {
    {kBrokenRule, "A collector does not crash, hang, or send malformed output."},
    {"not-repeatable", "A program that was unlawful once is unlawful again."},
    {kCampaignRule, "A campaign runs to its end."},
    {kMissedRule, "A known bug that the head of a file names is found, as long as it is there."},
};

// Why an outcome is known of which no head of a file says it.
constexpr char kListed[] = "its causes are in the file of known ones";

constexpr std::string_view kNotHere = " is not here";  // "quickjs is not here: why"

// ---- UTF-8 ----

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The character at the front: its length in bytes, 0 if they are not UTF-8, and its code point.
struct Character {
  size_t length = 0;
  uint32_t code = 0;
};

Character FirstOf(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {1, first};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // of that length; less is overlong
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  uint32_t code = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[length] || code > 0x10FFFF || surrogate) return {};
  return {length, code};
}

// ---- JUnit ----

std::string Attribute(const char* name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, XmlText(value));
}

bool IsError(const CiOutcome& o) { return o.kind == Kind::kBroken || o.kind == Kind::kMissed; }

struct Totals {
  size_t tests = 0;
  size_t failures = 0;
  size_t errors = 0;
  size_t skipped = 0;

  void Add(const CiOutcome& outcome) {
    ++tests;
    failures += outcome.kind == Kind::kConvicted;
    errors += IsError(outcome);
    skipped += outcome.kind == Kind::kLeftOut;
  }
  std::string Text() const {
    return fmt::format(R"( tests="{}" failures="{}" errors="{}" skipped="{}")", tests, failures,
                       errors, skipped);
  }
};

std::string TestCase(const CiOutcome& o) {
  std::string text = "    <testcase";
  text += Attribute("classname", o.specimen) + Attribute("name", o.name);
  if (!o.file.empty()) text += Attribute("file", o.file);
  if (o.line > 0) text += fmt::format(" line=\"{}\"", o.line);
  const bool bad = o.kind == Kind::kConvicted || IsError(o);
  if (bad) {
    const char* element = IsError(o) ? "error" : "failure";
    text += fmt::format(">\n      <{}{}{}>{}</{}>\n", element, Attribute("message", o.sentence),
                        Attribute("type", o.rule), XmlText(o.report), element);
  } else if (o.kind == Kind::kLeftOut) {
    text += fmt::format(">\n      <skipped{}/>\n", Attribute("message", o.sentence));
  } else if (!o.sentence.empty()) {
    std::string out = o.kind == Kind::kKnown ? "known: " + o.sentence : o.sentence;
    if (!o.why.empty()) out += fmt::format(" ({})", o.why);
    text += fmt::format(">\n      <system-out>{}\n</system-out>\n", XmlText(out));
  } else {
    return text + "/>\n";
  }
  return text + "    </testcase>\n";
}

// ---- SARIF ----

Json Text(const std::string& text) { return {{"text", text}}; }

Json Rules() {
  Json rules = Json::array();
  const auto add = [&rules](const char* id, const char* text) {
    rules.push_back({{"id", id},
                     {"shortDescription", Text(text)},
                     {"defaultConfiguration", {{"level", "error"}}}});
  };
  for (int i = 0; i < kLaws; ++i) {
    add(Name(static_cast<Law>(i)), Sentence(static_cast<Law>(i)));
  }
  for (const OtherRule& rule : kOtherRules) add(rule.id, rule.text);
  return rules;
}

// GitHub tells alerts apart by `primaryLocationLineHash` alone; others read all fingerprints.
// Neither has the line in it, which moves when the file is edited.
Json Fingerprints(const CiOutcome& o) {
  const uint64_t hash = HashOf(o.specimen + "\n" + o.file + "\n" + o.fingerprint);
  return {{"signature/v1", o.fingerprint},
          {"primaryLocationLineHash", fmt::format("{:016x}", hash)}};
}

Json Result(const CiOutcome& o, const std::map<std::string, size_t>& rule_indices) {
  Json result;
  result["ruleId"] = o.rule;
  if (const auto index = rule_indices.find(o.rule); index != rule_indices.end()) {
    result["ruleIndex"] = index->second;
  }
  result["level"] = o.kind == Kind::kMissed ? "warning" : "error";
  result["message"] = Text(o.sentence);
  if (!o.file.empty()) {
    Json place = {{"artifactLocation", {{"uri", UriOf(o.file)}}}};
    if (o.line > 0) place["region"] = {{"startLine", o.line}};
    result["locations"] = Json::array({Json{{"physicalLocation", place}}});
  }
  result["partialFingerprints"] = Fingerprints(o);
  if (o.kind == Kind::kKnown) {
    Json known = {{"kind", o.why == kListed ? "external" : "inSource"}, {"status", "accepted"}};
    if (!o.why.empty()) known["justification"] = o.why;
    result["suppressions"] = Json::array({known});
  }
  result["properties"] = {{"specimen", o.specimen}, {"contract", o.contract}, {"program", o.name}};
  return result;
}

}  // namespace

std::string XmlText(std::string_view text) {
  std::string xml;
  while (!text.empty()) {
    const auto [length, code] = FirstOf(text);
    const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    const bool forbidden = length == 0 || control || code == 0xFFFE || code == 0xFFFF;
    const std::string_view character = text.substr(0, std::max<size_t>(length, 1));
    text.remove_prefix(character.size());
    if (forbidden) {
      xml += kReplacement;
    } else if (code == '&') {
      xml += "&amp;";
    } else if (code == '<') {
      xml += "&lt;";
    } else if (code == '>') {
      xml += "&gt;";
    } else if (code == '"') {
      xml += "&quot;";
    } else if (code == '\t' || code == '\r') {
      xml += fmt::format("&#{};", code);  // readers make blanks of them
    } else {
      xml += character;
    }
  }
  return xml;
}

std::string UriOf(const std::string& file) {
  std::error_code error;
  const fs::path here = fs::absolute(UserPath("."), error).lexically_normal();
  const fs::path path = fs::absolute(UserPath(file), error).lexically_normal();
  const std::string relative = path.lexically_relative(here).string();
  const bool below = !relative.empty() && relative != ".." && !relative.starts_with("../");
  std::string uri = below ? "" : "file://";
  for (const char c : below ? relative : path.string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return uri;
}

CiOutcome OutcomeOf(const ProgramFile& program, const Specimen& specimen, const Verdict& verdict,
                    const std::string& transcript) {
  CiOutcome o = {.specimen = specimen.name,
                 .contract = specimen.contract->name,
                 .name = program.Label(),
                 .file = program.file == "-" ? "" : program.file};
  if (verdict.lawful()) return o;
  o.line = program.lines.Of(LastPlace(program.program, transcript));
  o.report = Report(specimen, verdict, transcript);
  o.fingerprint = verdict.signature();
  if (verdict.violation) {
    o.kind = Kind::kConvicted;
    o.rule = Name(verdict.violation->law);
    o.sentence =
        fmt::format("{} broke the law {}: {}", specimen.name, o.rule, verdict.violation->what);
  } else {
    o.kind = Kind::kBroken;
    o.rule = kBrokenRule;
    o.sentence = fmt::format("{} is broken: {}", specimen.name, verdict.trouble);
  }
  return o;
}

CiOutcome Unrun(const ProgramFile& program, const Specimen& specimen) {
  CiOutcome o = OutcomeOf(program, specimen, Verdict{}, "");
  o.kind = Kind::kLeftOut;
  o.sentence = "the command was interrupted before";
  return o;
}

CiOutcome Weighed(CiOutcome o, const Judgement& judgement) {
  if (judgement.bug != nullptr) o.why = judgement.bug->why;
  if (judgement.kind == Judgement::Kind::kKnown) o.kind = Kind::kKnown;
  if (judgement.kind != Judgement::Kind::kMissed) return o;
  o.kind = Kind::kMissed;
  o.rule = kMissedRule;
  o.fingerprint = kMissedRule;
  o.line = 0;
  o.sentence =
      fmt::format("{} is lawful, but the file's head says that it is convicted{}{}", o.specimen,
                  judgement.bug->law.empty() ? "" : " by ", judgement.bug->law);
  o.report = fmt::format("{}\n{}\n", o.sentence, o.why);
  return o;
}

std::vector<CiOutcome> OutcomesOf(const CampaignReport& campaign, const KnownCauses& known) {
  std::vector<CiOutcome> outcomes;
  const CiOutcome all = {.specimen = campaign.specimen, .contract = campaign.contract};
  for (const Headline& headline : HeadlinesOf(campaign.findings)) {
    const Finding& first = headline.findings[0];
    CiOutcome o = all;
    o.name = headline.cause;
    o.file = first.error.empty() ? first.file : "";
    o.line = first.line;
    o.rule = HeadValue(first.text, "law");
    o.kind = o.rule == kBrokenRule ? Kind::kBroken : Kind::kConvicted;
    // The first line of the head is "# " and the sentence.
    const size_t end = std::min(first.text.find('\n'), first.text.size());
    o.sentence = fmt::format("{}: {}", campaign.specimen,
                             first.text.substr(0, end).substr(std::min<size_t>(2, end)));
    o.report = first.report.empty() ? first.text : first.report;
    if (const size_t more = headline.findings.size() - 1; more > 0) {
      o.report += fmt::format("and {} more that look{} like it\n", more, more == 1 ? "s" : "");
    }
    o.fingerprint = headline.cause;
    if (!known.NewOf(headline).empty()) {
      o.accept = "like " + headline.cause;
    } else {
      o.kind = Kind::kKnown;
      o.why = kListed;
    }
    outcomes.push_back(std::move(o));
  }
  CiOutcome rest = all;
  rest.name = "programs";
  rest.sentence =
      fmt::format("{}, {} unlawful", Count(campaign.programs, "program"), campaign.convicted);
  if (!campaign.deferred.empty()) {
    rest.sentence += fmt::format("; {} in {}/unexamined, for which there was no time",
                                 Count(campaign.deferred.size(), "program"), campaign.out);
  }
  outcomes.push_back(std::move(rest));
  return outcomes;
}

CiOutcome OutcomeOf(const FailedCase& failed, const Specimen& specimen, const KnownCauses& known) {
  CiOutcome o = OutcomeOf(ProgramFile{.file = "-", .program = failed.program}, specimen,
                          failed.verdict, failed.transcript);
  o.name = "conformance: " + failed.name;
  o.fingerprint = o.name;
  if (failed.after_others) {
    o.kind = Kind::kBroken;
    o.rule = kBrokenRule;
    o.sentence = fmt::format("{}: lawful alone, but not after other programs", failed.name);
    o.report = Print(failed.program);
  }
  o.report = fmt::format("in the adapter, look for {}\n{}", failed.look_for, o.report);
  if (known.Has(o.name)) {
    o.kind = Kind::kKnown;
    o.why = kListed;
  } else {
    o.accept = o.name;
  }
  return o;
}

CiOutcome NoCampaign(const Specimen& specimen, const std::string& error) {
  return {.kind = Kind::kBroken,
          .specimen = specimen.name,
          .contract = specimen.contract->name,
          .name = "campaign",
          .rule = kCampaignRule,
          .sentence = error,
          .report = error + "\n",
          .fingerprint = error};
}

CiOutcome Absent(const std::string& absent) {
  const size_t colon = std::min(absent.find(": "), absent.size());
  std::string name = absent.substr(0, colon);
  if (name.ends_with(kNotHere)) name.resize(name.size() - kNotHere.size());
  return {.kind = Kind::kLeftOut, .specimen = name, .name = "specimen", .sentence = absent};
}

std::string Reported(CiReport* report, bool lasting, const std::function<std::string()>& work) {
  if (!report->wanted() && !lasting) return work();
  std::string error;
  {
    const Interruptible interruptible;
    error = work();
    if (Interruptible::Interrupted()) report->SetInterrupted();
    const std::string unwritten = report->Write();
    if (error.empty()) error = unwritten;
  }
  if (!Interruptible::Interrupted()) return error;
  std::fflush(stdout);
  raise(Interruptible::Signal());
  return error;  // it is ignored or blocked here
}

std::string ProbeReports(const CiReport& report, const std::string& observe) {
  std::string why = report.Probe();
  return why.empty() && !observe.empty() ? ProbeText(observe) : why;
}

std::string CiReport::Probe() const {
  if (files_.any() && files_.junit == files_.sarif) {
    return fmt::format("{}: --junit and --sarif need a file each", files_.junit);
  }
  for (const std::string& file : {files_.junit, files_.sarif}) {
    if (file.empty()) continue;
    if (std::string why = ProbeText(file); !why.empty()) return why;
  }
  return "";
}

std::string CiReport::JUnit() const {
  // By specimen, in the order in which these came first.
  std::vector<std::pair<std::string, std::vector<const CiOutcome*>>> suites;
  Totals all;
  for (const CiOutcome& outcome : outcomes_) {
    auto suite = std::find_if(suites.begin(), suites.end(), [&outcome](const auto& known) {
      return known.first == outcome.specimen;
    });
    if (suite == suites.end()) suite = suites.insert(suite, {outcome.specimen, {}});
    suite->second.push_back(&outcome);
    all.Add(outcome);
  }
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites name=\"ouro {}\"{}>\n", command_, all.Text());
  for (const auto& [specimen, outcomes] : suites) {
    Totals totals;
    for (const CiOutcome* outcome : outcomes) totals.Add(*outcome);
    xml += fmt::format("  <testsuite{}{}>\n", Attribute("name", specimen), totals.Text());
    for (const CiOutcome* outcome : outcomes) xml += TestCase(*outcome);
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

std::string CiReport::Sarif() const {
  const Json rules = Rules();
  std::map<std::string, size_t> indices;
  for (size_t i = 0; i < rules.size(); ++i) indices[rules[i]["id"]] = i;
  Json results = Json::array();
  Json invocation = {{"executionSuccessful", complete_}};
  Json notes = Json::array();
  for (const CiOutcome& outcome : outcomes_) {
    if (outcome.kind == Kind::kLawful) continue;
    if (outcome.kind == Kind::kLeftOut) {
      const std::string what =
          fmt::format("left out: {} of {}: {}", outcome.name, outcome.specimen, outcome.sentence);
      notes.push_back({{"level", "note"}, {"message", Text(what)}});
    } else {
      results.push_back(Result(outcome, indices));
    }
  }
  if (!notes.empty()) invocation["toolExecutionNotifications"] = notes;
  const Json driver = {{"name", "ouro"}, {"version", kVersion}, {"rules", rules}};
  const Json run = {{"tool", {{"driver", driver}}},
                    {"invocations", Json::array({invocation})},
                    {"results", results}};
  const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", Json::array({run})}};
  // Text from a collector may be any bytes.
  return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string CiReport::Write() const {
  std::string error;
  if (!files_.junit.empty()) error = WriteText(files_.junit, JUnit());
  if (!files_.sarif.empty()) {
    const std::string other = WriteText(files_.sarif, Sarif());
    if (error.empty()) error = other;
  }
  return error;
}

}  // namespace ouro
