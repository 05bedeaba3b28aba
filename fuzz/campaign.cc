#include "fuzz/campaign.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "fuzz/files.h"
#include "fuzz/finding.h"
#include "model/isolate.h"
#include "model/trial.h"
#include "properties/generator.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

// What a worker shows of itself, in memory that it shares with the supervisor. When it dies, `index`
// names the program that did it.
struct Desk {
  std::atomic<uint64_t> index;
  std::atomic<uint64_t> programs;
  std::atomic<uint64_t> operations;
  std::atomic<uint64_t> situations;
  std::atomic<uint64_t> convicted;
};

// A worker tells the supervisor of an unlawful program: its index, no more, so that a message is
// written at once or not at all.
struct Message {
  uint64_t index;
  uint64_t signature_hash;
};

volatile sig_atomic_t interrupted = 0;
void Interrupt(int) { interrupted = 1; }

uint64_t Hash(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a: the same on every machine
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

class Campaign {
 public:
  Campaign(const Specimen& specimen, const CampaignOptions& options)
      : specimen_(specimen), options_(options) {
    generator_.operations = options.operations;
    if (options_.workers <= 0) {
      options_.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    }
  }
  ~Campaign() {
    for (Worker& worker : workers_) Stop(worker);
    if (desks_ != nullptr) munmap(desks_, DeskBytes());
  }

  int Run(std::string* error) {
    *error = TryToWrite();
    if (!error->empty()) return 2;
    void* shared = mmap(nullptr, DeskBytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0);
    if (shared == MAP_FAILED) {
      *error = fmt::format("no shared memory: {}", std::strerror(errno));
      return 2;
    }
    desks_ = static_cast<Desk*>(shared);
    interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = Interrupt;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    fmt::print("{} ({}) under the contract {}: {} s, {} workers, seed {}\n", specimen_.name,
               specimen_.summary, specimen_.contract->name, options_.seconds, options_.workers,
               options_.seed);
    std::fflush(stdout);
    begin_ = Clock::now();
    workers_.resize(static_cast<size_t>(options_.workers));
    for (size_t i = 0; i < workers_.size(); ++i) Start(i, i);
    Supervise();
    for (Worker& worker : workers_) Stop(worker);
    return Conclude();
  }

 private:
  struct Worker {
    pid_t pid = -1;
    int fd = -1;
    uint64_t last_programs = 0;
    Clock::time_point last_progress;
  };

  size_t DeskBytes() const { return sizeof(Desk) * static_cast<size_t>(options_.workers); }

  // Before hours are spent: whether findings can be written.
  std::string TryToWrite() const {
    const std::string probe = options_.out + "/found/.probe";
    const std::string error = WriteText(probe, "");
    if (error.empty()) std::remove(UserPath(probe).c_str());
    return error;
  }

  Program ProgramAt(uint64_t index) const {
    return Generate(SeedOf(options_.seed, index), generator_);
  }

  // The programs of a worker are every workers-th of the sequence, from `index` on.
  void Start(size_t number, uint64_t index) {
    int ends[2];
    if (pipe(ends) != 0) return;
    std::fflush(nullptr);
    Worker& worker = workers_[number];
    worker.pid = fork();
    if (worker.pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      signal(SIGINT, SIG_IGN);
      close(ends[0]);
      Work(desks_[number], ends[1], index);
    }
    close(ends[1]);
    worker.fd = ends[0];
    worker.last_progress = Clock::now();
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
      const Message message = {index, Hash(verdict.signature())};
      if (write(fd, &message, sizeof(message)) != sizeof(message)) _exit(3);
    }
  }

  void Stop(Worker& worker) {
    if (worker.pid < 0) return;
    kill(worker.pid, SIGKILL);
    waitpid(worker.pid, nullptr, 0);
    close(worker.fd);
    worker.pid = -1;
  }

  bool Over() const {
    return interrupted != 0 || (options_.stop_on_first && !findings_.empty()) ||
           Clock::now() - begin_ >= std::chrono::seconds(options_.seconds);
  }

  void Supervise() {
    while (!Over()) {
      std::vector<pollfd> waiting;
      for (const Worker& worker : workers_) waiting.push_back({worker.fd, POLLIN, 0});
      poll(waiting.data(), waiting.size(), 200);
      for (size_t i = 0; i < workers_.size() && !Over(); ++i) {
        if (waiting[i].revents != 0) Listen(i);
        CheckProgress(i);
      }
      ShowStatus();
    }
  }

  void Listen(size_t number) {
    Worker& worker = workers_[number];
    Message message;
    if (read(worker.fd, &message, sizeof(message)) == sizeof(message)) {
      const auto known = known_.find(message.signature_hash);
      if (known == known_.end()) {
        Found(message.index, message.signature_hash);
      } else {
        ++findings_[known->second].hits;
      }
      return;
    }
    // It died in the middle of a trial.
    const uint64_t index = desks_[number].index.load();
    Stop(worker);
    Found(index, 0);
    Start(number, index + static_cast<uint64_t>(options_.workers));
  }

  void CheckProgress(size_t number) {
    Worker& worker = workers_[number];
    const uint64_t programs = desks_[number].programs.load();
    const auto now = Clock::now();
    if (programs != worker.last_programs) {
      worker.last_programs = programs;
      worker.last_progress = now;
    } else if (now - worker.last_progress > std::chrono::seconds(options_.hang_seconds)) {
      const uint64_t index = desks_[number].index.load();
      Stop(worker);
      Found(index, 0);
      Start(number, index + static_cast<uint64_t>(options_.workers));
    }
  }

  // Shows, shrinks and files a program that was unlawful in a worker.
  void Found(uint64_t index, uint64_t hash) {
    ClearStatus();
    fmt::print("{:.0f} s: program {} is unlawful; shrinking it\n", Seconds(), index);
    std::fflush(stdout);
    FindingOptions options;
    options.isolation.milliseconds = options_.hang_seconds * 1000;
    options.shrink_seconds = options_.shrink_seconds;
    options.folder = options_.out + "/found";
    options.origin = fmt::format("program {} of seed {}, {} operations", index, options_.seed,
                                 options_.operations);
    Finding finding = Investigate(ProgramAt(index), specimen_, options);
    if (hash != 0) known_[hash] = finding.signature;
    const auto [it, fresh] = findings_.emplace(finding.signature, finding);
    if (!fresh) {
      ++it->second.hits;
      return;
    }
    fmt::print("{}\n", finding.report);
    if (!finding.error.empty()) fmt::print("not written: {}\n", finding.error);
    std::fflush(stdout);
    for (Worker& worker : workers_) worker.last_progress = Clock::now();  // shrinking took time
  }

  double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }

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
    return fmt::format("{} programs ({:.0f}/s), {} operations, {} of {} situations, {} findings",
                       programs, static_cast<double>(programs) / std::max(Seconds(), 0.001),
                       operations, __builtin_popcountll(Situations()), kSituations,
                       findings_.size());
  }

  // A line that rewrites itself on a terminal; a line every ten seconds elsewhere.
  void ShowStatus() {
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    if (Seconds() - shown_ < (terminal ? 0.5 : 10)) return;
    shown_ = Seconds();
    fmt::print("{}{:.0f}/{} s: {}{}", terminal ? "\r\033[K" : "", Seconds(), options_.seconds,
               Numbers(), terminal ? "" : "\n");
    std::fflush(stdout);
  }
  void ClearStatus() const {
    if (isatty(STDOUT_FILENO) != 0) fmt::print("\r\033[K");
  }

  int Conclude() {
    ClearStatus();
    const bool lawful = findings_.empty();
    fmt::print("{}: {} after {:.0f} s: {}\n", specimen_.name,
               lawful ? "lawful" : "UNLAWFUL", Seconds(), Numbers());
    for (const auto& [signature, finding] : findings_) {
      fmt::print("  {} x {}\n    {}\n", finding.hits, signature, finding.file);
    }
    return lawful ? 0 : 1;
  }

  const Specimen specimen_;
  CampaignOptions options_;
  GeneratorOptions generator_;
  Desk* desks_ = nullptr;
  std::vector<Worker> workers_;
  std::map<std::string, Finding> findings_;   // by signature
  std::map<uint64_t, std::string> known_;     // signatures by hash
  Clock::time_point begin_;
  double shown_ = 0;
};

}  // namespace

int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error) {
  return Campaign(specimen, options).Run(error);
}

}  // namespace ouro
