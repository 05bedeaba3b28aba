// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>

#include "collector/edge_counters.h"
#include "collector/specimens.h"
#include "fuzz/campaign/damage.h"
#include "fuzz/campaign/look_inside.h"
#include "fuzz/campaign/observation.h"
#include "fuzz/companion.h"
#include "model/trial.h"

namespace ouro {
namespace {

// Exit code of a worker that nobody reads any more, or that the collector has forked.
constexpr int kAlone = 3;
constexpr uint64_t kForkCheckPrograms = 64;  // getpid costs as much as an operation

// The flags of every libFuzzer process. Crashes are the subprocess's to report, hangs the
// supervisor's to end. -use_counters=0: how often an edge ran says nothing about a heap, and would
// keep programs of hundreds of operations; for the same reason faster programs are drawn more
// often. These two together find the planted bugs in fewer seconds. -print_funcs=0: a symbolizer
// takes longer to start than the search takes.
constexpr std::array kFuzzerFlags = {
    "-timeout=1000000", "-handle_segv=0", "-handle_bus=0",   "-handle_abrt=0",
    "-handle_ill=0",    "-handle_fpe=0",  "-handle_int=0",   "-handle_term=0",
    "-detect_leaks=0",  "-verbosity=0",   "-use_counters=0", "-entropic_scale_per_exec_time=1",
    "-print_funcs=0",
};

std::vector<std::string> CommandLine(const FuzzerWork& work) {
  std::vector<std::string> words = {work.binary};
  words.insert(words.end(), kFuzzerFlags.begin(), kFuzzerFlags.end());
  words.push_back(fmt::format("--specimen={}", work.specimen));
  words.push_back(fmt::format("--slot={}:{}:{}", work.slots, work.slot, work.slot_count));
  words.push_back(fmt::format("-seed={}", work.seed));
  // Four bytes an operation, four for its kind, and room for the heads of scripts: see
  // model/program_bytes.cc.
  const int longest = work.operations * (work.kinds ? 8 : 4) + 32;
  words.push_back(fmt::format("-max_len={}", std::min<int>(longest, kMaxProgramBytes)));
  words.push_back(fmt::format("-artifact_prefix={}/", work.artifacts));
  if (!work.seed_inputs.empty()) {
    words.push_back(fmt::format("-seed_inputs={}", work.seed_inputs));
  }
  if (work.seconds > 0) words.push_back(fmt::format("-max_total_time={}", work.seconds));
  if (work.observe) words.push_back("--observe=1");
  if (work.runs > 0) words.push_back(fmt::format("-runs={}", work.runs));
  return words;
}

uint64_t MicrosecondsSince(std::chrono::steady_clock::time_point begin) {
  const auto time = std::chrono::steady_clock::now() - begin;
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

// Sends what is observed of the program with that index. Returns false if nobody reads it.
bool SendObserved(int channel, uint64_t index, const Verdict& verdict,
                  std::chrono::steady_clock::time_point begin) {
  Message message;
  message.kind = Message::Kind::kObserved;
  message.index = index;
  message.text = ToText(MeasuredOf(verdict, MicrosecondsSince(begin)));
  return Send(channel, message);
}

// Returns after the corpus if there is nothing else to run.
void RunRandom(const RandomWork& work, uint64_t index, uint64_t first, WorkerSlot& slot,
               int channel) {
  const pid_t self = getpid();
  uint64_t programs = 0;
  Trial trial(*work.specimen);
  std::array<uint8_t, FeatureCounter::kSize> features = {};
  const EdgeCounters edges = EdgeCountersOf(*work.specimen);
  edges.Begin();
  const bool renewed = IsRenewed(*work.specimen);
  slot.BeginEdges(edges);
  trial.CountFeatures(features.data());
  trial.Watch(&slot.pulse);
  for (;; index += work.step) {
    if ((index & RandomWork::kOfCorpus) != 0 && !work.InCorpus(index)) {
      if (work.corpus_only) return;
      index = first;
    }
    // A collector that forks may return in both processes; one of them has to stop.
    if (++programs % kForkCheckPrograms == 0 && getpid() != self) _exit(kAlone);
    if (programs % kRenewEvery == 0 && renewed) trial.Renew();
    trial.SetVerify(LookOf(index));
    slot.current_index.store(index);
    features.fill(0);
    edges.Clear();
    const auto begin = std::chrono::steady_clock::now();
    const Verdict verdict = trial.Run(work.Make(index));
    slot.programs.fetch_add(1, std::memory_order_relaxed);
    slot.operations.fetch_add(static_cast<uint64_t>(verdict.operations), std::memory_order_relaxed);
    slot.situations.fetch_or(verdict.situations, std::memory_order_relaxed);
    if (work.observe && IsObserved(index & ~RandomWork::kOfCorpus)) {
      if (!SendObserved(channel, index, verdict, begin)) _exit(kAlone);
    }
    bool any_new = MergeCounts(features.data(), features.size(), slot.features);
    any_new |= slot.MergeEdges(edges);
    if (verdict.lawful()) {
      const uint64_t time = MicrosecondsSince(begin);
      if (time > slot.slowest.load(std::memory_order_relaxed)) slot.slowest.store(time);
    } else {
      slot.convicted.fetch_add(1, std::memory_order_relaxed);
    }
    if (!any_new && verdict.lawful()) continue;
    Message message;
    message.kind = verdict.lawful() ? Message::Kind::kNewCoverage : Message::Kind::kConvicted;
    message.index = index;
    message.text = verdict.signature();
    if (!Send(channel, message)) _exit(kAlone);
    if (work.specimen->in_process && Damages(verdict)) {
      slot.damaged.store(1);  // any exit status may be the collector's
      _exit(0);
    }
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
  slot_->current_index.store(index);  // it may die before it stores that itself
  return Start({.run = [&work, index, first, this](int channel) {
    RunRandom(work, index, first, *slot_, channel);
  }});
}

std::string Worker::StartFuzzer(const FuzzerWork& work) {
  slot_->program_size.store(0);
  const std::vector<std::string> words = CommandLine(work);
  return Start({.run = [&words](int channel) { ExecuteFuzzer(words, channel); }});
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
  if (const char* path = std::getenv("OURO_FUZZER"); path != nullptr) return path;
  return FindCompanion("fuzz/libfuzzer/collector_fuzzer_bin", "collector_fuzzer");
}

void ExecuteFuzzer(std::vector<std::string> words, int channel) {
  words.push_back(fmt::format("--channel={}", channel));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  fcntl(channel, F_SETFD, 0);  // it survives exec
  // The binary is built in a configuration of its own, far from the peers of this one.
  if (const std::string peers = PeersFolder(); !peers.empty()) {
    setenv("OURO_PEERS", peers.c_str(), /*overwrite=*/0);
  }
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace ouro
