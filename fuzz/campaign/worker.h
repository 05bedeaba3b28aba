// A worker is a subprocess that runs programs, and its end of the conversation with the supervisor:
// a slot, which survives it, and a channel. It may die in any way at any moment; the supervisor
// then knows which program did it.
//
// Place: below the supervisor of a campaign.

#ifndef FUZZ_CAMPAIGN_WORKER_H_
#define FUZZ_CAMPAIGN_WORKER_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "corpus/built_in.h"
#include "fuzz/campaign/worker_slot.h"
#include "model/collector.h"
#include "model/pulse.h"
#include "model/subprocess.h"
#include "properties/generator/generator.h"

namespace ouro {

// How the random engine makes programs: first those of the corpus, then a sequence without end.
struct RandomWork {
  const Specimen* specimen;
  GeneratorOptions generator;
  uint64_t seed = 1;
  uint64_t step = 1;  // its programs are every step-th of the sequence, and of the corpus
  const std::vector<BuiltInProgram>* corpus = nullptr;
  bool corpus_only = false;  // then it ends

  // An index with this bit is one of the corpus; the others are numbers in the sequence.
  static constexpr uint64_t kOfCorpus = uint64_t{1} << 63;
  bool InCorpus(uint64_t index) const;
  Program Make(uint64_t index) const;
};

// How libFuzzer is called.
struct FuzzerWork {
  std::string binary;
  std::vector<std::string> flags;  // of libFuzzer, and of the session
};

class Worker {
 public:
  void Attach(WorkerSlot* slot) { slot_ = slot; }
  WorkerSlot& slot() { return *slot_; }
  const WorkerSlot& slot() const { return *slot_; }

  // Runs those programs from `index` on; after those of the corpus comes `first`. Returns "" or why
  // there is no process to be had, for now. It dies with the thread that calls.
  std::string StartRandom(const RandomWork& work, uint64_t index, uint64_t first);
  std::string StartFuzzer(const FuzzerWork& work);

  // See Subprocess.
  bool running() const { return process_.running(); }
  void Await(std::vector<pollfd>* polled) const { process_.Await(polled); }
  bool Ended() { return process_.Ended(); }
  int Stop() { return process_.Kill(); }
  const LastWords& words() const { return process_.words(); }

  // The next message, without waiting.
  ReceiveResult Receive(Message* message);

  // Whether its collector has not gone on for that long.
  bool Stuck(std::chrono::milliseconds limit) { return clock_.Stuck(slot_->pulse, limit); }

 private:
  std::string Start(const Subprocess::Task& task);

  WorkerSlot* slot_ = nullptr;
  Subprocess process_;
  PulseClock clock_;
};

// Users, and systems short of memory, end processes by signals that no fault sends. `status` is as
// waitpid gives it.
bool EndedFromOutside(int status);

// Where the fuzzer is: beside this program, or in its runfiles; or as OURO_FUZZER says. Returns ""
// if it is nowhere.
std::string FindFuzzer();

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_WORKER_H_
