#include "fuzz/canary.h"

#include <fmt/format.h>

#include <vector>

#include "collector/planted/planted.h"
#include "collector/specimens.h"
#include "fuzz/desk.h"
#include "fuzz/records.h"
#include "model/isolate.h"
#include "properties/generator.h"

namespace ouro {
namespace {

// Far more than it takes: the median is below ten for the generator, some hundreds for libFuzzer.
constexpr uint64_t kRandomPrograms = 20'000;
constexpr int kFuzzerRuns = 200'000;
constexpr int kSeconds = 60;  // for a machine that is very busy

std::string TryRandom(uint64_t seed, uint64_t* programs) {
  Specimen canary;
  if (std::string error = FindSpecimen(kCanary, &canary); !error.empty()) return error;
  constexpr uint64_t kBatch = 1000;
  for (uint64_t begin = 0; begin < kRandomPrograms; begin += kBatch) {
    std::vector<Program> batch;
    for (uint64_t i = begin; i < begin + kBatch; ++i) batch.push_back(Generate(SeedOf(seed, i)));
    const size_t found = FindIsolated(batch, kAnySignature, canary, Isolation{});
    *programs = begin + found + 1;
    if (found < batch.size()) return "";
  }
  return fmt::format("{} random programs did not find the bug of {}", kRandomPrograms, kCanary);
}

// Its worker tells of the first conviction, and is stopped.
std::string TryFuzzer(uint64_t seed, const std::string& fuzzer, const std::string& folder) {
  DeskFile desks;
  const std::string file = folder + "/canary-desk";
  if (std::string error = desks.Open(file, 1); !error.empty()) return error;
  const FuzzerWork work = {
      .binary = fuzzer,
      .flags = {fmt::format("--specimen={}", kCanary), fmt::format("--desk={}:0:1", file),
                fmt::format("-seed_inputs={}", FirstSeed(folder)), "-max_len=256",
                fmt::format("-seed={}", seed % 1'000'000 + 1), fmt::format("-runs={}", kFuzzerRuns),
                fmt::format("-max_total_time={}", kSeconds)},
      .log = folder + "/canary.log"};
  Worker worker;
  worker.Sit(&desks[0]);
  if (!worker.StartFuzzer(work)) return "no process for the canary";
  Message message;
  while (worker.Listen(&message)) {
    if (message.kind == Message::Kind::kConvicted) return "";
  }
  return fmt::format("libFuzzer did not find the bug of {}; see {}", kCanary, work.log);
}

}  // namespace

std::string TryCanary(Engine engine, uint64_t seed, const std::string& fuzzer,
                      const std::string& work, uint64_t* programs) {
  *programs = 0;
  if (engine == Engine::kRandom) return TryRandom(seed, programs);
  return TryFuzzer(seed, fuzzer, work);
}

}  // namespace ouro
