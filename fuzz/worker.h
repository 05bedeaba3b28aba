// A worker is a process that runs programs, and its end of the conversation with the supervisor: a
// desk, which survives it, and a pipe. It may die in any way at any moment; the supervisor then
// knows which program did it.
//
// Place: below the supervisor of a campaign.

#ifndef FUZZ_WORKER_H_
#define FUZZ_WORKER_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/desk.h"
#include "model/collector.h"
#include "properties/generator.h"

namespace ouro {

enum class Engine : uint8_t { kRandom, kLibFuzzer };
const char* Name(Engine engine);

// How the random engine makes programs.
struct RandomWork {
  const Specimen* specimen;
  GeneratorOptions generator;
  uint64_t seed = 1;
  uint64_t step = 1;  // its programs are every step-th of the sequence
};

// How libFuzzer is called.
struct FuzzerWork {
  std::string binary;
  std::vector<std::string> flags;  // of libFuzzer, and of the session
  std::string log;                 // what it says
};

class Worker {
 public:
  using Clock = std::chrono::steady_clock;

  Worker() = default;
  ~Worker() { Stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Sit(Desk* desk) { desk_ = desk; }
  Desk& desk() { return *desk_; }

  // False: there is no process to be had, for now; errno says why. They die with this process.
  bool StartRandom(const RandomWork& work, uint64_t index);
  bool StartFuzzer(const FuzzerWork& work);

  // Ends it, if it has not ended. Returns how it ended, as waitpid does.
  int Stop();
  // Ends it, so that Stop does not wait, and what it told can still be heard.
  void Kill();

  bool running() const { return pid_ > 0; }
  int fd() const { return fd_; }
  // Hears one message. False: the worker has ended.
  bool Listen(Message* message) { return Hear(fd_, message); }

  // For how long it has not ended a program.
  Clock::duration Idle();
  // The supervisor was busy: nobody was idle.
  void Excuse() { last_progress_ = Clock::now(); }

 private:
  // In the child: returns with what it tells through; in the parent too, whether there is a child.
  bool Fork(int* tell);

  Desk* desk_ = nullptr;
  pid_t pid_ = -1;
  int fd_ = -1;
  uint64_t last_programs_ = 0;
  Clock::time_point last_progress_;
};

// In words, for `status` as waitpid gives it.
std::string HowItEnded(int status);

// Users, and systems short of memory, end processes by signals that no fault sends.
bool EndedFromOutside(int status);

// Where the fuzzer is: beside this program, or in its runfiles; or as OURO_FUZZER says. Returns ""
// if it is nowhere.
std::string FindFuzzer();

}  // namespace ouro

#endif  // FUZZ_WORKER_H_
