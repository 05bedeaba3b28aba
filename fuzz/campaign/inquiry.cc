// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/inquiry.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>

#include "model/isolate.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxLine = size_t{64} << 20;  // bytes of one update
// The first replay may hang, and the second; both last until the limit.
constexpr int kReplaysOfHang = 2;

// The updates of the subprocess, each a line of JSON.
constexpr char kNotReproduced[] = "not reproduced";
constexpr char kFiled[] = "filed";
constexpr char kShrunk[] = "shrunk";

std::string ToLine(const char* update, const Finding& finding) {
  const Json json = {{"update", update},           {"signature", finding.signature},
                     {"cause", finding.cause},     {"program", Print(finding.program)},
                     {"report", finding.report},   {"text", finding.text},
                     {"file", finding.file},       {"before", finding.before},
                     {"error", finding.error},     {"engine", finding.engine},
                     {"repeats", finding.repeats}, {"shrunk", finding.shrunk},
                     {"line", finding.line}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

// Returns the update, or "" if the line is none: the collector runs below the subprocess.
std::string FromLine(const std::string& line, Finding* finding) {
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
                .before = text("before"),
                .error = text("error"),
                .engine = text("engine"),
                .line = json.at("line").get<size_t>(),
                .repeats = json.at("repeats").get<int>(),
                .shrunk = json.at("shrunk").get<bool>()};
    return text("update");
  } catch (const Json::exception&) {
    return "";
  }
}

}  // namespace

void Inquiry::Start(const Specimen& specimen, const Candidate& candidate, FindingOptions options) {
  options.origin = candidate.origin;
  options.engine = Name(candidate.engine);
  options.seen = candidate.seen;
  options.from_outside = candidate.from_outside;
  if (candidate.kind == Candidate::Kind::kHung) options.replays = kReplaysOfHang;
  candidate_ = candidate;
  running_ = true;
  error_ = process_.Start({.run = [&](int channel) {
    std::optional<Finding> finding = Investigate(candidate.program, specimen, options);
    if (!finding) {
      WriteAll(channel, ToLine(kNotReproduced, {.program = candidate.program}));
      return;
    }
    WriteAll(channel, ToLine(kFiled, *finding));
    ShrinkFinding(specimen, options, &*finding);
    WriteAll(channel, ToLine(kShrunk, *finding));
  }});
}

Inquiry::Update Inquiry::Poll(Finding* finding) {
  if (!running_) return Update::kNone;
  const bool ended = process_.Ended();
  process_.Read(kMaxLine);
  std::string& inbox = process_.inbox();
  const size_t end = inbox.find('\n');
  if (end == std::string::npos) {
    if (!ended) return Update::kNone;
    if (error_.empty()) error_ = VerdictOfDeath(process_.Kill(), process_.words()).trouble;
    running_ = false;
    return Update::kFailed;
  }
  const std::string update = FromLine(inbox.substr(0, end), finding);
  inbox.erase(0, end + 1);
  if (update == kFiled) return Update::kFiled;
  Stop();
  if (update == kNotReproduced) return Update::kNotReproduced;
  if (update == kShrunk) return Update::kShrunk;
  error_ = "it sent a malformed line";
  return Update::kFailed;
}

void Inquiry::Stop() {
  process_.Kill();
  running_ = false;
}

}  // namespace ouro
