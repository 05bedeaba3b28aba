#include "fuzz/campaign/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "collector/specimens.h"
#include "model/trial.h"

namespace ouro {
namespace {

// Exit code of a worker that has lost its supervisor, or is one too many.
constexpr int kAlone = 3;
constexpr uint64_t kLookAround = 64;  // programs

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

uint64_t MicrosecondsSince(std::chrono::steady_clock::time_point begin) {
  const auto time = std::chrono::steady_clock::now() - begin;
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

// Returns when the corpus is done and nothing else is asked for.
void RunRandom(const RandomWork& work, uint64_t index, uint64_t first, WorkerSlot& slot,
               int channel) {
  const pid_t self = getpid();
  uint64_t programs = 0;
  Trial trial(*work.specimen);
  std::array<uint8_t, FeatureCounter::kSize> features = {};
  trial.CountFeatures(features.data());
  trial.Watch(&slot.pulse);
  for (;; index += work.step) {
    if ((index & RandomWork::kOfCorpus) != 0 && !work.InCorpus(index)) {
      if (work.corpus_only) return;
      index = first;
    }
    // The collector may have forked, and both gone on. It takes as long as an operation to ask.
    if (++programs % kLookAround == 0 && getpid() != self) _exit(kAlone);
    slot.begun.store(index);
    features.fill(0);
    const auto begin = std::chrono::steady_clock::now();
    const Verdict verdict = trial.Run(work.Make(index));
    slot.programs.fetch_add(1, std::memory_order_relaxed);
    slot.operations.fetch_add(static_cast<uint64_t>(verdict.operations), std::memory_order_relaxed);
    slot.situations.fetch_or(verdict.situations, std::memory_order_relaxed);
    const bool fresh = Merge(features.data(), features.size(), slot.features);
    if (verdict.lawful()) {
      const uint64_t time = MicrosecondsSince(begin);
      if (time > slot.slowest.load(std::memory_order_relaxed)) slot.slowest.store(time);
    } else {
      slot.convicted.fetch_add(1, std::memory_order_relaxed);
    }
    if (!fresh && verdict.lawful()) continue;
    Message message;
    message.kind = verdict.lawful() ? Message::Kind::kNew : Message::Kind::kConvicted;
    message.index = index;
    message.text = verdict.signature();
    if (!Send(channel, message)) _exit(kAlone);
  }
}

}  // namespace

bool RandomWork::InCorpus(uint64_t index) const {
  return (index & kOfCorpus) != 0 && corpus != nullptr && (index & ~kOfCorpus) < corpus->size();
}

Program RandomWork::Make(uint64_t index) const {
  if (InCorpus(index)) return (*corpus)[index & ~kOfCorpus].program;
  return Generate(SeedOf(seed, index), generator);
}

std::string Worker::Start(const Subprocess::Task& task) {
  std::string error = process_.Start(task);
  clock_.Restart();
  return error;
}

std::string Worker::StartRandom(const RandomWork& work, uint64_t index, uint64_t first) {
  slot_->begun.store(index);  // it may die before it says so itself
  return Start({.run = [&work, index, first, this](int channel) {
    RunRandom(work, index, first, *slot_, channel);
  }});
}

std::string Worker::StartFuzzer(const FuzzerWork& work) {
  slot_->size.store(0);
  std::vector<std::string> words = {work.binary};
  words.insert(words.end(), kFuzzerFlags.begin(), kFuzzerFlags.end());
  words.insert(words.end(), work.flags.begin(), work.flags.end());
  return Start({.run = [&words, &work](int channel) {
    words.push_back(fmt::format("--channel={}", channel));
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    fcntl(channel, F_SETFD, 0);  // it goes on through exec
    // The binary stands elsewhere: it is built in a configuration of its own.
    if (const std::string peers = PeersFolder(); !peers.empty()) {
      setenv("OURO_PEERS", peers.c_str(), /*overwrite=*/0);
    }
    execv(work.binary.c_str(), argv.data());
    _exit(127);
  }});
}

ReceiveResult Worker::Receive(Message* message) {
  process_.Read();
  return ouro::Receive(&process_.inbox(), message);
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
       {self + ".runfiles/ouroboros/fuzz/libfuzzer/collector_fuzzer_bin",
        self + ".runfiles/_main/fuzz/libfuzzer/collector_fuzzer_bin",  // of Bazel with modules
        (fs::path(self).parent_path() / "../libfuzzer/collector_fuzzer_bin").string(),
        (fs::path(self).parent_path() / "collector_fuzzer_bin").string()}) {
    if (fs::exists(path, error)) return path;
  }
  return "";
}

}  // namespace ouro
