#include "fuzz/campaign/supervisor.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <thread>

#include "fuzz/files.h"
#include "model/isolate.h"

namespace ouro {
namespace {

constexpr int kFuzzerLife = 60;  // seconds; then it starts again, with what others have found
constexpr int kBadStarts = 5;    // of a fuzzer that ends before its first program: give up
constexpr size_t kMaxFuzzedOps = (kProgramBytes - 64) / 4;  // of main; heads of scripts on top
constexpr int kMostMessages = 500;      // of one worker, before the next one is heard
constexpr int kLastMessages = 100'000;  // of one worker that has ended
constexpr int kLeastHangMs = 2000;      // a busy machine lets everybody wait
constexpr int kStuckAtEndMs = 1000;     // when time is over: worth a second look
constexpr uint64_t kSlower = 20;        // than the slowest lawful program: hung
constexpr char kNonsense[] = "wrote to a file descriptor that it does not own";

}  // namespace

Supervisor::Supervisor(const Specimen& specimen, const SupervisorOptions& options, Records* records)
    : specimen_(specimen), options_(options), records_(*records) {
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
    seats_.push_back(std::make_unique<Seat>());
  }
  engine_ = engines == Engines::kBoth ? "both" : Name(engines_[0]);
  return "";
}

bool Supervisor::Uses(Engine engine) const {
  return std::find(engines_.begin(), engines_.end(), engine) != engines_.end();
}

void Supervisor::Resume(const std::vector<BuiltInProgram>* corpus) {
  Desk& own = records_.desks()[0];
  uint64_t next = 0;
  for (size_t i = 0; i < records_.desks().size(); ++i) {
    const Desk& desk = records_.desks()[i];
    const uint64_t begun = desk.begun.load();
    const bool in_sequence = (begun & RandomWork::kOfCorpus) == 0;
    if (desk.programs.load() > 0 && in_sequence) next = std::max(next, begun + 1);
  }
  if (own.seed.load() != options_.seed) next = 0;  // another sequence
  own.seed.store(options_.seed);
  const bool alone = !Uses(Engine::kRandom);
  random_ = {&specimen_, generator_, options_.seed, alone ? 1 : seats_.size(), corpus, alone};
  for (size_t i = 0; i < seats_.size(); ++i) {
    seats_[i]->worker.Sit(&records_.desks()[i + 1]);
    seats_[i]->next = next + i;
    seats_[i]->corpus_next = RandomWork::kOfCorpus | i;
    // Without a random engine the first worker runs the corpus, and then is what it has to be.
    seats_[i]->in_corpus =
        !corpus->empty() && (engines_[i] == Engine::kRandom || (alone && i == 0));
  }
}

std::string Supervisor::Start(size_t number) {
  Seat& seat = *seats_[number];
  seat.engine = seat.in_corpus ? Engine::kRandom : engines_[number];
  if (seat.engine == Engine::kLibFuzzer) return StartFuzzer(number);
  return seat.worker.StartRandom(random_, seat.in_corpus ? seat.corpus_next : seat.next, seat.next);
}

std::string Supervisor::StartFuzzer(size_t number) {
  Seat& seat = *seats_[number];
  // A seed of its own for each life: libFuzzer takes 32 bits.
  const uint64_t programs = seat.worker.desk().programs.load();
  seat.seed = SeedOf(options_.seed, programs * kMaxWorkers + number) % 0xffffffff + 1;
  FuzzerWork work = {.binary = fuzzer_, .flags = {}};
  work.flags = {
      fmt::format("--specimen={}", specimen_.name),
      fmt::format("--desk={}:{}:{}", records_.desks().path(), number + 1, records_.desks().size()),
      fmt::format("-seed={}", seat.seed),
      fmt::format("-max_len={}", options_.operations * 4 + 32),
      fmt::format("-max_total_time={}", kFuzzerLife),
      fmt::format("-artifact_prefix={}/", records_.work())};
  if (const std::string seeds = records_.SeedFlag(); !seeds.empty()) work.flags.push_back(seeds);
  return seat.worker.StartFuzzer(work);
}

// libFuzzer may die elsewhere.
bool Supervisor::InProgram(const Seat& seat) const {
  return seat.engine == Engine::kRandom || seat.worker.desk().size.load() > 0;
}

Suspicion Supervisor::Running(const Seat& seat) const {
  const Desk& desk = seat.worker.desk();
  Message message;
  message.index = desk.begun.load();
  const size_t size = std::min<size_t>(desk.size.load(), kProgramBytes);
  message.program.assign(desk.program, desk.program + size);
  return Told(seat, message);
}

Suspicion Supervisor::Told(const Seat& seat, const Message& message) const {
  Suspicion suspicion;
  suspicion.engine = seat.engine;
  suspicion.seen = message.text;
  if (seat.engine == Engine::kLibFuzzer) {
    suspicion.program = Decode(message.program.data(), message.program.size());
    suspicion.origin = fmt::format("libFuzzer, -seed={}", seat.seed);
    return suspicion;
  }
  suspicion.program = random_.Make(message.index);
  suspicion.origin = random_.InCorpus(message.index)
                         ? (*random_.corpus)[message.index & ~RandomWork::kOfCorpus].file
                         : fmt::format("program {} of seed {}, {} operations", message.index,
                                       options_.seed, options_.operations);
  return suspicion;
}

void Supervisor::Await(std::vector<pollfd>* polled) const {
  for (const auto& seat : seats_) seat->worker.Await(polled);
}

// False: it has no use any more.
bool Supervisor::Hear(size_t number, int most) {
  Seat& seat = *seats_[number];
  for (Message message; most > 0; --most) {
    const Heard heard = seat.worker.Listen(&message);
    if (heard == Heard::kNothing) break;
    if (heard == Heard::kNonsense) {
      Suspicion suspicion = Running(seat);
      suspicion.seen = kNonsense;
      handlers_.suspect(suspicion);
      return false;
    }
    const Suspicion told = Told(seat, message);
    if (message.kind == Message::Kind::kNew) {
      handlers_.fresh(told.program);
    } else {
      handlers_.suspect(told);
    }
  }
  return true;
}

std::string Supervisor::Tend() {
  const int limit_ms = HangLimitMs();
  for (size_t i = 0; i < seats_.size(); ++i) {
    Seat& seat = *seats_[i];
    if (!seat.worker.running()) {
      // There may be no process for a moment, later; never at the start.
      const std::string error = Start(i);
      if (!error.empty() && !begun_) return "no worker process: " + error;
      continue;
    }
    std::string error;
    if (!Hear(i, kMostMessages)) {
      seat.worker.Stop();
    } else if (seat.worker.Ended()) {
      error = Ended(i);
    } else if (seat.worker.Stuck(std::chrono::milliseconds(limit_ms))) {
      SuspectHang(seat, limit_ms);
      seat.worker.Stop();
    } else {
      continue;
    }
    if (!error.empty()) return error;
    GoBehind(&seat);
  }
  begun_ = true;
  return "";
}

// Its next life begins behind the program that it ended in.
void Supervisor::GoBehind(Seat* seat) const {
  if (seat->engine == Engine::kLibFuzzer) return;
  const uint64_t begun = seat->worker.desk().begun.load();
  if ((begun & RandomWork::kOfCorpus) != 0) {
    seat->corpus_next = begun + random_.step;
  } else {
    seat->in_corpus = false;
    seat->next = begun + random_.step;
  }
}

// In the middle of a program, or, libFuzzer, because its life was over. Returns "" or why there is
// no use in another one.
std::string Supervisor::Ended(size_t number) {
  Seat& seat = *seats_[number];
  Hear(number, kLastMessages);
  const int status = seat.worker.Stop();
  if (seat.in_corpus && seat.engine != engines_[number] && status == 0) {
    seat.in_corpus = false;  // it has done all of it
    return "";
  }
  if (InProgram(seat)) {
    Suspicion suspicion = Running(seat);
    suspicion.seen = VerdictOfDeath(status, seat.worker.words()).signature();
    suspicion.from_outside = EndedFromOutside(status);
    seat.bad_starts = 0;
    handlers_.suspect(suspicion);
    return "";
  }
  if (status == 0 || EndedFromOutside(status) || ++seat.bad_starts < kBadStarts) return "";
  const std::string log = fmt::format("{}/log-{}", records_.work(), number + 1);
  const std::string words = seat.worker.words().Text();
  const std::string written = WriteText(log, words);
  return fmt::format("libFuzzer cannot be run: {}; {}",
                     VerdictOfDeath(status, seat.worker.words()).trouble,
                     written.empty() ? "see " + log : words);
}

// It may also have been the machine that slept.
void Supervisor::SuspectHang(const Seat& seat, int limit_ms) {
  if (!InProgram(seat)) return;
  Suspicion suspicion = Running(seat);
  suspicion.seen =
      VerdictOfHang(limit_ms, seat.worker.desk().pulse, seat.worker.words()).signature();
  suspicion.from_outside = suspicion.hung = true;
  handlers_.suspect(suspicion);
}

void Supervisor::Finish() {
  for (size_t i = 0; i < seats_.size(); ++i) {
    Seat& seat = *seats_[i];
    if (!seat.worker.running()) continue;
    const bool ended = seat.worker.Ended();
    const int limit_ms = specimen_.in_process ? kStuckAtEndMs : HangLimitMs();
    const bool stuck = !ended && seat.worker.Stuck(std::chrono::milliseconds(limit_ms));
    if (stuck) SuspectHang(seat, limit_ms);
    if (ended) {
      Ended(i);
      continue;
    }
    seat.worker.Stop();
    Hear(i, kLastMessages);
  }
}

int Supervisor::HangLimitMs() const {
  const int most = options_.hang_seconds * 1000;
  if (!specimen_.in_process) return most;
  const uint64_t slowest = std::min<uint64_t>(records_.desks().Slowest(), 1'000'000'000);
  const auto limit = static_cast<int>(slowest * kSlower / 1000);
  return std::clamp(limit, std::min(kLeastHangMs, most), most);
}

}  // namespace ouro
