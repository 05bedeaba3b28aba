// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/observation.h"

#include <fmt/format.h>

#include <bit>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "fuzz/build_name.h"
#include "fuzz/files.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kAllUpTo = 1000;
constexpr size_t kMaxText = size_t{16} << 10;  // bytes of a program, or a report, in a line
constexpr size_t kFirstGrowth = size_t{256} << 10;

std::string Cut(const std::string& text) {
  if (text.size() <= kMaxText) return text;
  return text.substr(0, text.rfind('\n', kMaxText) + 1) + "# ... and more\n";
}

double Now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(time).count();
}

}  // namespace

bool IsObserved(uint64_t number) {
  uint64_t step = 1;
  for (uint64_t rest = number; rest >= kAllUpTo; rest /= 10) step *= 10;
  return number % step == 0;
}

Measured MeasuredOf(const Verdict& verdict, uint64_t microseconds) {
  return {microseconds, verdict.operations, verdict.events, verdict.situations,
          verdict.signature()};
}

std::string ToText(const Measured& m) {
  return fmt::format("{} {} {} {:x} {}", m.microseconds, m.operations, m.events, m.situations,
                     m.signature);
}

bool FromText(const std::string& text, Measured* measured) {
  Measured m;
  int end = 0;
  const int fields = std::sscanf(text.c_str(), "%" SCNu64 " %d %d %" SCNx64 "%n", &m.microseconds,
                                 &m.operations, &m.events, &m.situations, &end);
  if (fields != 4 || text[static_cast<size_t>(end)] != ' ') return false;
  m.signature = text.substr(static_cast<size_t>(end) + 1);
  *measured = m;
  return true;
}

struct Observations::Line {
  const char* status;
  std::string reason;
  const Program& program;
  std::string origin;
  const Measured* measured = nullptr;  // null: it was not measured
  std::string report = {};
};

Observations::Observations(std::string path, std::string property)
    : path_(std::move(path)), property_(std::move(property)), run_start_(Now()) {}

void Observations::Append(const std::string& line) {
  text_ += line + "\n";
  if (text_.size() < publish_at_) return;
  if (std::string error = Publish(); !error.empty()) error_ = error;
}

void Observations::Add(const Line& line) {
  Json features = {{"operations", line.program.size()}, {"scripts", line.program.scripts.size()}};
  Json timing = Json::object();
  if (const Measured* measured = line.measured) {
    features["executed"] = measured->operations;
    features["events"] = measured->events;
    features["situations"] = std::popcount(measured->situations);
    // As an event of Hypothesis: the name alone says that it happened.
    for (int i = 0; i < kSituations; ++i) {
      if ((measured->situations >> i & 1) == 0) continue;
      features[fmt::format("situation: {}", Name(static_cast<Situation>(i)))] = "";
    }
    timing["execute:test"] = static_cast<double>(measured->microseconds) / 1e6;
  }
  for (const std::string& kind : line.program.Kinds()) features["kind: " + kind] = "";
  Json metadata = {{"build", BuildName()}};
  if (!line.report.empty()) metadata["report"] = Cut(line.report);
  const Json json = {{"type", "test_case"},
                     {"run_start", run_start_},
                     {"property", property_},
                     {"status", line.status},
                     {"status_reason", line.reason},
                     {"representation", Cut(Print(line.program))},
                     {"arguments", Json::object()},
                     {"how_generated", line.origin},
                     {"features", features},
                     {"coverage", nullptr},
                     {"timing", timing},
                     {"metadata", metadata}};
  Append(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Observations::Sample(const Program& program, const std::string& origin,
                          const Measured& measured) {
  if (!wanted() || sampled_ >= kMaxSampled || text_.size() >= kMaxBytes) return;
  ++sampled_;
  Add({.status = measured.signature.empty() ? "passed" : "failed",
       .reason = measured.signature,
       .program = program,
       .origin = origin,
       .measured = &measured});
}

void Observations::Found(const Program& program, const std::string& origin,
                         const std::string& signature, const std::string& report) {
  if (!wanted() || ++others_ > kMaxOthers) return;
  Add({.status = "failed",
       .reason = signature,
       .program = program,
       .origin = origin,
       .report = report});
}

void Observations::GaveUp(const Program& program, const std::string& origin,
                          const std::string& why) {
  if (!wanted() || ++others_ > kMaxOthers) return;
  Add({.status = "gave_up", .reason = why, .program = program, .origin = origin});
}

void Observations::Inform(const std::string& title, const std::string& content) {
  if (!wanted()) return;
  const Json json = {{"type", "info"},
                     {"run_start", run_start_},
                     {"property", property_},
                     {"title", title},
                     {"content", content}};
  Append(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string Observations::Publish() {
  if (!wanted()) return "";
  std::string error = WriteText(path_, text_);
  publish_at_ = text_.size() + text_.size() / 4 + kFirstGrowth;
  return error.empty() ? std::exchange(error_, "") : error;
}

}  // namespace ouro
