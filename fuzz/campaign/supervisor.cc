// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "collector/edge_counters.h"
#include "fuzz/files.h"
#include "model/check.h"
#include "model/isolate.h"

namespace ouro {
namespace {

// Four bytes an operation; the rest of the bytes is for the heads of scripts. Operations with kinds
// take eight, so of the longest programs only those without many fit.
constexpr size_t kMaxFuzzedOps = (kMaxProgramBytes - 64) / 4;
constexpr int kMaxMessages = 500;          // from one worker before the next has its turn
constexpr int kMaxLastMessages = 100'000;  // from one that has ended
constexpr int kMinHangMs = 2000;           // on a busy machine every process waits that long
constexpr int kStuckAtEndMs = 1000;        // when time is over: worth a second look
constexpr uint64_t kHangFactor = 20;       // times the slowest lawful program
constexpr uint64_t kMaxFuzzerSeed = 0xffffffff;
constexpr char kForeignWrite[] = "wrote to a file descriptor that it does not own";

}  // namespace

Supervisor::Supervisor(const Specimen& specimen, const SupervisorOptions& options)
    : specimen_(specimen), options_(options) {
  generator_.operations = options_.operations;
  generator_.kinds = specimen_.kinds.kinds();
  generator_.scale = options_.scale;
  // Small thresholds would collect a long chain at each birth.
  generator_.settings = !options_.scale;
  generator_.abilities = specimen_.abilities;
  generator_.saveall_in_scripts = options_.saveall_in_scripts;
  generator_.weights = options_.weights;
  generator_.clusters = !options_.engines.Has(Engine::kUniform);
}

std::string Supervisor::Choose() {
  CHECK(!options_.engines.Has(Engine::kUniform) || !options_.engines.Has(Engine::kRandom));
  size_t workers = static_cast<size_t>(options_.workers);
  if (workers == 0) workers = std::max(1u, std::thread::hardware_concurrency());
  workers = std::min(workers, kMaxWorkers);
  EngineSet engines = options_.engines;
  const bool wanted = engines.empty() || engines.Has(Engine::kLibFuzzer);
  if (wanted && specimen_.in_process) {
    fuzzer_ = options_.fuzzer.empty() ? FindFuzzer() : options_.fuzzer;
  }
  const bool traces_pc = EdgeCountersOf(specimen_).traces_pc();
  const bool fits = static_cast<size_t>(options_.operations) <= kMaxFuzzedOps;
  if (engines.empty()) {
    engines.Add(Engine::kRandom);
    if (!fuzzer_.empty() && workers > 1 && fits && !traces_pc) engines.Add(Engine::kLibFuzzer);
  }
  const Engine generator = engines.Has(Engine::kUniform) ? Engine::kUniform : Engine::kRandom;
  const bool fuzzes = engines.Has(Engine::kLibFuzzer);
  const bool both = fuzzes && engines.Has(generator);
  if (fuzzes) {
    if (!specimen_.in_process) {
      return specimen_.name +
             " runs in another process, where libFuzzer cannot see its code: --engine random";
    }
    if (traces_pc) {
      return specimen_.name +
             " calls __sanitizer_cov_trace_pc, which libFuzzer refuses: build it without "
             "-fsanitize-coverage=trace-pc, or --engine random";
    }
    if (fuzzer_.empty()) return "there is no collector_fuzzer beside this program";
    if (both && workers < 2) return "both engines need two workers";
    if (!fits) return fmt::format("libFuzzer takes at most --ops {}", kMaxFuzzedOps);
  }
  for (size_t i = 0; i < workers; ++i) {
    engines_.push_back(fuzzes && (!both || i % 2 == 1) ? Engine::kLibFuzzer : generator);
    workers_.push_back(std::make_unique<WorkerState>());
  }
  engine_ = both ? "both" : Name(engines_[0]);
  return "";
}

bool Supervisor::Uses(Engine engine) const {
  return std::find(engines_.begin(), engines_.end(), engine) != engines_.end();
}

void Supervisor::Resume(const Workspace& workspace, const std::vector<BuiltInProgram>* corpus) {
  workspace_ = workspace;
  WorkerSlots& slots = *workspace_.slots;
  CHECK(slots.size() > workers_.size());
  uint64_t next = 0;
  for (size_t i = 0; i < slots.size(); ++i) {
    const uint64_t index = slots[i].current_index.load();
    const bool in_sequence = (index & RandomWork::kOfCorpus) == 0;
    if (slots[i].programs.load() > 0 && in_sequence) next = std::max(next, index + 1);
  }
  if (slots[0].seed.load() != options_.seed) next = 0;  // another sequence
  slots[0].seed.store(options_.seed);
  const bool only_fuzzers = !Uses(Engine::kRandom) && !Uses(Engine::kUniform);
  const size_t step = only_fuzzers ? 1 : workers_.size();
  random_ = {&specimen_, generator_, options_.seed, step, corpus, only_fuzzers, options_.observe};
  for (size_t i = 0; i < workers_.size(); ++i) {
    WorkerState& state = *workers_[i];
    state.worker.Attach(&slots[i + 1]);
    state.next = next + i;
    state.corpus_next = RandomWork::kOfCorpus | i;
    // With fuzzers alone, the first worker runs the corpus before it becomes one.
    state.in_corpus = corpus != nullptr && !corpus->empty() &&
                      (engines_[i] != Engine::kLibFuzzer || (only_fuzzers && i == 0));
  }
}

std::string Supervisor::Start(size_t number) {
  WorkerState& state = *workers_[number];
  const bool lent = state.in_corpus && engines_[number] == Engine::kLibFuzzer;
  state.engine = lent ? Engine::kRandom : engines_[number];
  if (state.engine == Engine::kLibFuzzer) return StartFuzzer(number);
  return state.worker.StartRandom(random_, state.in_corpus ? state.corpus_next : state.next,
                                  state.next);
}

std::string Supervisor::StartFuzzer(size_t number) {
  WorkerState& state = *workers_[number];
  // Each process has a seed of its own, or it would repeat what the last one did.
  const uint64_t programs = state.worker.slot().programs.load();
  state.seed = SeedOf(options_.seed, programs * kMaxWorkers + number) % kMaxFuzzerSeed + 1;
  return state.worker.StartFuzzer({.binary = fuzzer_,
                                   .specimen = specimen_.name,
                                   .slots = workspace_.slots->path(),
                                   .slot = number + 1,
                                   .slot_count = workspace_.slots->size(),
                                   .seed = state.seed,
                                   .seed_inputs = workspace_.seed_inputs(),
                                   .operations = options_.operations,
                                   .kinds = !specimen_.kinds.empty(),
                                   .artifacts = workspace_.folder,
                                   .seconds = options_.fuzzer_seconds,
                                   .observe = options_.observe});
}

// libFuzzer may also be between two programs.
bool Supervisor::InProgram(const WorkerState& state) const {
  return state.engine != Engine::kLibFuzzer || state.worker.slot().program_size.load() > 0;
}

Candidate Supervisor::RunningProgram(const WorkerState& state, Candidate::Kind kind) const {
  const WorkerSlot& slot = state.worker.slot();
  Message message;
  message.index = state.engine == Engine::kLibFuzzer ? slot.programs : slot.current_index;
  const size_t size = std::min<size_t>(slot.program_size.load(), kMaxProgramBytes);
  message.program.assign(slot.program, slot.program + size);
  Candidate candidate = ToCandidate(state, message);
  candidate.kind = kind;
  return candidate;
}

Candidate Supervisor::ToCandidate(const WorkerState& state, const Message& message) const {
  Candidate candidate;
  candidate.engine = state.engine;
  candidate.index = message.index;
  candidate.seen = message.text;
  if (state.engine == Engine::kLibFuzzer) {
    candidate.program = Decode(message.program.data(), message.program.size());
    candidate.origin = fmt::format("libFuzzer, -seed={}", state.seed);
    return candidate;
  }
  candidate.program = random_.Make(message.index);
  candidate.origin = random_.InCorpus(message.index)
                         ? (*random_.corpus)[message.index & ~RandomWork::kOfCorpus].file
                         : fmt::format("program {} of seed {}, {} operations", message.index,
                                       options_.seed, options_.operations);
  return candidate;
}

void Supervisor::Report(const Candidate& candidate) const {
  if (handlers_.candidate) handlers_.candidate(candidate);
}

void Supervisor::Await(std::vector<pollfd>* polled) const {
  for (const auto& state : workers_) state->worker.Await(polled);
}

// Returns false if its channel is damaged.
bool Supervisor::ReceiveFrom(size_t number, int most) {
  WorkerState& state = *workers_[number];
  for (Message message; most > 0; --most) {
    const ReceiveResult result = state.worker.Receive(&message);
    if (result == ReceiveResult::kNone) break;
    if (result == ReceiveResult::kMalformed) {
      Candidate candidate = RunningProgram(state, Candidate::Kind::kForeignWrite);
      candidate.seen = kForeignWrite;
      Report(candidate);
      return false;
    }
    const Candidate candidate = ToCandidate(state, message);
    if (message.kind == Message::Kind::kConvicted) {
      Report(candidate);
    } else if (message.kind == Message::Kind::kObserved) {
      if (handlers_.observed) handlers_.observed(candidate);
    } else if (handlers_.new_coverage) {
      handlers_.new_coverage(candidate.program);
    }
  }
  return true;
}

std::string Supervisor::Tend() {
  const int limit_ms = HangLimitMs();
  for (size_t i = 0; i < workers_.size(); ++i) {
    WorkerState& state = *workers_[i];
    if (!state.worker.running()) {
      // Later on, a system that has no process right now may have one at the next call.
      const std::string error = Start(i);
      if (!error.empty() && !begun_) return "no worker process: " + error;
      continue;
    }
    std::string error;
    if (!ReceiveFrom(i, kMaxMessages)) {
      state.worker.Stop();
    } else if (state.worker.Ended()) {
      error = HandleExit(i);
    } else if (state.worker.Stuck(std::chrono::milliseconds(limit_ms))) {
      ReportHang(state, limit_ms);
      state.worker.Stop();
    } else {
      continue;
    }
    if (!error.empty()) return error;
    SkipProgram(&state);
  }
  begun_ = true;
  return "";
}

// The next process begins behind the program that this one ended in.
void Supervisor::SkipProgram(WorkerState* state) const {
  if (state->engine == Engine::kLibFuzzer) return;
  const uint64_t index = state->worker.slot().current_index.load();
  if ((index & RandomWork::kOfCorpus) != 0) {
    state->corpus_next = index + random_.step;
  } else {
    state->in_corpus = false;
    state->next = index + random_.step;
  }
}

// The worker died in a program, or it is a libFuzzer whose time is over. Returns "" or why another
// process would fare no better.
std::string Supervisor::HandleExit(size_t number) {
  WorkerState& state = *workers_[number];
  ReceiveFrom(number, kMaxLastMessages);
  const int status = state.worker.Stop();
  if (state.in_corpus && state.engine != engines_[number] && status == 0) {
    state.in_corpus = false;  // the corpus is done
    return "";
  }
  if (state.worker.slot().damaged.exchange(0) != 0) {  // its conviction has been reported
    state.bad_starts = 0;
    return "";
  }
  if (!InProgram(state)) return BadStart(number, status);
  Candidate candidate = RunningProgram(state, Candidate::Kind::kDied);
  candidate.seen = VerdictOfDeath(status, state.worker.words()).signature();
  candidate.from_outside = EndedFromOutside(status);
  state.bad_starts = 0;
  Report(candidate);
  return "";
}

std::string Supervisor::BadStart(size_t number, int status) {
  WorkerState& state = *workers_[number];
  const bool as_told = status == 0 && options_.fuzzer_seconds > 0;
  if (as_told || EndedFromOutside(status)) return "";
  if (++state.bad_starts < options_.max_bad_starts) return "";
  const std::string words = state.worker.words().Text();
  std::string error = "libFuzzer cannot be run: ";
  error += VerdictOfDeath(status, state.worker.words()).trouble;
  if (workspace_.logs) {
    const std::string log = fmt::format("{}/log-{}", workspace_.folder, number + 1);
    if (WriteText(log, words).empty()) return error + "; see " + log;
  }
  return words.empty() ? error : error + "; its last words:\n" + words;
}

// A machine that slept looks the same.
void Supervisor::ReportHang(const WorkerState& state, int limit_ms) {
  if (!InProgram(state)) return;
  Candidate candidate = RunningProgram(state, Candidate::Kind::kHung);
  candidate.seen =
      VerdictOfHang(limit_ms, state.worker.slot().pulse, state.worker.words()).signature();
  candidate.from_outside = true;
  Report(candidate);
}

void Supervisor::Finish() {
  const int limit_ms = specimen_.in_process ? kStuckAtEndMs : HangLimitMs();
  for (size_t i = 0; i < workers_.size(); ++i) {
    WorkerState& state = *workers_[i];
    if (!state.worker.running()) continue;
    if (state.worker.Ended()) {
      HandleExit(i);
      continue;
    }
    if (state.worker.Stuck(std::chrono::milliseconds(limit_ms))) ReportHang(state, limit_ms);
    state.worker.Stop();
    ReceiveFrom(i, kMaxLastMessages);
  }
}

int Supervisor::HangLimitMs() const {
  if (!specimen_.in_process) return options_.hang_ms;
  const uint64_t slowest = std::min<uint64_t>(workspace_.slots->Slowest(), 1'000'000'000);
  const auto limit = static_cast<int>(slowest * kHangFactor / 1000);
  return std::clamp(limit, std::min(kMinHangMs, options_.hang_ms), options_.hang_ms);
}

}  // namespace ouro
