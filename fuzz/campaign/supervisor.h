// SPDX-License-Identifier: Apache-2.0

// A supervisor keeps worker processes at work: it starts them, receives their messages, notices how
// they end and which of them hang, and restarts them behind the program at fault.
//
// Place: between workers and those who use their results: campaigns and the measurement of power.
// It runs no program in its own process and waits for none, so no collector stops or delays it.
//
// Threads: one thread owns a supervisor; its workers die with that thread.

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
#include "fuzz/campaign/engine.h"
#include "fuzz/campaign/worker.h"
#include "properties/generator/generator.h"

namespace ouro {

struct SupervisorOptions {
  // Empty: the random generator and libFuzzer, or the generator alone where libFuzzer cannot run:
  // the specimen is not in-process or calls trace-pc, there is one worker, or programs are too long
  // for it.
  // REQUIRES: at most one of the two generators.
  EngineSet engines;
  int workers = 0;    // 0: one for each processor; kMaxWorkers at most
  uint64_t seed = 1;  // of the sequence of programs
  int operations = 60;
  bool saveall_in_scripts = false;   // see GeneratorOptions
  const Weights* weights = nullptr;  // likewise
  bool scale = false;                // CampaignOptions::scale
  int hang_ms = 15'000;              // at most: see HangLimitMs
  std::string fuzzer;                // libFuzzer's binary; "": that of FindFuzzer
  // Then libFuzzer restarts, from the corpus as other workers have extended it. 0: never.
  int fuzzer_seconds = 60;
  bool observe = false;    // whether workers send what IsObserved, for Handlers::observed
  int max_bad_starts = 5;  // libFuzzer processes in a row that end before a program: give up
};

// What a supervisor works with, between Choose and its end.
struct Workspace {
  WorkerSlots* slots;  // open, with one more than workers; number 0 is the supervisor's
  std::string folder;  // for artifacts of libFuzzer
  bool logs = false;   // whether the last words of a libFuzzer that cannot run go to a file there
  // Called before each start of libFuzzer, for its -seed_inputs.
  std::function<std::string()> seed_inputs;
};

class Supervisor {
 public:
  // Called from Tend and Finish. Each may be empty.
  struct Handlers {
    std::function<void(const Program& program)> new_coverage;
    std::function<void(const Candidate& candidate)> candidate;
    // A program of the sample, lawful or not; `seen` is what its worker measured.
    std::function<void(const Candidate& observed)> observed;
  };

  // `specimen` outlives the supervisor.
  Supervisor(const Specimen& specimen, const SupervisorOptions& options);

  void Handle(Handlers handlers) { handlers_ = std::move(handlers); }

  // Decides on the workers and their engines. Returns "" or why the options cannot be met.
  std::string Choose();
  size_t size() const { return workers_.size(); }
  bool Uses(Engine engine) const;
  const std::string& engine() const { return engine_; }  // "both", or the name of one
  const std::string& fuzzer() const { return fuzzer_; }  // "": not used

  // Takes up the sequence behind the programs that the slots say were run. The programs of the
  // corpus (null: none) come first, each time. Both outlive the supervisor.
  // REQUIRES: Choose returned "".
  void Resume(const Workspace& workspace, const std::vector<BuiltInProgram>* corpus);

  // Adds what poll() should wait for.
  void Await(std::vector<pollfd>* polled) const;
  // Starts workers that do not run, and handles what the others did since the last call. Returns ""
  // or why it cannot continue. REQUIRES: Resume was called.
  std::string Tend();
  // Ends all workers, and handles what they sent, died of or hang in.
  void Finish();

  // How long a collector may make no progress: twenty times what the slowest lawful program took,
  // but at least 2 s and at most options.hang_ms. Always the latter for a specimen in another
  // process, whose adapter has a limit of its own and an error that says more.
  int HangLimitMs() const;

 private:
  struct WorkerState {
    Worker worker;
    Engine engine = Engine::kRandom;  // of this process
    uint64_t next = 0;                // generators: where the next process begins
    uint64_t seed = 0;                // libFuzzer: of this process
    int bad_starts = 0;               // libFuzzer: in a row
    bool in_corpus = false;           // it has not come to the sequence
    uint64_t corpus_next = 0;         // where the next process begins, if in_corpus
  };

  std::string Start(size_t number);
  std::string StartFuzzer(size_t number);
  bool InProgram(const WorkerState& state) const;
  Candidate RunningProgram(const WorkerState& state, Candidate::Kind kind) const;
  Candidate ToCandidate(const WorkerState& state, const Message& message) const;
  bool ReceiveFrom(size_t number, int most);
  std::string HandleExit(size_t number);
  std::string BadStart(size_t number, int status);
  void SkipProgram(WorkerState* state) const;
  void ReportHang(const WorkerState& state, int limit_ms);
  void Report(const Candidate& candidate) const;

  const Specimen& specimen_;
  const SupervisorOptions options_;
  Workspace workspace_ = {};
  Handlers handlers_;
  bool begun_ = false;  // all workers have been started once
  GeneratorOptions generator_;
  RandomWork random_;
  std::string fuzzer_;
  std::string engine_;
  std::vector<Engine> engines_;  // of the workers, in the end
  std::vector<std::unique_ptr<WorkerState>> workers_;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_SUPERVISOR_H_
