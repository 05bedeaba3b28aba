#include "collector/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kChunk = 1 << 14;   // bytes of one read
constexpr size_t kMaxErrors = 4096;  // bytes of standard error that are kept
constexpr size_t kMaxQuote = 200;    // bytes of the peer's text in a sentence
constexpr int kDeathGraceMs = 1000;  // for a process that closed its output to become dead
constexpr int kPollMs = 1;           // between two looks whether it did
constexpr int kMaxLastReads = 32;    // of a dead process's standard error: more than a pipe holds

// Without addresses and process numbers, which differ from run to run.
std::string Anonymous(std::string_view line) {
  std::string result;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line.compare(i, 2, "0x") == 0) {
      const size_t end = line.find_first_not_of("0123456789abcdefABCDEF", i + 2);
      result += "0x..";
      i = std::min(end, line.size()) - 1;
    } else if (i == 0 && line.compare(0, 2, "==") == 0) {
      i = std::min(line.find_first_not_of("0123456789="), line.size()) - 1;
    } else {
      result += line[i];
    }
  }
  return result;
}

bool NamesAFault(std::string_view line) {
  for (std::string_view word : {"rror", "ERROR", "SUMMARY", "ssert", "atal", "anic"}) {
    if (line.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// Runs in the forked child: only what may be called between fork and exec. Never returns.
[[noreturn]] void BecomeProgram(char* const* argv, int input, int output, int errors, int failure,
                                pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before we asked
  // What the harness blocks, ignores or limits is no business of its children.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (dup2(input, 0) == 0 && dup2(output, 1) == 1 && dup2(errors, 2) == 2) execvp(argv[0], argv);
  const int error = errno;
  const ssize_t written = write(failure, &error, sizeof error);
  _exit(written == sizeof error ? 127 : 126);
}

}  // namespace

Descriptor::~Descriptor() { Close(); }

void Descriptor::Set(int fd) {
  Close();
  fd_ = fd;
}

void Descriptor::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::string Child::Start(const std::vector<std::string>& argv) {
  if (argv.empty()) return "no command";
  // Our end of its input is a socket, because a write to one can be told to raise no SIGPIPE.
  int sockets[2], output[2], errors[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return strerror(errno);
  input_.Set(sockets[0]);
  Descriptor its_input, its_output, its_errors;
  its_input.Set(sockets[1]);
  if (pipe2(output, O_CLOEXEC) != 0) return strerror(errno);
  output_.Set(output[0]);
  its_output.Set(output[1]);
  if (pipe2(errors, O_CLOEXEC) != 0) return strerror(errno);
  errors_.Set(errors[0]);
  its_errors.Set(errors[1]);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  fcntl(errors_.get(), F_SETFL, O_NONBLOCK);
  return Fork(argv, its_input.get(), its_output.get(), its_errors.get());
}

std::string Child::Fork(const std::vector<std::string>& argv, int input, int output, int errors) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int failure[2];  // closed by a successful exec
  if (pipe2(failure, O_CLOEXEC) != 0) return strerror(errno);
  Descriptor read_failure, write_failure;
  read_failure.Set(failure[0]);
  write_failure.Set(failure[1]);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) return strerror(errno);
  if (pid_ == 0) BecomeProgram(arguments.data(), input, output, errors, failure[1], parent);
  write_failure.Close();
  int error = 0;
  ssize_t size;
  do {
    size = read(read_failure.get(), &error, sizeof error);
  } while (size < 0 && errno == EINTR);
  return size == 0 ? "" : strerror(error);
}

int Child::Remaining() const {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
  return static_cast<int>(std::max<int64_t>(0, left));
}

Child::Outcome Child::Send(const std::string& line) {
  deadline_ = Clock::now() + std::chrono::milliseconds(limits_.timeout_ms);
  const std::string text = line + "\n";
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t size =
        send(input_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      sent += static_cast<size_t>(size);
    } else if (errno == EAGAIN) {
      // It has not read our last thousands of lines.
      pollfd wait = {input_.get(), POLLOUT, 0};
      if (poll(&wait, 1, Remaining()) == 0) return Outcome::kTimeout;
    } else if (errno != EINTR) {
      return Outcome::kEnd;
    }
  }
  return Outcome::kOk;
}

Child::Outcome Child::ReadLine(std::string* line) {
  while (true) {
    const size_t end = buffer_.find('\n', start_);
    if (std::min(end, buffer_.size()) - start_ > limits_.max_line) return Outcome::kTooLong;
    if (end != std::string::npos) {
      line->assign(buffer_, start_, end - start_);
      start_ = end + 1;
      return Outcome::kOk;
    }
    buffer_.erase(0, start_);
    start_ = 0;
    const Outcome outcome = Fill();
    if (outcome != Outcome::kOk) return outcome;
  }
}

// Waits for more, and keeps its standard error from filling up meanwhile.
Child::Outcome Child::Fill() {
  while (true) {
    const int wait = Remaining();
    pollfd fds[2] = {{output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}};
    if (poll(fds, 2, wait) < 0) {
      if (errno == EINTR) continue;
      return Outcome::kTimeout;
    }
    if (fds[1].revents != 0) ReadErrors();
    if (fds[0].revents != 0) {
      char chunk[kChunk];
      const ssize_t size = read(output_.get(), chunk, sizeof chunk);
      if (size > 0) {
        buffer_.append(chunk, static_cast<size_t>(size));
        return Outcome::kOk;
      }
      if (size == 0 || (errno != EAGAIN && errno != EINTR)) return Outcome::kEnd;
    }
    if (wait == 0) return Outcome::kTimeout;
  }
}

void Child::ReadErrors() {
  char chunk[kMaxErrors];
  const ssize_t size = read(errors_.get(), chunk, sizeof chunk);
  if (size > 0) {
    errors_text_.append(chunk, static_cast<size_t>(size));
    if (errors_text_.size() > kMaxErrors) errors_text_.erase(0, errors_text_.size() - kMaxErrors);
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    errors_.Close();
  }
}

std::string Child::HowItEnded() {
  std::string how = "closed its output";
  siginfo_t info = {};
  // A process closes its files a little before it can be waited for.
  for (int waited = 0; waited <= kDeathGraceMs; waited += kPollMs) {
    // Looked at, not reaped: its number, which is its group's, stays ours until the group is dead.
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) break;
    if (info.si_pid != 0) break;
    poll(nullptr, 0, kPollMs);
  }
  if (info.si_pid != 0 && info.si_code == CLD_EXITED) {
    how = fmt::format("exited with status {}", info.si_status);
  } else if (info.si_pid != 0) {
    how = fmt::format("died of signal {} ({})", info.si_status, strsignal(info.si_status));
  }
  Kill();
  return how;
}

void Child::Kill() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  // What it wrote last explains its death most often.
  for (int reads = 0; reads < kMaxLastReads && errors_.get() >= 0; ++reads) {
    pollfd wait = {errors_.get(), POLLIN, 0};
    if (poll(&wait, 1, 0) <= 0) break;
    ReadErrors();
  }
  input_.Close();
  output_.Close();
  errors_.Close();
}

std::string Child::Gist() const {
  std::string_view errors = errors_text_;
  std::string_view first;
  while (!errors.empty()) {
    const size_t end = std::min(errors.find('\n'), errors.size());
    const std::string_view line = errors.substr(0, end);
    errors.remove_prefix(std::min(end + 1, errors.size()));
    const bool part = line.empty() || line[0] == ' ' || line[0] == '\t' ||
                      line.find_first_not_of('=') == std::string_view::npos ||
                      line.substr(0, 10) == "Traceback ";
    if (part) continue;
    if (NamesAFault(line)) return Printable(Anonymous(line));
    if (first.empty()) first = line;
  }
  return Printable(Anonymous(first));
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (char c : text.substr(0, kMaxQuote)) printable += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > kMaxQuote) printable += "...";
  return printable;
}

}  // namespace ouro
