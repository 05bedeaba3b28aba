#include "fuzz/campaign/inquiry.h"

#include <fmt/format.h>

#include <cstddef>

#include <nlohmann/json.hpp>

#include "model/isolate.h"

namespace ouro {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxNews = 64 << 20;  // bytes of one line

// A line of JSON.
std::string ToText(const char* news, const Finding& finding) {
  const Json json = {{"news", news},
                     {"signature", finding.signature},
                     {"cause", finding.cause},
                     {"program", Print(finding.program)},
                     {"report", finding.report},
                     {"text", finding.text},
                     {"file", finding.file},
                     {"error", finding.error},
                     {"engine", finding.engine},
                     {"repeats", finding.repeats},
                     {"shrunk", finding.shrunk}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

// Returns the news, or "" if it is none.
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
    return text("news");
  } catch (const Json::exception&) {
    return "";
  }
}

// Whether a program does again what may have been done to its worker.
bool ComesAgain(const Specimen& specimen, const Suspicion& suspicion,
                const FindingOptions& options) {
  // A hang takes its time, and one more comes when it is investigated.
  for (int times = suspicion.hung ? 1 : 2; times > 0; --times) {
    if (TryIsolated(suspicion.program, specimen, options.isolation).lawful()) return false;
  }
  return true;
}

}  // namespace

void Inquiry::Start(const Specimen& specimen, const Suspicion& suspicion, FindingOptions options) {
  options.origin = suspicion.origin;
  options.engine = Name(suspicion.engine);
  options.seen = suspicion.seen;
  if (suspicion.hung) options.replays = 1;
  suspicion_ = suspicion;
  running_ = true;
  error_ = process_.Start({.run = [&](int channel) {
    if (suspicion.from_outside && !ComesAgain(specimen, suspicion, options)) {
      WriteAll(channel, ToText("innocent", Finding{}));
      return;
    }
    Finding finding = Investigate(suspicion.program, specimen, options);
    WriteAll(channel, ToText("filed", finding));
    ShrinkFinding(specimen, options, &finding);
    WriteAll(channel, ToText("shrunk", finding));
  }});
}

Inquiry::News Inquiry::Listen(Finding* finding) {
  if (!running_) return News::kNone;
  const bool ended = process_.Ended();
  process_.Read(kMaxNews);
  std::string& inbox = process_.inbox();
  const size_t end = inbox.find('\n');
  if (end != std::string::npos) {
    const std::string news = FromText(inbox.substr(0, end), finding);
    inbox.erase(0, end + 1);
    if (news == "filed") return News::kFiled;
    const bool innocent = news == "innocent";
    if (!innocent && news != "shrunk") error_ = "it sent what makes no sense";
    Stop();
    return innocent ? News::kInnocent : news == "shrunk" ? News::kShrunk : News::kFailed;
  }
  if (!ended) return News::kNone;
  if (error_.empty()) error_ = VerdictOfDeath(process_.Kill(), process_.words()).trouble;
  running_ = false;
  return News::kFailed;
}

void Inquiry::Stop() {
  process_.Kill();
  running_ = false;
}

}  // namespace ouro
