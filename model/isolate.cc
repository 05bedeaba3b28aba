#include "model/isolate.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <new>
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

namespace {

// How many programs a child has begun, in memory that the parent shares, so that it is asked only
// when somebody wants to know.
class Begun {
 public:
  Begun() {
    void* const page = mmap(nullptr, sizeof(std::atomic<size_t>), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    count_ = new (page) std::atomic<size_t>(0);
  }
  ~Begun() { munmap(count_, sizeof(*count_)); }
  Begun(const Begun&) = delete;
  Begun& operator=(const Begun&) = delete;

  std::atomic<size_t>& operator*() const { return *count_; }

 private:
  std::atomic<size_t>* count_;
};

// How often the parent looks whether the child has begun another program.
constexpr int kLookMs = 10;

// Waits until the child has written its one byte, has ended, or is stuck in one program for that
// long, or until `over`. As Child::Read, and -2 if it is over.
int Await(Child& child, const std::atomic<size_t>& begun, int milliseconds,
          const std::function<bool()>& over, char* byte) {
  using Clock = std::chrono::steady_clock;
  size_t last = begun.load();
  auto since = Clock::now();
  for (;;) {
    const int got = child.Read(byte, 1, std::min(kLookMs, milliseconds));
    if (got >= 0) return got;
    if (over()) return -2;
    const size_t now = begun.load();
    if (now != last) since = Clock::now();
    last = now;
    if (Clock::now() - since >= std::chrono::milliseconds(milliseconds)) return -1;
  }
}

}  // namespace

size_t FindIsolated(const std::vector<Program>& programs, const std::string& signature,
                    const Specimen& specimen, const Isolation& isolation,
                    std::chrono::steady_clock::time_point end, size_t* tried) {
  const auto late = [end] { return std::chrono::steady_clock::now() >= end; };
  const auto over = [&] { return late() || (isolation.stop && isolation.stop()); };
  const auto has_it = [&](const Verdict& verdict) {
    return signature == kAnySignature ? !verdict.lawful() : verdict.signature() == signature;
  };
  const Begun begun;
  size_t found = programs.size();
  while (*begun < programs.size() && found == programs.size() && !over()) {
    Child child([&](int fd) {
      std::optional<Trial> trial;
      char same = 0;
      for (size_t i = *begun; i < programs.size() && same == 0 && !late(); ++i) {
        ++*begun;
        if (!trial || isolation.fresh) trial.emplace(specimen, isolation.limits);
        same = has_it(trial->Run(programs[i])) ? 1 : 0;
      }
      WriteAll(fd, &same, 1);
    });
    char same = 0;
    const int got = Await(child, *begun, isolation.milliseconds, over, &same);
    if (got == -2) break;
    if (got != 1) same = has_it(Broken(child, got, isolation.milliseconds)) ? 1 : 0;
    if (same != 0) found = *begun - 1;
  }
  if (tried != nullptr) *tried = *begun;
  return found;
}

}  // namespace ouro
