#include "fuzz/campaign.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "fuzz/files.h"
#include "fuzz/finding.h"
#include "model/isolate.h"
#include "model/trial.h"
#include "properties/generator.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

// What a worker shows of itself, in memory that it shares with the supervisor. When it dies,
// `index` names the program that did it.
struct Desk {
  std::atomic<uint64_t> index;
  std::atomic<uint64_t> programs;
  std::atomic<uint64_t> operations;
  std::atomic<uint64_t> situations;
  std::atomic<uint64_t> convicted;
};

// A worker tells the supervisor of an unlawful program in one write, which the pipe takes whole or
// not at all.
struct Message {
  uint64_t index;
  char signature[248];  // a longer one is cut
};
static_assert(sizeof(Message) <= PIPE_BUF);

// What was seen of a program in a worker, to be tried again.
struct Suspicion {
  uint64_t index;
  std::string seen;   // a signature, or how the worker ended
  bool from_outside;  // whether it may have been done to the worker: its program may be innocent
};

constexpr int kNotesShown = 10;   // of programs that were innocent; more are counted only
constexpr int kStuckSeconds = 2;  // in one program, when time is over: it is tried again
constexpr int kTries = 10;        // to repeat what does not repeat

volatile sig_atomic_t interrupted = 0;
void Interrupt(int) { interrupted = 1; }

// SIGINT and SIGTERM end the campaign with its verdict. The second one kills: it may be shrinking.
class Interruptible {
 public:
  Interruptible() {
    interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = Interrupt;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  ~Interruptible() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  struct sigaction old_int_ = {};
  struct sigaction old_term_ = {};
};

// "3 findings"
std::string Count(size_t number, const char* noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string HowItEnded(int status) {
  if (!WIFSIGNALED(status)) {
    return fmt::format("its worker exited with status {}", WEXITSTATUS(status));
  }
  return fmt::format("its worker was ended by signal {} ({})", WTERMSIG(status),
                     strsignal(WTERMSIG(status)));
}

// Users, and systems short of memory, send these; faults never do.
bool EndedFromOutside(int status) {
  if (!WIFSIGNALED(status)) return false;
  const int number = WTERMSIG(status);
  return number == SIGKILL || number == SIGTERM || number == SIGINT || number == SIGHUP;
}

class Campaign {
 public:
  Campaign(const Specimen& specimen, const CampaignOptions& options)
      : specimen_(specimen), options_(options) {
    generator_.operations = options.operations;
    if (options_.workers <= 0) {
      options_.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    }
    workers_.resize(static_cast<size_t>(options_.workers));
  }
  ~Campaign() {
    for (Worker& worker : workers_) Stop(worker);
    if (desks_ != nullptr) munmap(desks_, DeskBytes());
  }

  int Run(std::string* error) {
    *error = TryToWrite();
    if (!error->empty()) return 2;
    void* shared =
        mmap(nullptr, DeskBytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
      *error = fmt::format("no shared memory: {}", std::strerror(errno));
      return 2;
    }
    desks_ = static_cast<Desk*>(shared);
    const Interruptible interruptible;
    fmt::print("{} ({}) under the contract {}: {} s, {}, seed {}\n", specimen_.name,
               specimen_.summary, specimen_.contract->name, options_.seconds,
               Count(workers_.size(), "worker"), options_.seed);
    std::fflush(stdout);
    begin_ = Clock::now();
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (Start(i, i)) continue;
      *error = fmt::format("no worker process: {}", std::strerror(errno));
      return 2;
    }
    Supervise();
    Finish();
    return Conclude();
  }

 private:
  struct Worker {
    pid_t pid = -1;      // -1: it could not be started again, for now
    int fd = -1;         // what it tells us
    uint64_t begin = 0;  // the first program of its next life
    uint64_t last_programs = 0;
    Clock::time_point last_progress;
  };

  size_t DeskBytes() const { return sizeof(Desk) * static_cast<size_t>(options_.workers); }

  std::string Folder() const { return (std::filesystem::path(options_.out) / "found").string(); }

  // Before hours are spent: whether findings can be written.
  std::string TryToWrite() const {
    const std::string probe = Folder() + "/.probe";
    const std::string error = WriteText(probe, "");
    if (error.empty()) std::remove(UserPath(probe).c_str());
    return error;
  }

  Program ProgramAt(uint64_t index) const {
    return Generate(SeedOf(options_.seed, index), generator_);
  }

  // The programs of a worker are every workers-th of the sequence, from `index` on.
  bool Start(size_t number, uint64_t index) {
    Worker& worker = workers_[number];
    worker.begin = index;
    desks_[number].index.store(index);  // it may die before it says so itself
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    std::fflush(nullptr);
    const pid_t supervisor = getpid();
    worker.pid = fork();
    if (worker.pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != supervisor) _exit(3);  // it died before we asked
      signal(SIGINT, SIG_IGN);
      signal(SIGTERM, SIG_DFL);
      close(ends[0]);
      Work(desks_[number], ends[1], index);
    }
    close(ends[1]);
    worker.fd = ends[0];
    worker.last_progress = Clock::now();
    if (worker.pid < 0) {
      close(worker.fd);
      worker.fd = -1;
    }
    return worker.pid > 0;
  }

  [[noreturn]] void Work(Desk& desk, int fd, uint64_t index) {
    Trial trial(specimen_);
    for (;; index += static_cast<uint64_t>(options_.workers)) {
      desk.index.store(index);
      const Verdict verdict = trial.Run(ProgramAt(index));
      desk.programs.fetch_add(1, std::memory_order_relaxed);
      desk.operations.fetch_add(static_cast<uint64_t>(verdict.operations),
                                std::memory_order_relaxed);
      desk.situations.fetch_or(verdict.situations, std::memory_order_relaxed);
      if (verdict.lawful()) continue;
      desk.convicted.fetch_add(1, std::memory_order_relaxed);
      Message message = {index, {}};
      verdict.signature().copy(message.signature, sizeof(message.signature) - 1);
      if (write(fd, &message, sizeof(message)) != sizeof(message)) _exit(3);
    }
  }

  // Ends it, if it has not ended. Returns how it ended, as waitpid does.
  int Stop(Worker& worker) {
    int status = 0;
    if (worker.pid < 0) return status;
    kill(worker.pid, SIGKILL);
    while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    close(worker.fd);
    worker.pid = worker.fd = -1;
    return status;
  }

  bool Over() const {
    return interrupted != 0 || Satisfied() ||
           Clock::now() - begin_ >= std::chrono::seconds(options_.seconds);
  }
  bool Satisfied() const { return options_.stop_on_first && !findings_.empty(); }

  void Supervise() {
    while (!Over()) {
      std::vector<pollfd> waiting;
      for (const Worker& worker : workers_) waiting.push_back({worker.fd, POLLIN, 0});
      poll(waiting.data(), waiting.size(), 200);
      for (size_t i = 0; i < workers_.size() && !Over(); ++i) {
        if (workers_[i].pid < 0 && !Start(i, workers_[i].begin)) continue;
        if (waiting[i].revents != 0 && !Listen(i)) {
          Bury(i);
        } else {
          CheckProgress(i);
        }
      }
      ShowStatus();
    }
  }

  // When time is over: what the workers have already said, or died of, or are stuck in, still
  // counts.
  void Finish() {
    std::vector<bool> stuck;
    for (size_t i = 0; i < workers_.size(); ++i) {
      stuck.push_back(Idle(i) > std::chrono::seconds(kStuckSeconds));
      if (workers_[i].pid > 0) kill(workers_[i].pid, SIGKILL);
    }
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (workers_[i].pid < 0) continue;
      while (!Satisfied() && Listen(i)) {
      }
      const uint64_t index = desks_[i].index.load();
      const int status = Stop(workers_[i]);
      if (Satisfied()) continue;
      if (!EndedFromOutside(status)) Suspect({index, HowItEnded(status), false});
      if (stuck[i]) Suspect({index, "its worker was stuck when time was over", true});
    }
  }

  // Hears one message. False: the worker has ended.
  bool Listen(size_t number) {
    Message message;
    ssize_t size;
    do {
      size = read(workers_[number].fd, &message, sizeof(message));
    } while (size < 0 && errno == EINTR);
    if (size != sizeof(message)) return false;
    const std::string seen = message.signature;
    const auto known = findings_.find(seen);
    const auto fleeting = findings_.find(NotRepeatable(seen));
    if (known != findings_.end()) {
      ++known->second.hits;
    } else if (fleeting != findings_.end() && fleeting->second.hits >= kTries) {
      ++fleeting->second.hits;
    } else {
      Suspect({message.index, seen, false});
    }
    return true;
  }

  // It died in the middle of a program.
  void Bury(size_t number) {
    const uint64_t index = desks_[number].index.load();
    const int status = Stop(workers_[number]);
    Suspect({index, HowItEnded(status), EndedFromOutside(status)});
    Start(number, index + static_cast<uint64_t>(options_.workers));
  }

  // For how long it has not ended a program.
  Clock::duration Idle(size_t number) {
    Worker& worker = workers_[number];
    const uint64_t programs = desks_[number].programs.load();
    const auto now = Clock::now();
    if (programs != worker.last_programs) worker.last_progress = now;
    worker.last_programs = programs;
    return now - worker.last_progress;
  }

  void CheckProgress(size_t number) {
    if (Idle(number) <= std::chrono::seconds(options_.hang_seconds)) return;
    const uint64_t index = desks_[number].index.load();
    Stop(workers_[number]);
    // It may have been the machine that slept.
    Suspect({index, fmt::format("its worker was stuck for {} s", options_.hang_seconds), true});
    Start(number, index + static_cast<uint64_t>(options_.workers));
  }

  // Runs the program again. A new finding is shown, shrunk and filed; a known one is counted; a
  // program that is lawful now, and did nothing that cannot be done to it, is innocent.
  void Suspect(const Suspicion& suspicion) {
    const Program program = ProgramAt(suspicion.index);
    FindingOptions options;
    options.isolation.milliseconds = options_.hang_seconds * 1000;
    options.shrink_seconds = interrupted != 0 ? 0 : options_.shrink_seconds;
    options.folder = Folder();
    options.origin = fmt::format("program {} of seed {}, {} operations", suspicion.index,
                                 options_.seed, options_.operations);
    options.seen = suspicion.seen;
    const Verdict again = TryIsolated(program, specimen_, options.isolation);
    const auto known =
        findings_.find(again.lawful() ? NotRepeatable(suspicion.seen) : again.signature());
    if (again.lawful() && suspicion.from_outside) {
      Acquit(suspicion);
    } else if (known != findings_.end()) {
      ++known->second.hits;
    } else {
      Say(suspicion, "shrinking it");
      Add(Investigate(program, specimen_, options));
    }
    for (Worker& worker : workers_) worker.last_progress = Clock::now();  // all this took time
  }

  void Acquit(const Suspicion& suspicion) {
    if (++innocent_ <= kNotesShown) Say(suspicion, "lawful when it is run again, so no finding");
  }

  void Say(const Suspicion& suspicion, const char* what) {
    ClearStatus();
    fmt::print("{:.0f} s: program {}: {}; {}\n", Seconds(), suspicion.index, suspicion.seen, what);
    std::fflush(stdout);
  }

  void Add(const Finding& finding) {
    const auto [it, fresh] = findings_.emplace(finding.signature, finding);
    if (fresh) {
      fmt::print("{}\n", finding.report);
    } else {
      ++it->second.hits;
      fmt::print("  known: {}\n\n", it->first);
    }
    std::fflush(stdout);
  }

  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  uint64_t Sum(std::atomic<uint64_t> Desk::*field) const {
    uint64_t sum = 0;
    for (int i = 0; i < options_.workers; ++i) sum += (desks_[i].*field).load();
    return sum;
  }

  uint64_t Situations() const {
    uint64_t all = 0;
    for (int i = 0; i < options_.workers; ++i) all |= desks_[i].situations.load();
    return all;
  }

  std::string Numbers() const {
    const uint64_t programs = Sum(&Desk::programs);
    const uint64_t operations = Sum(&Desk::operations);
    return fmt::format("{} programs ({:.0f}/s), {} operations, {} of {} situations, {}", programs,
                       static_cast<double>(programs) / std::max(Seconds(), 0.001), operations,
                       __builtin_popcountll(Situations()), kSituations,
                       Count(findings_.size(), "finding"));
  }

  // A line that rewrites itself on a terminal; a line every ten seconds elsewhere.
  void ShowStatus() {
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    if (Seconds() - shown_ < (terminal ? 0.5 : 10)) return;
    shown_ = Seconds();
    std::string line = fmt::format("{:.0f}/{} s: {}", Seconds(), options_.seconds, Numbers());
    if (terminal) {
      // A line that does not fit could not be rewritten.
      winsize window = {};
      ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
      line.resize(std::min<size_t>(line.size(), window.ws_col > 1 ? window.ws_col - 1u : 79u));
    }
    fmt::print("{}{}{}", terminal ? "\r\033[K" : "", line, terminal ? "" : "\n");
    std::fflush(stdout);
  }
  void ClearStatus() const {
    if (isatty(STDOUT_FILENO) != 0) fmt::print("\r\033[K");
  }

  int Conclude() {
    ClearStatus();
    const bool lawful = findings_.empty();
    fmt::print("{}: {} after {:.0f} s{}: {}\n", specimen_.name, lawful ? "lawful" : "UNLAWFUL",
               Seconds(), interrupted != 0 ? " (interrupted)" : "", Numbers());
    for (const auto& [signature, finding] : findings_) {
      fmt::print("  {} x {}\n    {}\n", finding.hits, signature,
                 finding.error.empty() ? finding.file : "not written: " + finding.error);
    }
    if (innocent_ > 0) {
      fmt::print("  no finding: {} ended or stuck in programs that are lawful when run again\n",
                 Count(innocent_, "worker"));
    }
    std::fflush(stdout);
    return lawful ? 0 : 1;
  }

  const Specimen specimen_;
  CampaignOptions options_;
  GeneratorOptions generator_;
  Desk* desks_ = nullptr;
  std::vector<Worker> workers_;
  std::map<std::string, Finding> findings_;  // by signature
  size_t innocent_ = 0;                      // programs that a worker ended in, without a finding
  Clock::time_point begin_;
  double shown_ = 0;
};

}  // namespace

int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error) {
  return Campaign(specimen, options).Run(error);
}

}  // namespace ouro
