// SPDX-License-Identifier: Apache-2.0

// A worker is a subprocess that runs programs, and its supervisor's handle on it: a slot of shared
// memory, which survives it, and a channel for messages. It may die at any moment in any way; the
// slot then says which program did it.
//
// Place: below the supervisor.

#ifndef FUZZ_CAMPAIGN_WORKER_H_
#define FUZZ_CAMPAIGN_WORKER_H_

#include <poll.h>

#include <chrono>
#include <cstddef>
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

// The programs of a generating worker: those of the corpus, then an endless sequence.
struct RandomWork {
  const Specimen* specimen;
  GeneratorOptions generator;
  uint64_t seed = 1;
  uint64_t step = 1;  // it takes every step-th program of the sequence, and of the corpus
  const std::vector<BuiltInProgram>* corpus = nullptr;  // null: none
  bool corpus_only = false;                             // it ends after the corpus
  bool observe = false;                                 // send what IsObserved

  // An index with this bit is one of the corpus; the others count in the sequence.
  static constexpr uint64_t kOfCorpus = uint64_t{1} << 63;
  bool InCorpus(uint64_t index) const;
  // Deterministic. REQUIRES: InCorpus(index), or the bit is not set.
  Program Make(uint64_t index) const;
};

// The arguments of a libFuzzer process.
struct FuzzerWork {
  std::string binary;    // see FindFuzzer
  std::string specimen;  // its name; it is in-process
  std::string slots;     // the file of slots
  size_t slot = 0;       // the worker's number in it
  size_t slot_count = 1;
  uint64_t seed = 1;        // 1 to 2^32 - 1
  std::string seed_inputs;  // as -seed_inputs takes them; "": none
  int operations = 60;      // that fit the longest input
  bool kinds = false;       // whether these may have kinds
  std::string artifacts;    // the folder for what libFuzzer leaves behind
  int seconds = 0;          // 0: no limit
  int runs = 0;             // 0: no limit
  bool observe = false;     // as in RandomWork; it counts the programs of its slot
};

class Worker {
 public:
  // REQUIRES, of all other functions: a slot is attached. It outlives the worker.
  void Attach(WorkerSlot* slot) { slot_ = slot; }
  WorkerSlot& slot() { return *slot_; }
  const WorkerSlot& slot() const { return *slot_; }

  // Runs programs from `index` on; the sequence, where the corpus comes before it, from `first` on.
  // Returns "" or why the system has no process for now. The worker dies with the calling thread.
  // REQUIRES: it is not running.
  std::string StartRandom(const RandomWork& work, uint64_t index, uint64_t first);
  std::string StartFuzzer(const FuzzerWork& work);

  // See Subprocess. None of them waits but Stop, for 3 s at most.
  bool running() const { return process_.running(); }
  void Await(std::vector<pollfd>* polled) const { process_.Await(polled); }
  bool Ended() { return process_.Ended(); }
  int Stop() { return process_.Kill(); }
  const LastWords& words() const { return process_.words(); }

  // The next message. Does not wait.
  ReceiveResult Receive(Message* message);

  // Whether its collector has made no progress for that long.
  bool Stuck(std::chrono::milliseconds limit) { return clock_.Stuck(slot_->pulse, limit); }

 private:
  std::string Start(const Subprocess::Task& task);

  WorkerSlot* slot_ = nullptr;
  Subprocess process_;
  PulseClock clock_;
};

// True for a process that was ended by a signal that users and the out-of-memory killer send, and
// no fault does. `status` is that of waitpid.
bool EndedFromOutside(int status);

// The binary of libFuzzer: OURO_FUZZER, else beside this program, in its runfiles, or where
// tools/dist puts it. "": none.
std::string FindFuzzer();

// In a subprocess: becomes that binary, with these words, the path first, and the channel.
[[noreturn]] void ExecuteFuzzer(std::vector<std::string> words, int channel);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_WORKER_H_
