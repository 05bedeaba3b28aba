// SPDX-License-Identifier: Apache-2.0

#include "model/isolate.h"

#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "model/check.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kLookMs = 10;      // how often a silent subprocess is checked
constexpr int kPeerMs = 30'000;  // the shortest limit of a collector that is a process itself
constexpr int kStarts = 100;     // attempts to start a process, a tenth of a second apart
constexpr size_t kMaxText =
    64 << 20;  // bytes of one text of a verdict; longer ones lose their beginning

// What a subprocess publishes while it lives, and what is left when it dies.
struct Shown {
  Pulse pulse;
  TranscriptTail tail;
  std::atomic<size_t> begun = 0;  // programs
};

class SharedPages {
 public:
  SharedPages() {
    void* const pages = mmap(nullptr, sizeof(Shown), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) {
      throw std::runtime_error(
          fmt::format("no memory to share with a process: {}", strerror(errno)));
    }
    shown_ = new (pages) Shown;
  }
  ~SharedPages() { munmap(shown_, sizeof(Shown)); }
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  Shown* operator->() const { return shown_; }

 private:
  Shown* shown_;
};

// A busy system may refuse a process for a moment.
void StartWithRetries(const std::function<void(int channel)>& run, Subprocess* process) {
  std::string error;
  for (int i = 0; i < kStarts; ++i) {
    error = process->Start({.run = run});
    if (error.empty()) return;
    std::this_thread::sleep_for(milliseconds(100));
  }
  throw std::runtime_error("cannot start a process: " + error);
}

// A verdict as it is sent through the channel: fixed fields, then texts of the given lengths.
struct Wire {
  static constexpr uint64_t kMagic = 0x7664'6369'7464'7675;

  uint64_t magic;
  Verdict::Kind kind;
  Law law;
  ObjectId object;
  int operations;
  int events;
  uint64_t situations;
  std::array<size_t, 6> length;
};

void Send(int channel, const Verdict& verdict, const std::string& transcript) {
  const Violation none;
  const Violation& v = verdict.violation ? *verdict.violation : none;
  const std::array<std::string_view, 6> texts = {verdict.trouble, verdict.sign, v.what,
                                                 v.lawful,        v.signature,  transcript};
  Wire wire{Wire::kMagic,   verdict.kind,       v.law, v.object, verdict.operations,
            verdict.events, verdict.situations, {}};
  std::string bytes(sizeof(wire), '\0');
  for (size_t i = 0; i < texts.size(); ++i) {
    wire.length[i] = std::min(texts[i].size(), kMaxText);
    bytes += texts[i].substr(texts[i].size() - wire.length[i]);
  }
  std::memcpy(bytes.data(), &wire, sizeof(wire));
  WriteAll(channel, bytes);
}

enum class Received : uint8_t { kVerdict, kPart, kMalformed };

// Takes a verdict off *inbox. The collector can write into the channel, too: bytes that are not a
// verdict are malformed.
Received Receive(std::string* inbox, Verdict* verdict, std::string* transcript) {
  const std::string& bytes = *inbox;
  Wire wire;
  if (bytes.size() < sizeof(wire)) return Received::kPart;
  std::memcpy(&wire, bytes.data(), sizeof(wire));
  const bool sound = wire.magic == Wire::kMagic && wire.kind <= Verdict::Kind::kBroken &&
                     static_cast<int>(wire.law) >= 0 && static_cast<int>(wire.law) < kLaws &&
                     std::all_of(wire.length.begin(), wire.length.end(),
                                 [](size_t length) { return length <= kMaxText; });
  if (!sound) return Received::kMalformed;
  std::array<std::string, 6> texts;
  size_t at = sizeof(wire);
  for (size_t i = 0; i < texts.size(); at += wire.length[i++]) {
    if (bytes.size() - at < wire.length[i]) return Received::kPart;
    texts[i] = bytes.substr(at, wire.length[i]);
  }
  verdict->kind = wire.kind;
  verdict->operations = wire.operations;
  verdict->events = wire.events;
  verdict->situations = wire.situations;
  verdict->trouble = texts[0];
  verdict->sign = texts[1];
  if (wire.kind == Verdict::Kind::kConvicted) {
    verdict->violation = Violation{wire.law, wire.object, texts[2], texts[3], texts[4]};
  }
  if (transcript != nullptr) *transcript = std::move(texts[5]);
  inbox->erase(0, at);
  return Received::kVerdict;
}

// Waits until ready(), which is called whenever something may have arrived; until the subprocess
// has ended; until the collector has been stuck for `limit_ms`; or until over().
enum class Waited : uint8_t { kReady, kEnded, kStuck, kOver };

Waited Wait(Subprocess& process, const Pulse& pulse, int limit_ms,
            const std::function<bool()>& ready, const std::function<bool()>& over) {
  PulseClock clock;
  for (;;) {
    std::vector<pollfd> polled;
    process.Await(&polled);
    poll(polled.data(), polled.size(), std::min(kLookMs, limit_ms));
    const bool ended = process.Ended();
    process.Read(kMaxText * 8);
    if (ready()) return Waited::kReady;
    if (ended) return Waited::kEnded;
    if (over()) return Waited::kOver;
    if (clock.Stuck(pulse, milliseconds(limit_ms))) return Waited::kStuck;
  }
}

int LimitOf(const Specimen& specimen, const Isolation& isolation) {
  return specimen.in_process ? isolation.milliseconds : std::max(isolation.milliseconds, kPeerMs);
}

Verdict Broken(std::string trouble, std::string sign, const LastWords& words) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kBroken;
  verdict.trouble = std::move(trouble);
  verdict.sign = std::move(sign);
  verdict.words = words.Text();
  verdict.frames = words.Frames();
  return verdict;
}

Verdict ForeignBytes(const LastWords& words) {
  constexpr char kWhat[] = "wrote to a file descriptor that it does not own";
  return Broken(kWhat, kWhat, words);
}

}  // namespace

bool HasSignature(const Verdict& verdict, const std::string& signature) {
  return signature == kAnySignature ? !verdict.lawful() : verdict.signature() == signature;
}

Verdict VerdictOfDeath(int status, const LastWords& words) {
  const bool crash = WIFSIGNALED(status);
  std::string trouble =
      crash ? fmt::format("crashed with signal {} ({})", WTERMSIG(status),
                          strsignal(WTERMSIG(status)))
            : fmt::format("ended its process with exit status {}", WEXITSTATUS(status));
  std::string sign = trouble;
  // The signature has the cause, if the output names it; else the place.
  const std::string gist = words.Gist(/*any=*/false);
  const std::vector<std::string> frames = words.Frames();
  if (!gist.empty()) {
    trouble += ": " + gist;
    sign += ": " + Anonymous(gist);
  } else if (crash && !frames.empty()) {
    sign += " in " + frames[0];
  }
  return Broken(std::move(trouble), std::move(sign), words);
}

Verdict VerdictOfHang(int limit_ms, const Pulse& pulse, const LastWords& words) {
  const int op = pulse.op.load();
  const char* word = op < kOpCodes ? WordOf(static_cast<OpCode>(op)) : "an unknown operation";
  return Broken(fmt::format("hung for {} ms", limit_ms), kHangSign + std::string(word), words);
}

struct IsolatedRuns::Child {
  SharedPages shown;
  Subprocess process;
};

IsolatedRuns::IsolatedRuns(std::span<const Program> programs, const Specimen& specimen,
                           const Isolation& isolation, bool transcripts, size_t most)
    : programs_(programs),
      specimen_(specimen),
      isolation_(isolation),
      transcripts_(transcripts),
      child_(std::make_unique<Child>()),
      most_(most) {}

IsolatedRuns::~IsolatedRuns() = default;

void IsolatedRuns::Start() {
  begin_ = next_;
  end_ = std::min(begin_ + most_, programs_.size());
  const SharedPages& shown = child_->shown;
  const auto run = [&](int channel) {
    Trial trial(specimen_, isolation_.limits);
    trial.Watch(&shown->pulse, &shown->tail);
    for (size_t i = begin_; i < end_; ++i) {
      trial.Renew();
      shown->begun.store(i + 1);
      shown->tail.Clear();
      std::string text;
      const Verdict verdict =
          transcripts_ ? trial.Run(programs_[i], &text) : trial.Run(programs_[i]);
      Send(channel, verdict, text);
      if (!verdict.lawful()) return;  // it may have damaged this process
    }
  };
  StartWithRetries(run, &child_->process);
}

// The verdict that the subprocess sends, or the one on its end.
Verdict IsolatedRuns::Await(std::string* transcript) {
  const SharedPages& shown = child_->shown;
  Subprocess& process = child_->process;
  Verdict verdict;
  Received received = Received::kPart;
  const int limit_ms = LimitOf(specimen_, isolation_);
  const auto ready = [&] {
    if (received == Received::kPart) received = Receive(&process.inbox(), &verdict, transcript);
    return received != Received::kPart;
  };
  const Waited waited =
      ready() ? Waited::kReady : Wait(process, shown->pulse, limit_ms, ready, [] { return false; });
  const bool answered = waited == Waited::kReady && received == Received::kVerdict;
  if (answered && verdict.lawful() && next_ + 1 < end_) return verdict;
  const int status = process.Kill();
  if (answered) {
    if (verdict.kind == Verdict::Kind::kBroken) verdict.words = process.words().Text();
    return verdict;
  }
  if (waited == Waited::kReady) {
    verdict = ForeignBytes(process.words());
  } else if (waited == Waited::kEnded) {
    verdict = VerdictOfDeath(status, process.words());
  } else {
    verdict = VerdictOfHang(limit_ms, shown->pulse, process.words());
  }
  if (transcript != nullptr) *transcript = shown->tail.Text();
  if (transcript != nullptr) MarkHere(transcript);
  return verdict;
}

Verdict IsolatedRuns::Next(std::string* transcript) {
  CHECK(next_ < programs_.size());
  if (transcript != nullptr) transcript->clear();
  for (;;) {
    if (!child_->process.running()) Start();
    const bool alone = next_ == begin_;
    Verdict verdict = Await(transcript);
    if (alone || verdict.lawful()) {
      ++next_;
      return verdict;
    }
    // Collectors that do not survive being destroyed must not be waited for each time.
    if (child_->shown->begun.load() <= next_) most_ = 1;
  }
}

Verdict TryIsolated(const Program& program, const Specimen& specimen, const Isolation& isolation,
                    std::string* transcript) {
  return IsolatedRuns({&program, 1}, specimen, isolation, transcript != nullptr).Next(transcript);
}

namespace {

// What a subprocess sends once it has run many programs.
struct Answer {
  static constexpr uint64_t kMagic = 0x7265'7773'6e61'6f75;

  uint64_t magic = kMagic;
  uint64_t begun = 0;  // programs
  uint64_t same = 0;   // 1: the last of them has the signature
};

// Whether the inbox begins with an answer; if not, the collector wrote something else into it.
bool ReadAnswer(const std::string& bytes, Answer* answer) {
  if (bytes.size() < sizeof(*answer)) return false;
  std::memcpy(answer, bytes.data(), sizeof(*answer));
  return answer->magic == Answer::kMagic;
}

}  // namespace

size_t FindIsolated(const std::vector<Program>& programs, const std::string& signature,
                    const Specimen& specimen, const Isolation& isolation,
                    std::chrono::steady_clock::time_point end, size_t* tried) {
  const auto late = [end] { return Clock::now() >= end; };
  const auto over = [&] { return late() || (isolation.stop && isolation.stop()); };
  const auto has_it = [&](const Verdict& verdict) { return HasSignature(verdict, signature); };
  const int limit_ms = LimitOf(specimen, isolation);
  const SharedPages shown;
  size_t begun = 0;
  const auto run = [&](int channel) {
    std::optional<Trial> trial;
    Answer answer = {.begun = begun};
    while (answer.begun < programs.size() && answer.same == 0 && !late()) {
      const Program& program = programs[answer.begun++];
      shown->begun.store(answer.begun);
      if (!trial || isolation.fresh) {
        trial.emplace(specimen, isolation.limits);
        trial->Watch(&shown->pulse);
      }
      answer.same = has_it(trial->Run(program)) ? 1 : 0;
    }
    WriteAll(channel, {reinterpret_cast<const char*>(&answer), sizeof(answer)});
  };
  size_t found = programs.size();
  while (begun < programs.size() && found == programs.size() && !over()) {
    Subprocess process;
    StartWithRetries(run, &process);
    const auto ready = [&process] { return process.inbox().size() >= sizeof(Answer); };
    const Waited waited = Wait(process, shown->pulse, limit_ms, ready, over);
    const int status = process.Kill();
    if (waited == Waited::kOver) break;
    Answer answer;
    const bool answered = waited == Waited::kReady && ReadAnswer(process.inbox(), &answer);
    // Progress is ensured and bounded, whatever the collector has written there.
    const uint64_t told = answered ? answer.begun : shown->begun.load();
    begun = std::clamp<uint64_t>(told, begun + (answered ? 0 : 1), programs.size());
    bool same = answered && answer.same == 1;
    if (waited == Waited::kReady && !answered) same = has_it(ForeignBytes(process.words()));
    if (waited == Waited::kEnded) same = has_it(VerdictOfDeath(status, process.words()));
    if (waited == Waited::kStuck) {
      same = has_it(VerdictOfHang(limit_ms, shown->pulse, process.words()));
    }
    if (same && begun > 0) found = begun - 1;
  }
  if (tried != nullptr) *tried = begun;
  return found;
}

Program Descend(const Program& program, const NextPrograms& next, const std::string& signature,
                const Specimen& specimen, const Isolation& isolation, Clock::time_point end,
                const std::function<void(const Program& program, size_t tried)>& step) {
  const auto late = [end] { return Clock::now() >= end; };
  const SharedPages shown;
  // Sends the index of each program that it goes to.
  const auto run = [&](int channel) {
    Trial trial(specimen, isolation.limits);
    trial.Watch(&shown->pulse);
    trial.KeepConvicted();
    std::vector<Program> candidates = next(program);
    uint64_t at = 0;
    for (size_t failed = 0; failed < candidates.size() && !late();) {
      at %= candidates.size();
      shown->begun.fetch_add(1);
      if (HasSignature(trial.Run(candidates[at]), signature)) {
        WriteAll(channel, {reinterpret_cast<const char*>(&at), sizeof(at)});
        candidates = next(candidates[at]);
        failed = 0;
      } else {
        ++failed;
        ++at;
      }
    }
  };
  Subprocess process;
  StartWithRetries(run, &process);
  Program now = program;
  size_t read = 0;  // bytes of the inbox
  // The collector can write there, too: an index that is none ends it.
  const auto follow = [&] {
    for (uint64_t index = 0; process.inbox().size() - read >= sizeof(index);) {
      std::memcpy(&index, process.inbox().data() + read, sizeof(index));
      std::vector<Program> candidates = next(now);
      if (index >= candidates.size()) return true;
      read += sizeof(index);
      now = std::move(candidates[index]);
      step(now, shown->begun.load());
    }
    return false;
  };
  Wait(process, shown->pulse, LimitOf(specimen, isolation), follow,
       [&] { return late() || (isolation.stop && isolation.stop()); });
  process.Kill();
  return now;
}

}  // namespace ouro
