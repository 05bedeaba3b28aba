#include "fuzz/campaign/supervisor.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "fuzz/files.h"
#include "model/isolate.h"

namespace ouro {
namespace {

constexpr int kFuzzerLife = 60;  // seconds; then it starts again, with what others have found
constexpr int kBadStarts = 5;    // of a fuzzer that ends before its first program: give up
constexpr size_t kMaxFuzzedOps = (kProgramBytes - 64) / 4;  // of main; heads of scripts on top
constexpr int kMostMessages = 500;      // of one worker, before the next one is received
constexpr int kLastMessages = 100'000;  // of one worker that has ended
constexpr int kLeastHangMs = 2000;      // a busy machine lets everybody wait
constexpr int kStuckAtEndMs = 1000;     // when time is over: worth a second look
constexpr uint64_t kSlower = 20;        // than the slowest lawful program: hung
constexpr char kForeignWrite[] = "wrote to a file descriptor that it does not own";

}  // namespace

Supervisor::Supervisor(const Specimen& specimen, const SupervisorOptions& options,
                       OutputFolder* records)
    : specimen_(specimen), options_(options), folder_(*records) {
  generator_.operations = options_.operations;
}

std::string Supervisor::Choose() {
  size_t workers = static_cast<size_t>(options_.workers);
  if (workers == 0) workers = std::max(1u, std::thread::hardware_concurrency());
  workers = std::min(workers, kMaxWorkers);
  Engines engines = options_.engines;
  fuzzer_ = engines == Engines::kRandom || !specimen_.in_process ? "" : FindFuzzer();
  const bool fits = static_cast<size_t>(options_.operations) <= kMaxFuzzedOps;
  if (engines == Engines::kAny) {
    engines = !fuzzer_.empty() && workers > 1 && fits ? Engines::kBoth : Engines::kRandom;
  }
  if (engines != Engines::kRandom) {
    if (!specimen_.in_process) {
      return specimen_.name +
             " runs in another process, where libFuzzer cannot see its code: --engine random";
    }
    if (fuzzer_.empty()) return "there is no collector_fuzzer beside this program";
    if (engines == Engines::kBoth && workers < 2) return "both engines need two workers";
    if (!fits) return fmt::format("libFuzzer takes at most --ops {}", kMaxFuzzedOps);
  }
  for (size_t i = 0; i < workers; ++i) {
    const bool fuzzes = engines == Engines::kLibFuzzer || (engines == Engines::kBoth && i % 2 == 1);
    engines_.push_back(fuzzes ? Engine::kLibFuzzer : Engine::kRandom);
    workers_.push_back(std::make_unique<WorkerState>());
  }
  engine_ = engines == Engines::kBoth ? "both" : Name(engines_[0]);
  return "";
}

bool Supervisor::Uses(Engine engine) const {
  return std::find(engines_.begin(), engines_.end(), engine) != engines_.end();
}

void Supervisor::Resume(const std::vector<BuiltInProgram>* corpus) {
  WorkerSlot& own = folder_.slots()[0];
  uint64_t next = 0;
  for (size_t i = 0; i < folder_.slots().size(); ++i) {
    const WorkerSlot& slot = folder_.slots()[i];
    const uint64_t begun = slot.begun.load();
    const bool in_sequence = (begun & RandomWork::kOfCorpus) == 0;
    if (slot.programs.load() > 0 && in_sequence) next = std::max(next, begun + 1);
  }
  if (own.seed.load() != options_.seed) next = 0;  // another sequence
  own.seed.store(options_.seed);
  const bool alone = !Uses(Engine::kRandom);
  random_ = {&specimen_, generator_, options_.seed, alone ? 1 : workers_.size(), corpus, alone};
  for (size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->worker.Attach(&folder_.slots()[i + 1]);
    workers_[i]->next = next + i;
    workers_[i]->corpus_next = RandomWork::kOfCorpus | i;
    // Without a random engine the first worker runs the corpus, and then is what it has to be.
    workers_[i]->in_corpus =
        !corpus->empty() && (engines_[i] == Engine::kRandom || (alone && i == 0));
  }
}

std::string Supervisor::Start(size_t number) {
  WorkerState& state = *workers_[number];
  state.engine = state.in_corpus ? Engine::kRandom : engines_[number];
  if (state.engine == Engine::kLibFuzzer) return StartFuzzer(number);
  return state.worker.StartRandom(random_, state.in_corpus ? state.corpus_next : state.next,
                                  state.next);
}

std::string Supervisor::StartFuzzer(size_t number) {
  WorkerState& state = *workers_[number];
  // A seed of its own for each life: libFuzzer takes 32 bits.
  const uint64_t programs = state.worker.slot().programs.load();
  state.seed = SeedOf(options_.seed, programs * kMaxWorkers + number) % 0xffffffff + 1;
  FuzzerWork work = {.binary = fuzzer_, .flags = {}};
  work.flags = {
      fmt::format("--specimen={}", specimen_.name),
      fmt::format("--slot={}:{}:{}", folder_.slots().path(), number + 1, folder_.slots().size()),
      fmt::format("-seed={}", state.seed),
      fmt::format("-max_len={}", options_.operations * 4 + 32),
      fmt::format("-max_total_time={}", kFuzzerLife),
      fmt::format("-artifact_prefix={}/", folder_.work())};
  if (const std::string seeds = folder_.SeedFlag(); !seeds.empty()) work.flags.push_back(seeds);
  return state.worker.StartFuzzer(work);
}

// libFuzzer may die elsewhere.
bool Supervisor::InProgram(const WorkerState& state) const {
  return state.engine == Engine::kRandom || state.worker.slot().size.load() > 0;
}

Candidate Supervisor::RunningProgram(const WorkerState& state) const {
  const WorkerSlot& slot = state.worker.slot();
  Message message;
  message.index = slot.begun.load();
  const size_t size = std::min<size_t>(slot.size.load(), kProgramBytes);
  message.program.assign(slot.program, slot.program + size);
  return ToCandidate(state, message);
}

Candidate Supervisor::ToCandidate(const WorkerState& state, const Message& message) const {
  Candidate candidate;
  candidate.engine = state.engine;
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

void Supervisor::Await(std::vector<pollfd>* polled) const {
  for (const auto& state : workers_) state->worker.Await(polled);
}

// False: it has no use any more.
bool Supervisor::ReceiveFrom(size_t number, int most) {
  WorkerState& state = *workers_[number];
  for (Message message; most > 0; --most) {
    const ReceiveResult received = state.worker.Receive(&message);
    if (received == ReceiveResult::kNone) break;
    if (received == ReceiveResult::kMalformed) {
      Candidate candidate = RunningProgram(state);
      candidate.seen = kForeignWrite;
      handlers_.candidate(candidate);
      return false;
    }
    const Candidate candidate = ToCandidate(state, message);
    if (message.kind == Message::Kind::kNew) {
      handlers_.fresh(candidate.program);
    } else {
      handlers_.candidate(candidate);
    }
  }
  return true;
}

std::string Supervisor::Tend() {
  const int limit_ms = HangLimitMs();
  for (size_t i = 0; i < workers_.size(); ++i) {
    WorkerState& state = *workers_[i];
    if (!state.worker.running()) {
      // There may be no process for a moment, later; never at the start.
      const std::string error = Start(i);
      if (!error.empty() && !begun_) return "no worker process: " + error;
      continue;
    }
    std::string error;
    if (!ReceiveFrom(i, kMostMessages)) {
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

// Its next life begins behind the program that it ended in.
void Supervisor::SkipProgram(WorkerState* state) const {
  if (state->engine == Engine::kLibFuzzer) return;
  const uint64_t begun = state->worker.slot().begun.load();
  if ((begun & RandomWork::kOfCorpus) != 0) {
    state->corpus_next = begun + random_.step;
  } else {
    state->in_corpus = false;
    state->next = begun + random_.step;
  }
}

// In the middle of a program, or, libFuzzer, because its life was over. Returns "" or why there is
// no use in another one.
std::string Supervisor::HandleExit(size_t number) {
  WorkerState& state = *workers_[number];
  ReceiveFrom(number, kLastMessages);
  const int status = state.worker.Stop();
  if (state.in_corpus && state.engine != engines_[number] && status == 0) {
    state.in_corpus = false;  // it has done all of it
    return "";
  }
  if (InProgram(state)) {
    Candidate candidate = RunningProgram(state);
    candidate.seen = VerdictOfDeath(status, state.worker.words()).signature();
    candidate.from_outside = EndedFromOutside(status);
    state.bad_starts = 0;
    handlers_.candidate(candidate);
    return "";
  }
  if (status == 0 || EndedFromOutside(status) || ++state.bad_starts < kBadStarts) return "";
  const std::string log = fmt::format("{}/log-{}", folder_.work(), number + 1);
  const std::string words = state.worker.words().Text();
  const std::string written = WriteText(log, words);
  return fmt::format("libFuzzer cannot be run: {}; {}",
                     VerdictOfDeath(status, state.worker.words()).trouble,
                     written.empty() ? "see " + log : words);
}

// It may also have been the machine that slept.
void Supervisor::ReportHang(const WorkerState& state, int limit_ms) {
  if (!InProgram(state)) return;
  Candidate candidate = RunningProgram(state);
  candidate.seen =
      VerdictOfHang(limit_ms, state.worker.slot().pulse, state.worker.words()).signature();
  candidate.from_outside = candidate.hung = true;
  handlers_.candidate(candidate);
}

void Supervisor::Finish() {
  for (size_t i = 0; i < workers_.size(); ++i) {
    WorkerState& state = *workers_[i];
    if (!state.worker.running()) continue;
    const bool ended = state.worker.Ended();
    const int limit_ms = specimen_.in_process ? kStuckAtEndMs : HangLimitMs();
    const bool stuck = !ended && state.worker.Stuck(std::chrono::milliseconds(limit_ms));
    if (stuck) ReportHang(state, limit_ms);
    if (ended) {
      HandleExit(i);
      continue;
    }
    state.worker.Stop();
    ReceiveFrom(i, kLastMessages);
  }
}

int Supervisor::HangLimitMs() const {
  const int most = options_.hang_seconds * 1000;
  if (!specimen_.in_process) return most;
  const uint64_t slowest = std::min<uint64_t>(folder_.slots().Slowest(), 1'000'000'000);
  const auto limit = static_cast<int>(slowest * kSlower / 1000);
  return std::clamp(limit, std::min(kLeastHangMs, most), most);
}

}  // namespace ouro
