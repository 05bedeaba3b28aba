#include "fuzz/campaign.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fuzz/canary.h"
#include "fuzz/files.h"
#include "fuzz/finding.h"
#include "fuzz/interrupt.h"
#include "fuzz/records.h"
#include "fuzz/snapshot.h"
#include "fuzz/status_board.h"
#include "fuzz/worker.h"
#include "model/isolate.h"
#include "model/trial.h"
#include "properties/possible.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

// What was seen of a program in a worker, to be tried again.
struct Suspicion {
  Program program;
  std::string origin;  // "program 7 of seed 1"
  Engine engine = Engine::kRandom;
  std::string seen;           // a signature, or how the worker ended
  bool from_outside = false;  // whether it may have been done to the worker, not by its program
};

constexpr int kNotesShown = 10;   // of programs that were innocent; more are counted only
constexpr int kStuckSeconds = 2;  // in one program, when time is over: it is tried again
constexpr uint64_t kTries = 10;   // to repeat what does not repeat
constexpr int kFuzzerLife = 60;   // seconds; then it starts again, with what others have found
constexpr int kBadStarts = 5;     // of a fuzzer that ends before its first program: give up
constexpr size_t kMaxFuzzedOps = (kProgramBytes - 64) / 4;  // of main; heads of scripts on top
constexpr double kRecordSeconds = 1;
constexpr double kPlotSeconds = 10;
constexpr double kRereadSeconds = 30;

class Campaign {
 public:
  Campaign(const Specimen& specimen, const CampaignOptions& options)
      : specimen_(specimen), options_(options) {}

  int Run(std::string* error) {
    *error = Choose();
    if (error->empty()) *error = records_.Open(options_.out, specimen_.name, seats_.size());
    if (!error->empty()) return 2;
    const Interruptible interruptible;
    begin_ = Clock::now();
    Resume();
    Greet();
    if (options_.canary) *error = Sing();
    if (error->empty()) *error = Supervise();
    if (!error->empty()) return 2;
    Finish();
    return Conclude();
  }

 private:
  struct Seat {
    Worker worker;
    Engine engine = Engine::kRandom;
    uint64_t next = 0;   // random: the first program of its next life
    uint64_t seed = 0;   // libFuzzer: of this life
    int bad_starts = 0;  // libFuzzer: lives without a program, one after the other
  };

  // ---- beginning ----

  // Which workers there are. Returns "" or why what is asked for cannot be.
  std::string Choose() {
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
               " runs in another process, where libFuzzer cannot see its code: "
               "--engine random";
      }
      if (fuzzer_.empty()) return "there is no collector_fuzzer beside this program";
      if (engines == Engines::kBoth && workers < 2) return "both engines need two workers";
      if (!fits) return fmt::format("libFuzzer takes at most --ops {}", kMaxFuzzedOps);
    }
    for (size_t i = 0; i < workers; ++i) {
      seats_.push_back(std::make_unique<Seat>());
      const bool fuzzes =
          engines == Engines::kLibFuzzer || (engines == Engines::kBoth && i % 2 == 1);
      seats_.back()->engine = fuzzes ? Engine::kLibFuzzer : Engine::kRandom;
    }
    engine_ = engines == Engines::kBoth ? "both" : Name(seats_[0]->engine);
    generator_.operations = options_.operations;
    return "";
  }

  // What earlier runs in this folder have left: counts are on the desks, findings in files.
  void Resume() {
    Desk& own = records_.desks()[0];
    uint64_t next = 0;
    for (size_t i = 0; i < records_.desks().size(); ++i) {
      const Desk& desk = records_.desks()[i];
      if (desk.programs.load() > 0) next = std::max(next, desk.begun.load() + 1);
    }
    if (own.seed.load() != options_.seed) next = 0;  // another sequence
    own.seed.store(options_.seed);
    before_ = static_cast<double>(own.milliseconds.load()) / 1000;
    random_ = {&specimen_, generator_, options_.seed, seats_.size()};
    for (size_t i = 0; i < seats_.size(); ++i) {
      seats_[i]->worker.Sit(&records_.desks()[i + 1]);
      seats_[i]->next = next + i;
    }
    for (const Finding& finding : records_.Earlier()) {
      const auto [it, fresh] = findings_.emplace(finding.signature, finding);
      if (!fresh && finding.program.size() < it->second.program.size()) it->second = finding;
    }
  }

  void Greet() const {
    fmt::print("{} ({}) under the contract {}: {} s, {}, {}, seed {}\n", specimen_.name,
               specimen_.summary, specimen_.contract->name, options_.seconds,
               Count(seats_.size(), "worker"),
               engine_ == "both" ? "both engines" : "engine " + engine_, options_.seed);
    if (const uint64_t programs = records_.desks().Sum(&Desk::programs); programs > 0) {
      fmt::print("goes on in {}: {:.0f} s, {} programs, {} so far\n", options_.out, before_,
                 programs, Count(findings_.size(), "finding"));
    }
    std::fflush(stdout);
  }

  // Returns "" or what is wrong with an engine.
  std::string Sing() {
    for (const Engine engine : {Engine::kRandom, Engine::kLibFuzzer}) {
      const auto uses = [engine](const auto& seat) { return seat->engine == engine; };
      if (std::none_of(seats_.begin(), seats_.end(), uses) || Over()) continue;
      uint64_t programs = 0;
      const std::string wrong =
          TryCanary(engine, options_.seed, fuzzer_, records_.work(), &programs);
      if (!wrong.empty()) return "the canary is silent: " + wrong;
    }
    begin_ = Clock::now();  // the canary's time is not the specimen's
    return "";
  }

  bool Start(size_t number) {
    Seat& seat = *seats_[number];
    if (seat.engine == Engine::kRandom) return seat.worker.StartRandom(random_, seat.next);
    // A seed of its own for each life: libFuzzer takes 32 bits.
    const uint64_t programs = seat.worker.desk().programs.load();
    seat.seed = SeedOf(options_.seed, programs * kMaxWorkers + number) % 0xffffffff + 1;
    FuzzerWork work = {.binary = fuzzer_,
                       .log = fmt::format("{}/log-{}", records_.work(), number + 1)};
    work.flags = {fmt::format("--specimen={}", specimen_.name),
                  fmt::format("--desk={}:{}:{}", records_.desks().path(), number + 1,
                              records_.desks().size()),
                  fmt::format("-seed={}", seat.seed),
                  fmt::format("-max_len={}", options_.operations * 4 + 32),
                  fmt::format("-max_total_time={}", kFuzzerLife),
                  fmt::format("-artifact_prefix={}/", records_.work())};
    if (const std::string seeds = records_.SeedFlag(); !seeds.empty()) work.flags.push_back(seeds);
    return seat.worker.StartFuzzer(work);
  }

  // After the program in which it ended.
  void Restart(size_t number) {
    Seat& seat = *seats_[number];
    seat.next = seat.worker.desk().begun.load() + random_.step;
    Start(number);
  }

  // ---- running ----

  bool Over() const {
    return Interruptible::Interrupted() || Satisfied() ||
           Clock::now() - begin_ >= std::chrono::seconds(options_.seconds);
  }
  bool Satisfied() const { return options_.stop_on_first && !findings_.empty(); }

  // Until time is over. Returns "" or why it cannot go on.
  std::string Supervise() {
    for (size_t i = 0; i < seats_.size(); ++i) {
      if (!Start(i)) return fmt::format("no worker process: {}", std::strerror(errno));
    }
    std::string error;
    while (!Over() && error.empty()) {
      std::vector<pollfd> waiting;
      for (const auto& seat : seats_) waiting.push_back({seat->worker.fd(), POLLIN, 0});
      poll(waiting.data(), waiting.size(), 100);
      for (size_t i = 0; i < seats_.size() && !Over() && error.empty(); ++i) {
        Worker& worker = seats_[i]->worker;
        if (!worker.running() && !Start(i)) continue;
        if (waiting[i].revents != 0 && !Listen(i)) {
          error = Bury(i);
        } else {
          CheckProgress(i);
        }
      }
      if (error.empty()) error = Record();
    }
    return error;
  }

  // When time is over: what the workers have already said, or died of, or are stuck in, still
  // counts.
  void Finish() {
    std::vector<bool> stuck;
    for (const auto& seat : seats_) {
      stuck.push_back(seat->worker.Idle() > std::chrono::seconds(kStuckSeconds));
      seat->worker.Kill();
    }
    for (size_t i = 0; i < seats_.size(); ++i) {
      Worker& worker = seats_[i]->worker;
      if (!worker.running()) continue;
      while (!Satisfied() && Listen(i)) {
      }
      Suspicion suspicion = Accuse(i);
      const int status = worker.Stop();
      if (Satisfied() || !InProgram(i)) continue;
      suspicion.from_outside = stuck[i];
      suspicion.seen = stuck[i] ? "its worker was stuck when time was over" : HowItEnded(status);
      if (stuck[i] || !EndedFromOutside(status)) Suspect(suspicion);
    }
  }

  // Whether a dead worker died in a program: libFuzzer may die elsewhere.
  bool InProgram(size_t number) const {
    Seat& seat = *seats_[number];
    return seat.engine == Engine::kRandom || seat.worker.desk().size.load() > 0;
  }

  // The program that is running there, or that a message is about.
  Suspicion Accuse(size_t number, const Message* message = nullptr) {
    Seat& seat = *seats_[number];
    Suspicion suspicion = {.engine = seat.engine};
    if (seat.engine == Engine::kRandom) {
      const uint64_t index = message != nullptr ? message->index : seat.worker.desk().begun.load();
      suspicion.program = Generate(SeedOf(options_.seed, index), generator_);
      suspicion.origin = fmt::format("program {} of seed {}, {} operations", index, options_.seed,
                                     options_.operations);
    } else {
      const Desk& desk = seat.worker.desk();
      const size_t size = std::min<size_t>(desk.size.load(), kProgramBytes);
      suspicion.program = message != nullptr
                              ? Decode(message->program.data(), message->program.size())
                              : Decode(desk.program, size);
      suspicion.origin = fmt::format("libFuzzer, -seed={}", seat.seed);
    }
    return suspicion;
  }

  // Hears one message. False: the worker has ended.
  bool Listen(size_t number) {
    Message message;
    if (!seats_[number]->worker.Listen(&message)) return false;
    if (message.kind == Message::Kind::kNew) {
      last_new_ = Seconds();
      const std::string error = records_.Keep(Accuse(number, &message).program);
      if (!error.empty()) trouble_ = error;
      return true;
    }
    Suspicion suspicion = Accuse(number, &message);
    suspicion.seen = message.text;
    if (Counted(message.text, suspicion.program)) return true;
    const auto fleeting = findings_.find(NotRepeatable(message.text));
    if (fleeting != findings_.end() && fleeting->second.hits >= kTries) {
      ++fleeting->second.hits;
    } else {
      Suspect(suspicion);
    }
    return true;
  }

  // It has ended: in the middle of a program, or, libFuzzer, because its life was over. Returns ""
  // or why there is no use in another one.
  std::string Bury(size_t number) {
    Seat& seat = *seats_[number];
    Suspicion suspicion = Accuse(number);
    const int status = seat.worker.Stop();
    if (InProgram(number)) {
      suspicion.seen = HowItEnded(status);
      suspicion.from_outside = EndedFromOutside(status);
      seat.bad_starts = 0;
      Suspect(suspicion);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      if (!EndedFromOutside(status) && ++seat.bad_starts >= kBadStarts) {
        return fmt::format("libFuzzer cannot be run: {}; see {}/log-{}", HowItEnded(status),
                           records_.work(), number + 1);
      }
    }
    Restart(number);
    return "";
  }

  void CheckProgress(size_t number) {
    Seat& seat = *seats_[number];
    if (seat.worker.Idle() <= std::chrono::seconds(options_.hang_seconds)) return;
    Suspicion suspicion = Accuse(number);
    seat.worker.Stop();
    if (InProgram(number)) {
      suspicion.seen = fmt::format("its worker was stuck for {} s", options_.hang_seconds);
      suspicion.from_outside = true;  // it may have been the machine that slept
      Suspect(suspicion);
    }
    Restart(number);
  }

  // ---- findings ----

  // One more hit of a known finding, unless the program is smaller than the one that is filed.
  bool Counted(const std::string& signature, const Program& program) {
    const auto known = findings_.find(signature);
    if (known == findings_.end() || program.size() < known->second.program.size()) return false;
    ++known->second.hits;
    return true;
  }

  // Runs the program again. A new finding is shown, shrunk and filed; a known one is counted; a
  // program that is lawful now, and did nothing that cannot be done to it, is innocent.
  void Suspect(const Suspicion& suspicion) {
    FindingOptions options;
    options.isolation.milliseconds = options_.hang_seconds * 1000;
    options.isolation.stop = [this] { return Interruptible::Interrupted() || (Record(), false); };
    options.shrink_seconds = options_.shrink_seconds;
    options.folder = records_.found();
    options.tests = records_.tests();
    options.origin = suspicion.origin;
    options.engine = Name(suspicion.engine);
    options.seed = options_.seed;
    options.seen = suspicion.seen;
    const double seconds = before_ + Seconds();
    const uint64_t programs = records_.desks().Sum(&Desk::programs);
    Verdict again = TryIsolated(suspicion.program, specimen_, options.isolation);
    // What came from outside may come again: only what repeats is the program's doing.
    for (int more = 2; more > 0 && suspicion.from_outside && !again.lawful(); --more) {
      again = TryIsolated(suspicion.program, specimen_, options.isolation);
    }
    const std::string signature =
        again.lawful() ? NotRepeatable(suspicion.seen) : again.signature();
    if (again.lawful() && suspicion.from_outside) {
      if (++innocent_ <= kNotesShown) Say(suspicion, "lawful when it is run again, so no finding");
    } else if (!Counted(signature, suspicion.program)) {
      Say(suspicion, "shrinking it");
      options.announce = [](const std::string& report) {
        fmt::print("{}\n", report);
        std::fflush(stdout);
      };
      Finding finding = Investigate(suspicion.program, specimen_, options);
      finding.seconds = seconds;
      finding.programs = programs;
      Add(finding);
    }
    for (const auto& seat : seats_) seat->worker.Excuse();  // all this took time
  }

  void Say(const Suspicion& suspicion, const char* what) {
    board_.Clear();
    fmt::print("{:.0f} s: {}: {}; {}\n", Seconds(), suspicion.origin, suspicion.seen, what);
    std::fflush(stdout);
  }

  void Add(const Finding& finding) {
    board_.Clear();
    const auto [it, fresh] = findings_.emplace(finding.signature, finding);
    Finding& known = it->second;
    if (fresh) {
      fmt::print("{}\n", finding.report);
    } else {
      ++known.hits;
      const bool smaller = finding.program.size() < known.program.size();
      if (finding.file != known.file) Unfile(smaller ? known.file : finding.file, records_.tests());
      if (smaller) known.program = finding.program, known.file = finding.file;
      fmt::print("  known{}: {}\n\n", smaller ? ", in a larger program" : "", it->first);
    }
    std::fflush(stdout);
    recorded_ = -kRecordSeconds;  // at once
    Record();
  }

  // ---- numbers ----

  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  Snapshot Take() const {
    Snapshot s;
    s.specimen = specimen_.name;
    s.contract = specimen_.contract->name;
    s.engine = engine_;
    s.build = BuildName();
    s.workers = static_cast<int>(seats_.size());
    s.seed = options_.seed;
    s.planned = options_.seconds;
    s.run_seconds = Seconds();
    s.seconds = before_ + s.run_seconds;
    s.programs = records_.desks().Sum(&Desk::programs);
    s.operations = records_.desks().Sum(&Desk::operations);
    s.convicted = records_.desks().Sum(&Desk::convicted);
    s.corpus = records_.corpus();
    s.possible = PossibleSituations(specimen_);
    s.last_new = s.run_seconds - last_new_;
    s.innocent = innocent_;
    s.interrupted = Interruptible::Interrupted();
    const Reached reached = records_.desks().AllReached();
    s.situations = reached.situations;
    s.features = reached.features;
    s.edges = reached.edges;
    s.all_edges = reached.all_edges;
    const double since = std::max(s.run_seconds - last_.run_seconds, 0.001);
    s.programs_rate = static_cast<double>(s.programs - last_.programs) / since;
    s.operations_rate = static_cast<double>(s.operations - last_.operations) / since;
    for (const auto& [signature, finding] : findings_) s.findings.push_back(finding);
    return s;
  }

  // Writes down where the campaign is, each second, and shows it. Returns "" or that it cannot.
  std::string Record() {
    const double now = Seconds();
    if (now - recorded_ < kRecordSeconds) return trouble_;
    recorded_ = now;
    records_.desks()[0].milliseconds.store(static_cast<uint64_t>((before_ + now) * 1000));
    const Snapshot snapshot = Take();
    if (std::string error = records_.Write(snapshot); !error.empty()) trouble_ = error;
    if (now - plotted_ >= kPlotSeconds) {
      plotted_ = now;
      if (std::string error = records_.Plot(snapshot); !error.empty()) trouble_ = error;
    }
    if (now - reread_ >= kRereadSeconds) {
      reread_ = now;
      records_.Reread();
    }
    board_.Show(StatusLine(snapshot), now);
    last_ = snapshot;
    return trouble_;
  }

  int Conclude() {
    recorded_ = -kRecordSeconds;
    Record();
    if (std::string error = records_.Plot(last_); !error.empty()) trouble_ = error;
    board_.Clear();
    fmt::print("{}", Summary(last_));
    if (!trouble_.empty()) fmt::print("  not everything could be written: {}\n", trouble_);
    std::fflush(stdout);
    return findings_.empty() ? 0 : 1;
  }

  const Specimen specimen_;
  const CampaignOptions options_;
  GeneratorOptions generator_;
  RandomWork random_;
  std::string fuzzer_;  // the binary
  std::string engine_;  // "both", or the name of one
  Records records_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::map<std::string, Finding> findings_;  // by signature
  uint64_t innocent_ = 0;                    // programs that a worker ended in, without a finding
  std::string trouble_;                      // the first with writing
  double before_ = 0;                        // seconds of earlier runs
  Clock::time_point begin_;
  StatusBoard board_;
  Snapshot last_;  // the last one that was recorded
  // When, in seconds of this run.
  double last_new_ = 0;
  double recorded_ = -kRecordSeconds;
  double plotted_ = -kPlotSeconds;
  double reread_ = 0;
};

}  // namespace

int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error) {
  return Campaign(specimen, options).Run(error);
}

}  // namespace ouro
