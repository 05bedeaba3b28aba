// The supervisor keeps the workers of a campaign at work: it starts them, hears what they tell,
// sees how they end and which of them are stuck, and starts them again behind the program at fault.
//
// Place: between the campaign and its workers. It runs no program itself and never waits for a
// worker: whatever one does, the next one is looked after.

#ifndef FUZZ_CAMPAIGN_SUPERVISOR_H_
#define FUZZ_CAMPAIGN_SUPERVISOR_H_

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/campaign/candidate.h"
#include "fuzz/campaign/output_folder.h"
#include "fuzz/campaign/worker.h"
#include "properties/generator/generator.h"

namespace ouro {

enum class Engines : uint8_t {
  kAny,  // both where that is possible: the specimen is in-process, there are two workers
  kRandom,
  kLibFuzzer,
  kBoth,  // every other worker
};

struct SupervisorOptions {
  Engines engines = Engines::kAny;
  int workers = 0;    // 0: one for each processor
  uint64_t seed = 1;  // of the sequence of programs
  int operations = 60;
  int hang_seconds = 15;  // at most: see HangLimit
};

class Supervisor {
 public:
  Supervisor(const Specimen& specimen, const SupervisorOptions& options, OutputFolder* records);

  // What becomes of what is received: programs that reached something new, and what looks unlawful.
  struct Handlers {
    std::function<void(const Program& program)> fresh;
    std::function<void(const Candidate& candidate)> candidate;
  };
  void Handle(Handlers handlers) { handlers_ = std::move(handlers); }

  // Which workers there are. Returns "" or why what is asked for cannot be.
  std::string Choose();
  size_t size() const { return workers_.size(); }
  bool Uses(Engine engine) const;
  const std::string& engine() const { return engine_; }  // "both", or the name of one
  const std::string& fuzzer() const { return fuzzer_; }  // the binary

  // The slots are there: goes on where an earlier run of that sequence ended; the programs of the
  // corpus come first, again.
  void Resume(const std::vector<BuiltInProgram>* corpus);

  void Await(std::vector<pollfd>* polled) const;
  // Hears all workers and starts those that have ended. Returns "" or why there is no use in more.
  std::string Tend();
  // Ends all workers; what they have already candidate, died of or are stuck in still counts.
  void Finish();

  // For how long a collector may not go on: twenty times as long as the slowest lawful program, and
  // within bounds. Collectors in other processes have sentences of their own for that.
  int HangLimitMs() const;

 private:
  struct WorkerState {
    Worker worker;
    Engine engine = Engine::kRandom;  // of its life
    uint64_t next = 0;                // random: the first program of its next life
    uint64_t seed = 0;                // libFuzzer: of this life
    int bad_starts = 0;               // libFuzzer: lives without a program, one after the other
    bool in_corpus = false;           // it has not begun the sequence
    uint64_t corpus_next = 0;         // then this is the first one
  };

  std::string Start(size_t number);
  std::string StartFuzzer(size_t number);
  bool InProgram(const WorkerState& state) const;
  Candidate RunningProgram(const WorkerState& state) const;
  Candidate ToCandidate(const WorkerState& state, const Message& message) const;
  bool ReceiveFrom(size_t number, int most);
  std::string HandleExit(size_t number);
  void SkipProgram(WorkerState* state) const;
  void ReportHang(const WorkerState& state, int limit_ms);

  const Specimen& specimen_;
  const SupervisorOptions options_;
  OutputFolder& folder_;
  Handlers handlers_;
  bool begun_ = false;  // all workers have been started
  GeneratorOptions generator_;
  RandomWork random_;
  std::string fuzzer_;
  std::string engine_;
  std::vector<Engine> engines_;  // of the seats
  std::vector<std::unique_ptr<WorkerState>> workers_;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_SUPERVISOR_H_
