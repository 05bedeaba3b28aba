#include "model/isolate.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "model/check.h"

namespace ouro {
namespace {

// A child that runs `work` and writes to the parent. Killed and reaped at the latest when this
// object dies.
class Child {
 public:
  explicit Child(const std::function<void(int fd)>& work) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    std::fflush(nullptr);
    const pid_t parent = getpid();
    pid_ = fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(3);  // it died before we could ask for its signal
      close(ends[0]);
      work(ends[1]);
      _exit(0);  // no destructors of the parent's objects, no flushing of its buffers
    }
    close(ends[1]);
    fd_ = ends[0];
  }
  ~Child() {
    Reap(/*patience_ms=*/0);
    close(fd_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Exactly `size` bytes within the time. 1: read; 0: the child has ended; -1: time is over.
  int Read(void* to, size_t size, int milliseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    char* at = static_cast<char*>(to);
    while (size > 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd waiting = {fd_, POLLIN, 0};
      if (left.count() <= 0) return -1;
      // A signal may have ended it; then there may be nothing to read, ever.
      if (poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
      const ssize_t got = read(fd_, at, size);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return 0;
      at += got;
      size -= static_cast<size_t>(got);
    }
    return 1;
  }

  // "crashed with signal 11 (Segmentation fault)". REQUIRES: the child has ended by itself.
  std::string HowItEnded() {
    Reap(/*patience_ms=*/1000);  // it closed the pipe, and may live on
    if (WIFSIGNALED(status_)) {
      return fmt::format("crashed with signal {} ({})", WTERMSIG(status_),
                         strsignal(WTERMSIG(status_)));
    }
    return fmt::format("ended its process with exit status {}", WEXITSTATUS(status_));
  }

 private:
  // Waits for the end of the child, and after that time makes it end.
  void Reap(int patience_ms) {
    for (; !reaped_ && patience_ms > 0; patience_ms -= 10) {
      reaped_ = waitpid(pid_, &status_, WNOHANG) == pid_;
      if (!reaped_) usleep(10'000);
    }
    if (reaped_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
    reaped_ = true;
  }

  pid_t pid_ = -1;
  int fd_ = -1;
  int status_ = 0;
  bool reaped_ = false;
};

void WriteAll(int fd, const void* from, size_t size) {
  const char* at = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t put = write(fd, at, size);
    if (put <= 0) _exit(3);  // the parent has gone
    at += put;
    size -= static_cast<size_t>(put);
  }
}

// A verdict on its way through the pipe: fixed fields, then texts with their lengths.
struct Wire {
  Verdict::Kind kind;
  Law law;
  ObjectId object;
  int operations;
  int events;
  uint64_t situations;
  size_t length[5];
};

void Send(int fd, const Verdict& verdict, const std::string& transcript) {
  const Violation none;
  const Violation& v = verdict.violation ? *verdict.violation : none;
  const std::string* texts[5] = {&verdict.trouble, &v.what, &v.lawful, &v.signature, &transcript};
  Wire wire{verdict.kind,       v.law, v.object, verdict.operations, verdict.events,
            verdict.situations, {}};
  for (int i = 0; i < 5; ++i) wire.length[i] = texts[i]->size();
  WriteAll(fd, &wire, sizeof(wire));
  for (const std::string* text : texts) WriteAll(fd, text->data(), text->size());
}

int Receive(Child& child, int milliseconds, Verdict* verdict, std::string* transcript) {
  Wire wire;
  if (const int got = child.Read(&wire, sizeof(wire), milliseconds); got != 1) return got;
  std::string texts[5];
  for (int i = 0; i < 5; ++i) {
    texts[i].resize(wire.length[i]);
    if (const int got = child.Read(texts[i].data(), texts[i].size(), milliseconds); got != 1) {
      return got;
    }
  }
  verdict->kind = wire.kind;
  verdict->operations = wire.operations;
  verdict->events = wire.events;
  verdict->situations = wire.situations;
  verdict->trouble = texts[0];
  if (wire.kind == Verdict::Kind::kConvicted) {
    verdict->violation = Violation{wire.law, wire.object, texts[1], texts[2], texts[3]};
  }
  if (transcript != nullptr) *transcript = texts[4];
  return 1;
}

Verdict Broken(Child& child, int got, int milliseconds) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kBroken;
  verdict.trouble = got == 0 ? child.HowItEnded() : fmt::format("hung for {} ms", milliseconds);
  return verdict;
}

}  // namespace

Verdict TryIsolated(const Program& program, const Specimen& specimen, const Isolation& isolation,
                    std::string* transcript) {
  if (transcript != nullptr) transcript->clear();
  Child child([&](int fd) {
    std::string text;
    Trial trial(specimen, isolation.limits);
    const Verdict verdict = transcript == nullptr ? trial.Run(program) : trial.Run(program, &text);
    Send(fd, verdict, text);
  });
  Verdict verdict;
  const int got = Receive(child, isolation.milliseconds, &verdict, transcript);
  return got == 1 ? verdict : Broken(child, got, isolation.milliseconds);
}

size_t FindIsolated(const std::vector<Program>& programs, const std::string& signature,
                    const Specimen& specimen, const Isolation& isolation,
                    std::chrono::steady_clock::time_point end, size_t* tried) {
  const auto over = [&] {
    return std::chrono::steady_clock::now() >= end || (isolation.stop && isolation.stop());
  };
  const auto has_it = [&](const Verdict& verdict) {
    return signature == kAnySignature ? !verdict.lawful() : verdict.signature() == signature;
  };
  size_t next = 0;
  size_t found = programs.size();
  while (next < programs.size() && found == programs.size()) {
    if (over()) break;
    Child child([&](int fd) {
      std::optional<Trial> trial;
      for (size_t i = next; i < programs.size(); ++i) {
        if (!trial || isolation.fresh) trial.emplace(specimen, isolation.limits);
        const char same = has_it(trial->Run(programs[i])) ? 1 : 0;
        WriteAll(fd, &same, 1);
        if (same != 0) return;
      }
    });
    for (bool alive = true; alive && next < programs.size() && found == programs.size(); ++next) {
      if (over()) break;
      char same = 0;
      const int got = child.Read(&same, 1, isolation.milliseconds);
      alive = got == 1;
      if (!alive) {
        same = has_it(Broken(child, got, isolation.milliseconds)) ? 1 : 0;
      }
      if (same != 0) found = next;
    }
  }
  if (tried != nullptr) *tried = next;
  return found;
}

}  // namespace ouro
