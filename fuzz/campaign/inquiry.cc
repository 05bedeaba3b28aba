#include "fuzz/campaign/inquiry.h"

#include <fmt/format.h>

#include <cstddef>

#include <nlohmann/json.hpp>

#include "model/isolate.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxUpdate = 64 << 20;  // bytes of one line

// A line of JSON.
std::string ToText(const char* update, const Finding& finding) {
  const Json json = {{"update", update},         {"signature", finding.signature},
                     {"cause", finding.cause},   {"program", Print(finding.program)},
                     {"report", finding.report}, {"text", finding.text},
                     {"file", finding.file},     {"error", finding.error},
                     {"engine", finding.engine}, {"repeats", finding.repeats},
                     {"shrunk", finding.shrunk}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

// Returns the update, or "" if it is none.
std::string FromText(const std::string& line, Finding* finding) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return "";
  const auto text = [&json](const char* key) { return json.at(key).get<std::string>(); };
  try {
    std::vector<Program> programs;
    if (!Parse(text("program"), &programs).empty() || programs.empty()) return "";
    *finding = {.signature = text("signature"),
                .cause = text("cause"),
                .program = programs[0],
                .report = text("report"),
                .text = text("text"),
                .file = text("file"),
                .error = text("error"),
                .engine = text("engine"),
                .repeats = json.at("repeats").get<int>(),
                .shrunk = json.at("shrunk").get<bool>()};
    return text("update");
  } catch (const Json::exception&) {
    return "";
  }
}

// Whether a program does again what may have been done to its worker.
bool ComesAgain(const Specimen& specimen, const Candidate& candidate,
                const FindingOptions& options) {
  // A hang takes its time, and one more comes when it is investigated.
  for (int times = candidate.hung ? 1 : 2; times > 0; --times) {
    if (TryIsolated(candidate.program, specimen, options.isolation).lawful()) return false;
  }
  return true;
}

}  // namespace

void Inquiry::Start(const Specimen& specimen, const Candidate& candidate, FindingOptions options) {
  options.origin = candidate.origin;
  options.engine = Name(candidate.engine);
  options.seen = candidate.seen;
  if (candidate.hung) options.replays = 1;
  candidate_ = candidate;
  running_ = true;
  error_ = process_.Start({.run = [&](int channel) {
    if (candidate.from_outside && !ComesAgain(specimen, candidate, options)) {
      WriteAll(channel, ToText("not-reproduced", Finding{}));
      return;
    }
    Finding finding = Investigate(candidate.program, specimen, options);
    WriteAll(channel, ToText("filed", finding));
    ShrinkFinding(specimen, options, &finding);
    WriteAll(channel, ToText("shrunk", finding));
  }});
}

Inquiry::Update Inquiry::Poll(Finding* finding) {
  if (!running_) return Update::kNone;
  const bool ended = process_.Ended();
  process_.Read(kMaxUpdate);
  std::string& inbox = process_.inbox();
  const size_t end = inbox.find('\n');
  if (end != std::string::npos) {
    const std::string update = FromText(inbox.substr(0, end), finding);
    inbox.erase(0, end + 1);
    if (update == "filed") return Update::kFiled;
    const bool not_reproduced = update == "not-reproduced";
    if (!not_reproduced && update != "shrunk") error_ = "it sent what makes no sense";
    Stop();
    return not_reproduced       ? Update::kNotReproduced
           : update == "shrunk" ? Update::kShrunk
                                : Update::kFailed;
  }
  if (!ended) return Update::kNone;
  if (error_.empty()) error_ = VerdictOfDeath(process_.Kill(), process_.words()).trouble;
  running_ = false;
  return Update::kFailed;
}

void Inquiry::Stop() {
  process_.Kill();
  running_ = false;
}

}  // namespace ouro
