#include "fuzz/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "collector/specimens.h"
#include "model/trial.h"

namespace ouro {
namespace {

// Exit code of a worker that has lost its supervisor.
constexpr int kAlone = 3;

// How libFuzzer runs in every campaign. How it dies is for us to see, and hangs are for us to end.
// Whether an edge ran counts, and not how often, which would say nothing about a heap and keep
// programs that execute hundreds of operations; for the same reason the faster ones are drawn more
// often. Together these two made it find the planted bugs in fewer seconds. It is not to say which
// functions are new: for that it starts a symbolizer, which takes longer than it does.
constexpr std::array kFuzzerFlags = {
    "-timeout=1000000", "-handle_segv=0", "-handle_bus=0",   "-handle_abrt=0",
    "-handle_ill=0",    "-handle_fpe=0",  "-handle_int=0",   "-handle_term=0",
    "-detect_leaks=0",  "-verbosity=0",   "-use_counters=0", "-entropic_scale_per_exec_time=1",
    "-print_funcs=0",
};

[[noreturn]] void RunRandom(const RandomWork& work, uint64_t index, Desk& desk, int tell) {
  Trial trial(*work.specimen);
  std::array<uint8_t, FeatureCounter::kSize> features = {};
  trial.CountFeatures(features.data());
  for (;; index += work.step) {
    desk.begun.store(index);
    features.fill(0);
    const Verdict verdict = trial.Run(Generate(SeedOf(work.seed, index), work.generator));
    desk.programs.fetch_add(1, std::memory_order_relaxed);
    desk.operations.fetch_add(static_cast<uint64_t>(verdict.operations), std::memory_order_relaxed);
    desk.situations.fetch_or(verdict.situations, std::memory_order_relaxed);
    const bool fresh = Merge(features.data(), features.size(), desk.features);
    if (!verdict.lawful()) desk.convicted.fetch_add(1, std::memory_order_relaxed);
    if (!fresh && verdict.lawful()) continue;
    Message message;
    message.kind = verdict.lawful() ? Message::Kind::kNew : Message::Kind::kConvicted;
    message.index = index;
    message.text = verdict.signature();
    if (!Tell(tell, message)) _exit(kAlone);
  }
}

}  // namespace

const char* Name(Engine engine) { return engine == Engine::kRandom ? "random" : "libfuzzer"; }

bool Worker::Fork(int* tell) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  std::fflush(nullptr);
  const pid_t supervisor = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor) _exit(kAlone);  // it died before we asked
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    close(ends[0]);
    *tell = ends[1];
    return true;
  }
  close(ends[1]);
  fd_ = ends[0];
  last_progress_ = Clock::now();
  if (pid_ < 0) {
    close(fd_);
    fd_ = -1;
  }
  *tell = -1;
  return pid_ > 0;
}

bool Worker::StartRandom(const RandomWork& work, uint64_t index) {
  desk_->begun.store(index);  // it may die before it says so itself
  int tell;
  const bool forked = Fork(&tell);
  if (tell >= 0) RunRandom(work, index, *desk_, tell);
  return forked;
}

bool Worker::StartFuzzer(const FuzzerWork& work) {
  desk_->size.store(0);
  int tell;
  const bool forked = Fork(&tell);
  if (tell < 0) return forked;
  std::vector<std::string> words = {work.binary};
  words.insert(words.end(), kFuzzerFlags.begin(), kFuzzerFlags.end());
  words.insert(words.end(), work.flags.begin(), work.flags.end());
  words.push_back(fmt::format("--tell={}", tell));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  fcntl(tell, F_SETFD, 0);  // it goes on through exec
  const int log = open(work.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(log >= 0 ? log : null, STDOUT_FILENO);
  dup2(log >= 0 ? log : null, STDERR_FILENO);
  // The binary stands elsewhere: it is built in a configuration of its own.
  if (const std::string peers = PeersFolder(); !peers.empty()) {
    setenv("OURO_PEERS", peers.c_str(), /*overwrite=*/0);
  }
  execv(work.binary.c_str(), argv.data());
  _exit(127);
}

void Worker::Kill() {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

int Worker::Stop() {
  int status = 0;
  if (pid_ < 0) return status;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  close(fd_);
  pid_ = fd_ = -1;
  return status;
}

Worker::Clock::duration Worker::Idle() {
  const uint64_t programs = desk_->programs.load();
  const auto now = Clock::now();
  if (programs != last_programs_) last_progress_ = now;
  last_programs_ = programs;
  return now - last_progress_;
}

std::string HowItEnded(int status) {
  if (!WIFSIGNALED(status)) {
    return fmt::format("its worker exited with status {}", WEXITSTATUS(status));
  }
  return fmt::format("its worker was ended by signal {} ({})", WTERMSIG(status),
                     strsignal(WTERMSIG(status)));
}

bool EndedFromOutside(int status) {
  if (!WIFSIGNALED(status)) return false;
  const int number = WTERMSIG(status);
  return number == SIGKILL || number == SIGTERM || number == SIGINT || number == SIGHUP;
}

std::string FindFuzzer() {
  namespace fs = std::filesystem;
  std::error_code error;
  if (const char* path = std::getenv("OURO_FUZZER"); path != nullptr) return path;
  const std::string self = fs::read_symlink("/proc/self/exe", error).string();
  for (const std::string& path :
       {self + ".runfiles/ouroboros/fuzz/collector_fuzzer_bin",
        (fs::path(self).parent_path() / "collector_fuzzer_bin").string()}) {
    if (fs::exists(path, error)) return path;
  }
  return "";
}

}  // namespace ouro
