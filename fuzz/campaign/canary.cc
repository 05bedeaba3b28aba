// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/canary.h"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "collector/planted/planted.h"
#include "collector/specimens.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/files.h"
#include "fuzz/interrupt.h"
#include "model/isolate.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

// The medians are below ten programs for the generator and some hundreds for libFuzzer.
constexpr uint64_t kRandomPrograms = 20'000;
constexpr int kFuzzerRuns = 200'000;
constexpr int kSeconds = 20;  // enough for a busy machine
constexpr int kMaxWaitMs = 100;

using Clock = std::chrono::steady_clock;

std::string TryRandom(uint64_t seed) {
  Specimen canary;
  if (std::string error = FindSpecimen(kCanary, &canary); !error.empty()) return error;
  constexpr uint64_t kBatch = 1000;
  const auto end = Clock::now() + std::chrono::seconds(kSeconds);
  uint64_t tried = 0;
  for (; tried < kRandomPrograms && Clock::now() < end; tried += kBatch) {
    std::vector<Program> batch;
    for (uint64_t i = 0; i < kBatch; ++i) batch.push_back(Generate(SeedOf(seed, tried + i)));
    const size_t found = FindIsolated(batch, kAnySignature, canary, Isolation{}, end);
    if (found < batch.size()) return "";
  }
  return fmt::format("{} random programs did not find the bug of {}", tried, kCanary);
}

// Ends with the first conviction.
std::string TryFuzzer(uint64_t seed, const std::string& fuzzer, const std::string& folder) {
  WorkerSlots slots;
  const std::string file = folder + "/canary-slot";
  if (std::string error = slots.Open(file, 1); !error.empty()) return error;
  Worker worker;
  worker.Attach(&slots[0]);
  std::string error = worker.StartFuzzer({.binary = fuzzer,
                                          .specimen = kCanary,
                                          .slots = file,
                                          .seed = seed % 1'000'000 + 1,
                                          .seed_inputs = WriteFirstSeed(folder),
                                          .artifacts = folder,
                                          .runs = kFuzzerRuns});
  if (!error.empty()) return "no process: " + error;
  const auto end = Clock::now() + std::chrono::seconds(kSeconds);
  bool ended = false;
  while (!ended && Clock::now() < end && !Interruptible::Interrupted()) {
    std::vector<pollfd> polled;
    worker.Await(&polled);
    poll(polled.data(), polled.size(), kMaxWaitMs);
    ended = worker.Ended();
    Message message;
    while (worker.Receive(&message) == ReceiveResult::kMessage) {
      if (message.kind == Message::Kind::kConvicted) return "";
    }
  }
  if (Interruptible::Interrupted()) return "";
  worker.Stop();
  const std::string words = worker.words().Text();
  return fmt::format("libFuzzer did not find the bug of {}{}", kCanary,
                     words.empty() ? "" : "; its last words:\n" + words);
}

}  // namespace

std::string TryCanary(Engine engine, uint64_t seed, const std::string& fuzzer,
                      const std::string& work) {
  return engine == Engine::kRandom ? TryRandom(seed) : TryFuzzer(seed, fuzzer, work);
}

}  // namespace ouro
