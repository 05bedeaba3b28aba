#include "fuzz/power/power.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "fuzz/campaign/finding.h"
#include "fuzz/campaign/output_folder.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/files.h"
#include "model/check.h"
#include "model/isolate.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kHangMs = 2000;  // a program takes some microseconds
constexpr int kLookMs = 50;    // how often the worker is looked after while it says nothing

// One search: a supervisor of one worker, which ends with the first finding.
class Hunt {
 public:
  Hunt(const Specimen& mutant, const SeekOptions& options, Attempt* attempt)
      : mutant_(mutant), options_(options), attempt_(*attempt) {
    isolation_.milliseconds = std::min(kHangMs, options.seconds * 1000 / 2);
    generator_.clusters = attempt->engine != PowerEngine::kUniform;
  }

  std::string Run() {
    const std::string slot = options_.work + "/slot";
    std::error_code ignored;
    std::filesystem::remove(slot, ignored);  // an earlier search's: nothing is reached yet
    if (std::string error = slots_.Open(slot, 1); !error.empty()) return error;
    worker_.Sit(&slots_[0]);
    begin_ = Clock::now();
    std::string error = Start(0);
    while (error.empty() && !attempt_.found && Seconds() < options_.seconds && !Stopped()) {
      error = Attend();
    }
    worker_.Stop();
    attempt_.found = attempt_.found && attempt_.seconds <= options_.seconds;
    if (attempt_.found) return error;
    attempt_.signature.clear();
    attempt_.programs = slots_[0].programs.load();
    attempt_.seconds = options_.seconds;
    return error;
  }

 private:
  bool fuzzes() const { return attempt_.engine == PowerEngine::kLibFuzzer; }
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  bool Stopped() const { return options_.stop && options_.stop(); }

  // From the program of that index on. Returns "" or why not.
  std::string Start(uint64_t index) {
    random_ = {.specimen = &mutant_, .generator = generator_, .seed = attempt_.seed};
    const std::string error =
        fuzzes() ? worker_.StartFuzzer(Fuzzing()) : worker_.StartRandom(random_, index, index);
    return error.empty() ? "" : "no worker process: " + error;
  }

  FuzzerWork Fuzzing() {
    // A seed of its own for each life, as in a campaign.
    const uint64_t seed = SeedOf(attempt_.seed, lives_++) % 0xffffffff + 1;
    FuzzerWork work = {.binary = options_.fuzzer, .flags = {}};
    work.flags = {fmt::format("--specimen={}", mutant_.name),
                  fmt::format("--slot={}:0:1", slots_.path()),
                  fmt::format("-seed={}", seed),
                  fmt::format("-seed_inputs={}", FirstSeed(options_.work)),
                  fmt::format("-max_len={}", generator_.operations * 4 + 32),
                  fmt::format("-artifact_prefix={}/", options_.work)};
    return work;
  }

  // Waits a while for the worker. Returns "" or why there is no use in more.
  std::string Attend() {
    const int left = static_cast<int>((options_.seconds - Seconds()) * 1000) + 1;
    std::vector<pollfd> polled;
    worker_.Await(&polled);
    poll(polled.data(), polled.size(), std::clamp(left, 1, kLookMs));
    const bool ended = worker_.Ended();
    for (Message message; worker_.Receive(&message) == ReceiveResult::kMessage;) {
      if (message.kind != Message::Kind::kConvicted) continue;
      Note(message.text, message.index + 1);
      return "";
    }
    return ended ? HandleExit() : CheckProgress();
  }

  void Note(const std::string& signature, uint64_t programs) {
    attempt_.found = true;
    attempt_.signature = signature;
    attempt_.programs = programs;
    attempt_.seconds = Seconds();
  }

  // Whether a dead or mute worker was in a program: libFuzzer may be elsewhere.
  bool InProgram() { return !fuzzes() || slots_[0].size.load() > 0; }

  // The worker has ended.
  std::string HandleExit() {
    const uint64_t index = Index();
    const Program program = Running();
    const bool in_program = InProgram();
    Note("", index + 1);
    const int status = worker_.Stop();
    const bool from_outside = EndedFromOutside(status);
    const Verdict death = VerdictOfDeath(status, worker_.words());
    if (in_program) return Confirm(program, death.signature(), from_outside);
    attempt_.found = false;
    if (from_outside) return Start(index);
    return fmt::format("libFuzzer cannot be run: {}: {}", death.trouble,
                       worker_.words().Gist(/*any=*/true));
  }

  std::string CheckProgress() {
    if (!worker_.Stuck(std::chrono::milliseconds(isolation_.milliseconds))) return "";
    if (!InProgram()) return "";
    Note("", Index() + 1);
    worker_.Stop();
    const Verdict hang = VerdictOfHang(isolation_.milliseconds, slots_[0].pulse, worker_.words());
    return Confirm(Running(), hang.signature(), /*from_outside=*/true);
  }

  // Of the program that is running.
  uint64_t Index() {
    const WorkerSlot& slot = slots_[0];
    return fuzzes() ? slot.programs.load() : slot.begun.load();
  }

  Program Running() {
    const WorkerSlot& slot = slots_[0];
    if (fuzzes()) return Decode(slot.program, std::min<size_t>(slot.size.load(), kProgramBytes));
    return Generate(SeedOf(attempt_.seed, Index()), generator_);
  }

  // Runs again what ended a worker or stopped it. What may have come from outside, once, is no
  // finding if the program alone is lawful; then the search goes on.
  std::string Confirm(const Program& program, const std::string& seen, bool from_outside) {
    const Verdict again = TryIsolated(program, mutant_, isolation_);
    attempt_.signature = again.lawful() ? NotRepeatable(seen) : again.signature();
    if (!again.lawful() || !from_outside || ++innocent_ > 1) return "";
    attempt_.found = false;
    return Start(attempt_.programs);
  }

  const Specimen mutant_;
  const SeekOptions& options_;
  Attempt& attempt_;
  Isolation isolation_;
  GeneratorOptions generator_;
  RandomWork random_;
  WorkerSlots slots_;
  Worker worker_;
  uint64_t lives_ = 0;  // of libFuzzer
  int innocent_ = 0;    // programs that a worker was stuck or killed in, lawful when alone
  Clock::time_point begin_;
};

}  // namespace

const char* Name(PowerEngine engine) {
  switch (engine) {
    case PowerEngine::kRandom:
      return "random";
    case PowerEngine::kUniform:
      return "uniform";
    case PowerEngine::kLibFuzzer:
      break;
  }
  return "libfuzzer";
}

std::string Seek(const Specimen& mutant, const SeekOptions& options, Attempt* attempt) {
  return Hunt(mutant, options, attempt).Run();
}

Measure Median(std::vector<Measure> measures) {
  CHECK(!measures.empty());
  std::sort(measures.begin(), measures.end(), [](const Measure& a, const Measure& b) {
    return std::pair(!a.known, a.value) < std::pair(!b.known, b.value);
  });
  const Measure& upper = measures[measures.size() / 2];
  const Measure& lower = measures[(measures.size() - 1) / 2];
  if (!upper.known) return upper;
  return {(lower.value + upper.value) / 2, true};
}

std::vector<Score> Scores(const std::vector<Attempt>& attempts, double limit) {
  struct Measures {
    std::vector<Measure> programs;
    std::vector<Measure> seconds;
  };
  std::map<std::pair<std::string, PowerEngine>, Measures> all;
  for (const Attempt& attempt : attempts) {
    Measures& measures = all[{attempt.mutant, attempt.engine}];
    const bool found = attempt.found && attempt.seconds <= limit;
    measures.programs.push_back({static_cast<double>(attempt.programs), found});
    measures.seconds.push_back({std::min(attempt.seconds, limit), found});
  }
  std::vector<Score> scores;
  for (const auto& [key, measures] : all) {
    const auto& seconds = measures.seconds;
    const auto found =
        std::count_if(seconds.begin(), seconds.end(), [](const Measure& m) { return m.known; });
    scores.push_back({key.first, key.second, static_cast<size_t>(found), seconds.size(),
                      Median(measures.programs), Median(seconds)});
  }
  return scores;
}

std::vector<Total> Totals(const std::vector<Score>& scores) {
  std::vector<Total> totals;
  for (const PowerEngine engine : kPowerEngines) {
    Total total = {.engine = engine};
    std::vector<Measure> medians;
    for (const Score& score : scores) {
      if (score.engine != engine) continue;
      medians.push_back(score.seconds);
      if (!score.seconds.known) continue;
      if (total.seconds.empty() ||
          score.seconds.value > *std::max_element(total.seconds.begin(), total.seconds.end())) {
        total.slowest = score.mutant;
      }
      total.seconds.push_back(score.seconds.value);
    }
    if (medians.empty()) continue;
    std::sort(total.seconds.begin(), total.seconds.end());
    total.mutants = medians.size();
    total.median = Median(medians);
    totals.push_back(total);
  }
  return totals;
}

}  // namespace ouro
