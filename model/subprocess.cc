// SPDX-License-Identifier: Apache-2.0

#include "model/subprocess.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>

namespace ouro {
namespace {

// The lowest descriptor of the channel in the subprocess: code that closes, or writes to, every
// descriptor there may be seldom goes so far.
constexpr int kChannel = 700;
constexpr int kLost = 3;            // exit status of a process whose parent is gone already
constexpr int kKillRounds = 200;    // of a warden against processes that keep starting others
constexpr int kRoundMs = 10;        // the longest pause between two rounds
constexpr size_t kChunk = 1 << 14;  // bytes of one read
constexpr int kMaxReads = 64;       // of its output in one Read
constexpr int kPatienceMs = 3000;   // with a warden that has been told to end

// ---- In the subprocess: the code ----

constexpr std::array kCrashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
volatile sig_atomic_t crash = 0;

// The backtrace itself may hang on a lock of the loader or allocator.
void GiveUp(int) { raise(crash); }

// Whether the process touched what is just beyond its stack. Then the place means nothing: any
// function of the recursion may be the last.
bool IsStackOverflow(int number, const siginfo_t& info, const void* context) {
  [[maybe_unused]] const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
  uintptr_t stack = 0;
#if defined(__x86_64__)
  stack = static_cast<uintptr_t>(machine.gregs[REG_RSP]);
#elif defined(__aarch64__)
  stack = static_cast<uintptr_t>(machine.sp);
#endif
  constexpr uintptr_t kNear = 1 << 20;  // bytes: a frame is seldom larger
  const auto address = reinterpret_cast<uintptr_t>(info.si_addr);
  return number == SIGSEGV && stack != 0 && address + kNear > stack && address < stack + kNear;
}

// The handler is reset before it is called, so a second crash, in here, ends the process.
void PrintBacktrace(int number, siginfo_t* info, void* context) {
  crash = number;
  signal(SIGALRM, GiveUp);
  alarm(1);
  constexpr char kOverflow[] = "fatal: stack overflow\n";
  if (IsStackOverflow(number, *info, context)) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kOverflow, sizeof(kOverflow) - 1);
  }
  void* frames[64];
  const int depth = backtrace(frames, 64);
  constexpr int kOwn = 2;  // this function, and the kernel's call of it
  if (depth > kOwn && write(STDERR_FILENO, kBacktraceMark, sizeof(kBacktraceMark) - 1) > 0) {
    backtrace_symbols_fd(frames + kOwn, depth - kOwn, STDERR_FILENO);
  }
  raise(number);
}

// The handlers of a sanitizer stay.
void HandleCrashes() {
  static std::array<char, 1 << 16> alternate;  // for crashes by stack overflow
  const stack_t stack = {.ss_sp = alternate.data(), .ss_flags = 0, .ss_size = alternate.size()};
  sigaltstack(&stack, nullptr);
  for (const int number : kCrashes) {
    struct sigaction action = {};
    sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_DFL) continue;
    action.sa_sigaction = PrintBacktrace;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER | SA_SIGINFO;
    sigaction(number, &action, nullptr);
  }
}

// Runs first in exit(3), so that no exit handler or destructor of the supervisor runs here.
void LeaveAtOnce(int status, void*) { _exit(status); }

// Closes all descriptors but `kept` and the standard streams.
void CloseAllBut(int kept) {
  if (kept > 3) syscall(SYS_close_range, 3u, static_cast<unsigned>(kept - 1), 0u);
  syscall(SYS_close_range, static_cast<unsigned>(std::max(kept, 2)) + 1, ~0u, 0u);
}

// noexcept: neither an exception nor the forced unwinding of pthread_exit leaves it.
[[noreturn]] void RunCode(const Subprocess::Task& task, int channel, int printed, pid_t warden,
                          const sigset_t& mask) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != warden) _exit(kLost);
  setsid();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGXFSZ}) {
    signal(number, SIG_DFL);
  }
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int empty = task.input >= 0 ? task.input : open("/dev/null", O_RDONLY);
  dup2(empty, STDIN_FILENO);
  dup2(task.output >= 0 ? task.output : printed, STDOUT_FILENO);
  dup2(printed, STDERR_FILENO);
  int high = fcntl(channel, F_DUPFD_CLOEXEC, kChannel);
  if (high < 0) high = channel;  // the limit of descriptors is low
  CloseAllBut(high);
  on_exit(LeaveAtOnce, nullptr);
  HandleCrashes();
  task.run(high);
  _exit(0);
}

// ---- In the subprocess: the warden ----

// The warden's children: its own, and orphans that it has adopted.
std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/task/%d/children", static_cast<int>(getpid()));
  std::FILE* const file = std::fopen(path, "re");
  if (file == nullptr) return children;
  for (int pid; std::fscanf(file, "%d", &pid) == 1;) children.push_back(pid);
  std::fclose(file);
  return children;
}

// A killed process may leave children, which become ours: hence the rounds.
void KillAll(pid_t code) {
  kill(-code, SIGKILL);
  kill(code, SIGKILL);
  for (int round = 0; round < kKillRounds; ++round) {
    pid_t dead;
    while ((dead = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (dead < 0 && errno == ECHILD) return;
    for (const pid_t child : Children()) kill(child, SIGKILL);
    usleep(static_cast<useconds_t>(1000 * std::min(round, kRoundMs)));
  }
}

// Ends as the code did: the supervisor waits for the warden and sees its status.
[[noreturn]] void DieOf(int status) {
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  signal(number, SIG_DFL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  sigprocmask(SIG_UNBLOCK, &one, nullptr);
  kill(getpid(), number);
  _exit(kLost);
}

[[noreturn]] void Guard(pid_t code) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGTERM);
  for (;;) {
    siginfo_t info = {};
    const int number = sigwaitinfo(&awaited, &info);
    int status = 0;
    if (number == SIGTERM) {
      KillAll(code);
      DieOf(SIGKILL);
    }
    for (pid_t dead; (dead = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (dead != code) continue;
      KillAll(code);
      DieOf(status);
    }
  }
}

// The warden. The supervisor sees its end when the last copy of `life` is closed.
[[noreturn]] void Ward(const Subprocess::Task& task, int channel, int printed, int life,
                       pid_t supervisor, const sigset_t& mask) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != supervisor) _exit(kLost);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const pid_t warden = getpid();
  const pid_t code = fork();
  if (code == 0) RunCode(task, channel, printed, warden, mask);
  const int error = code < 0 ? errno : 0;
  if (write(life, &error, sizeof(error)) != sizeof(error) || code < 0) _exit(kLost);
  const int empty = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(empty, fd);
  CloseAllBut(life);
  Guard(code);
}

// Reads a chunk without blocking. Returns false if there is nothing more for now, or at the end of
// the stream, when it closes *from.
template <typename Take>
bool ReadSome(UniqueFd* from, Take take) {
  if (from->get() < 0) return false;
  std::array<char, kChunk> chunk;
  const ssize_t size = read(from->get(), chunk.data(), chunk.size());
  if (size > 0) take(std::string_view(chunk.data(), static_cast<size_t>(size)));
  if (size > 0 || (size < 0 && errno == EINTR)) return true;
  if (size == 0 || errno != EAGAIN) from->Close();
  return false;
}

}  // namespace

void UniqueFd::Set(int fd) {
  Close();
  fd_ = fd;
}

void UniqueFd::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::string Subprocess::Start(const Task& task) {
  static const int loaded = [] {
    void* frame;
    return backtrace(&frame, 1);  // loads libgcc now: a crash handler must not
  }();
  static_cast<void>(loaded);
  int channel[2], printed[2], life[2];
  if (pipe2(channel, O_CLOEXEC) != 0) return strerror(errno);
  channel_.Set(channel[0]);
  const UniqueFd its_channel(channel[1]);
  if (pipe2(printed, O_CLOEXEC) != 0) return strerror(errno);
  printed_.Set(printed[0]);
  const UniqueFd its_printed(printed[1]);
  if (pipe2(life, O_CLOEXEC) != 0) return strerror(errno);
  life_.Set(life[0]);
  UniqueFd its_life(life[1]);
  fcntl(channel_.get(), F_SETFL, O_NONBLOCK);
  fcntl(printed_.get(), F_SETFL, O_NONBLOCK);
  inbox_.clear();
  words_.Clear();
  status_ = 0;
  std::fflush(nullptr);
  // Signals are blocked, so that the warden receives none before it waits for them.
  sigset_t all, mask;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  const pid_t supervisor = getpid();
  warden_ = fork();
  if (warden_ == 0) Ward(task, channel[1], printed[1], life[1], supervisor, mask);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  its_life.Close();
  if (warden_ < 0) return strerror(error);
  // The warden reports whether it could fork; nothing arrives if it was killed before.
  ssize_t size;
  while ((size = read(life_.get(), &error, sizeof(error))) < 0 && errno == EINTR) {
  }
  if (size != sizeof(error) || error == 0) return "";
  Reap(0);
  return strerror(error);
}

void Subprocess::Await(std::vector<pollfd>* polled) const {
  for (const UniqueFd* fd : {&channel_, &printed_, &life_}) {
    if (fd->get() >= 0) polled->push_back({fd->get(), POLLIN, 0});
  }
}

void Subprocess::Read(size_t most) {
  const auto words = [this](std::string_view part) { words_.Add(part); };
  for (int i = 0; i < kMaxReads && ReadSome(&printed_, words); ++i) {
  }
  const auto inbox = [this](std::string_view part) { inbox_ += part; };
  while (inbox_.size() < most && ReadSome(&channel_, inbox)) {
  }
}

void Subprocess::Reap(int options) {
  if (warden_ <= 0) return;
  pid_t dead;
  while ((dead = waitpid(warden_, &status_, options)) < 0 && errno == EINTR) {
  }
  if (dead == 0) return;
  warden_ = -1;
  life_.Close();
  Read();
}

bool Subprocess::Ended() {
  Reap(WNOHANG);
  return warden_ <= 0;
}

int Subprocess::Kill() {
  if (running() && !Ended()) {
    kill(warden_, SIGTERM);
    kill(warden_, SIGCONT);  // the code may have stopped it
    pollfd life = {life_.get(), POLLIN, 0};
    int left;
    while ((left = poll(&life, 1, kPatienceMs)) < 0 && errno == EINTR) {
    }
    if (left == 0) kill(warden_, SIGKILL);
    Reap(0);
  }
  channel_.Close();
  printed_.Close();
  return status_;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

}  // namespace ouro
