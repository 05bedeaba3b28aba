// SPDX-License-Identifier: Apache-2.0

#include "fuzz/bench/pace.h"

#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "fuzz/campaign/supervisor.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/files.h"
#include "model/check.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxWaitMs = 20;  // between looks at the clock

// Seconds of the processor that ended children, and theirs, have used.
double ChildrenSeconds() {
  rusage used = {};
  getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

std::string MeasurePace(const Specimen& specimen, const PaceOptions& options, Pace* pace) {
  Supervisor supervisor(specimen, {.engines = {options.engine},
                                   .workers = 1,
                                   .seed = options.seed,
                                   .saveall_in_scripts = false,
                                   .weights = nullptr,
                                   .fuzzer = "",
                                   .fuzzer_seconds = 0,
                                   .max_bad_starts = 1});
  std::string error = supervisor.Choose();
  if (!error.empty()) return error;
  WorkerSlots slots;
  error = slots.OpenForOne(options.work);
  if (!error.empty()) return error;
  supervisor.Resume({.slots = &slots,
                     .folder = options.work,
                     .seed_inputs = [&options] { return WriteFirstSeed(options.work); }},
                    nullptr);
  const double processor = ChildrenSeconds();
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + std::chrono::seconds(options.seconds);
  while (error.empty() && Clock::now() < end && !(options.stop && options.stop())) {
    error = supervisor.Tend();
    std::vector<pollfd> polled;
    supervisor.Await(&polled);
    poll(polled.data(), polled.size(), polled.empty() ? 1 : kMaxWaitMs);
  }
  supervisor.Finish();
  const double seconds = specimen.in_process
                             ? ChildrenSeconds() - processor
                             : std::chrono::duration<double>(Clock::now() - begin).count();
  if (!error.empty() || seconds <= 0) return error;
  pace->programs = static_cast<double>(slots[kOnlyWorker].programs.load()) / seconds;
  pace->operations = static_cast<double>(slots[kOnlyWorker].operations.load()) / seconds;
  return "";
}

Spread SpreadOf(std::vector<double> values) {
  CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {.median = median, .least = values.front(), .most = values.back()};
}

}  // namespace ouro
