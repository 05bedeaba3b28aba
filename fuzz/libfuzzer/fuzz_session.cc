// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer/fuzz_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "collector/edge_counters.h"
#include "fuzz/campaign/channel.h"
#include "fuzz/campaign/coverage.h"
#include "fuzz/campaign/look_inside.h"
#include "fuzz/campaign/observation.h"
#include "fuzz/hash.h"
#include "fuzz/libfuzzer/fuzzed_specimen.h"
#include "fuzz/libfuzzer/random_op.h"
#include "fuzz/merge/merge_worker.h"
#include "model/program.h"

namespace ouro {
namespace {

// libFuzzer finds this section by its name, keeps an input that has a new count here, and clears
// it.
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t features[FeatureCounter::kSize];
// Set by every input: libFuzzer gives up if the first one reaches nothing, as it may in a collector
// that is not instrumented.
__attribute__((section("__libfuzzer_extra_counters"))) volatile uint8_t ran;

[[noreturn]] void Refuse(const std::string& why) {
  fmt::print(stderr, "collector_fuzzer: {}\n", why);
  std::exit(2);
}

// Removes --NAME=VALUE from the arguments and returns the value; "": it is not there.
std::string TakeOption(std::string_view name, int* argc, char** argv) {
  const std::string prefix = fmt::format("--{}=", name);
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(prefix)) continue;
    std::move(argv + i + 1, argv + *argc + 1, argv + i);  // and the null at the end
    --*argc;
    return std::string(argument.substr(prefix.size()));
  }
  return "";
}

uint64_t Microseconds(std::chrono::steady_clock::duration time) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

}  // namespace

FuzzSession::FuzzSession(int* argc, char*** argv) {
  const char* environment = std::getenv("OURO_SPECIMEN");
  std::string name = TakeOption("specimen", argc, *argv);
  if (name.empty() && environment != nullptr) name = environment;
  if (std::string error = FindFuzzed(name, &specimen_); !error.empty()) Refuse(error);
  if (!specimen_.in_process)
    Refuse(name + " runs in another process, where its coverage cannot be seen");
  const std::string slot = TakeOption("slot", argc, *argv);
  const std::string channel = TakeOption("channel", argc, *argv);
  observe_ = !TakeOption("observe", argc, *argv).empty();
  if (!channel.empty()) channel_ = std::atoi(channel.c_str());
  const std::string merge = TakeOption("merge", argc, *argv);
  const size_t number = slot.empty() ? 0 : OpenSlot(slot);
  if (!merge.empty()) Merge(merge, number);
  trial_ = std::make_unique<Trial>(specimen_);
  renewed_ = IsRenewed(specimen_);
  SetVocabulary(specimen_.kinds, specimen_.abilities);
  trial_->CountFeatures(features);
  if (slot_ != nullptr) trial_->Watch(&slot_->pulse);
}

// Returns the number of the slot.
size_t FuzzSession::OpenSlot(const std::string& option) {
  const size_t last = option.rfind(':');
  const size_t middle = last == std::string::npos || last == 0 ? last : option.rfind(':', last - 1);
  if (middle == std::string::npos) Refuse("--slot is FILE:I:N");
  const size_t number = std::strtoul(option.c_str() + middle + 1, nullptr, 10);
  const size_t slots = std::strtoul(option.c_str() + last + 1, nullptr, 10);
  if (number >= slots) Refuse("--slot is FILE:I:N");
  const std::string error = slots_.Open(option.substr(0, middle), slots);
  if (!error.empty()) Refuse(error);
  slot_ = &slots_[number];
  edges_ = EdgeCountersOf(specimen_);
  edges_.Begin();
  slot_->BeginEdges(edges_);
  return number;
}

void FuzzSession::Merge(const std::string& option, size_t number) {
  if (slot_ == nullptr || channel_ < 0) Refuse("--merge needs --slot and --channel");
  const std::string why = RunMergeOption(option, specimen_, number, *slot_, channel_);
  if (!why.empty()) Refuse(why);
  std::_Exit(0);
}

// If this program kills us, the supervisor finds it here.
void FuzzSession::SetRunningProgram(const uint8_t* data, size_t size) {
  size = std::min(size, kMaxProgramBytes);
  std::copy_n(data, size, slot_->program);
  slot_->program_size.store(static_cast<uint32_t>(size));
}

void FuzzSession::Record(const Verdict& verdict, std::chrono::steady_clock::duration time,
                         const uint8_t* data, size_t size) {
  slot_->program_size.store(0);
  const uint64_t index = slot_->programs.fetch_add(1, std::memory_order_relaxed);
  slot_->operations.fetch_add(static_cast<uint64_t>(verdict.operations), std::memory_order_relaxed);
  slot_->situations.fetch_or(verdict.situations, std::memory_order_relaxed);
  bool any_new = MergeCounts(features, sizeof(features), slot_->features);
  any_new |= slot_->MergeEdges(edges_);  // libFuzzer clears them before each input
  if (!verdict.lawful()) slot_->convicted.fetch_add(1, std::memory_order_relaxed);
  const bool observed = observe_ && IsObserved(index);
  if (!observed && !any_new && verdict.lawful()) return;
  Message message;
  message.index = index;
  message.program.assign(data, data + std::min(size, kMaxProgramBytes));
  if (observed) {
    message.kind = Message::Kind::kObserved;
    message.text = ToText(MeasuredOf(verdict, Microseconds(time)));
    if (!Send(channel_, message)) std::_Exit(3);
  }
  if (!any_new && verdict.lawful()) return;
  message.kind = verdict.lawful() ? Message::Kind::kNewCoverage : Message::Kind::kConvicted;
  message.text = verdict.signature();
  if (!Send(channel_, message)) std::_Exit(3);  // the supervisor is gone
}

void FuzzSession::NoteTime(std::chrono::steady_clock::duration time) {
  const uint64_t taken = Microseconds(time);
  if (taken > slot_->slowest.load(std::memory_order_relaxed)) slot_->slowest.store(taken);
}

void FuzzSession::Abort(const Program& program, const Verdict& verdict) const {
  std::string transcript;
  Trial(specimen_).Run(program, &transcript);
  if (transcript.empty()) transcript = Print(program);
  fmt::print(stderr, "\n{}", Report(specimen_, verdict, transcript));
  std::fflush(stderr);
  std::abort();
}

void FuzzSession::Run(const Program& program, const uint8_t* data, size_t size) {
  if (slot_ != nullptr) SetRunningProgram(data, size);
  ran = 1;
  if (++programs_ % kRenewEvery == 0 && renewed_) trial_->Renew();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  trial_->SetVerify(LookOf(HashOf(bytes)));
  const auto begin = std::chrono::steady_clock::now();
  const Verdict verdict = trial_->Run(program);
  if (slot_ != nullptr) {
    const auto time = std::chrono::steady_clock::now() - begin;
    if (verdict.lawful()) NoteTime(time);
    return Record(verdict, time, data, size);
  }
  if (!verdict.lawful()) Abort(program, verdict);
}

}  // namespace ouro
