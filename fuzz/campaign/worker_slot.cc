// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/worker_slot.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "model/check.h"

namespace ouro {

void WorkerSlot::BeginEdges(const EdgeCounters& counters) {
  if (layout.exchange(counters.layout()) != counters.layout()) std::memset(edges, 0, sizeof edges);
  edge_count.store(static_cast<uint32_t>(std::min(counters.edges(), kMaxEdges)));
}

bool WorkerSlot::MergeEdges(const EdgeCounters& counters) {
  bool any_new = false;
  size_t begin = 0;
  for (const MemoryRange& range : counters.ranges()) {
    const size_t size = std::min(range.size, kMaxEdges - begin);
    const auto* const counts = reinterpret_cast<const uint8_t*>(range.begin);
    any_new |= MergeCounts(counts, size, edges + begin);
    begin += size;
  }
  return any_new;
}

WorkerSlots::~WorkerSlots() {
  if (slots_ != nullptr) munmap(slots_, size_ * sizeof(WorkerSlot));
}

std::string WorkerSlots::OpenForOne(const std::string& folder) {
  const std::string file = folder + "/slots";
  unlink(file.c_str());
  return Open(file, kOnlyWorker + 1);
}

std::string WorkerSlots::Open(const std::string& path, size_t count) {
  CHECK(slots_ == nullptr);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return path + ": " + std::strerror(errno);
  struct stat file = {};
  int error = fstat(fd, &file) == 0 ? 0 : errno;
  size_ = std::max(count, static_cast<size_t>(file.st_size) / sizeof(WorkerSlot));
  const size_t bytes = size_ * sizeof(WorkerSlot);
  if (error == 0) error = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  void* shared = MAP_FAILED;
  if (error == 0) shared = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (error == 0 && shared == MAP_FAILED) error = errno;
  close(fd);
  if (error != 0) return path + ": " + std::strerror(error);
  path_ = path;
  slots_ = static_cast<WorkerSlot*>(shared);
  return "";
}

uint64_t WorkerSlots::Sum(std::atomic<uint64_t> WorkerSlot::*count) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < size_; ++i) sum += (slots_[i].*count).load();
  return sum;
}

uint64_t WorkerSlots::Slowest() const {
  uint64_t slowest = 0;
  for (size_t i = 0; i < size_; ++i) slowest = std::max(slowest, slots_[i].slowest.load());
  return slowest;
}

Coverage WorkerSlots::MergedCoverage() const {
  Coverage all;
  std::vector<uint8_t> features(FeatureCounter::kSize);
  std::vector<uint8_t> edges(kMaxEdges);
  // A slot of an earlier run with more workers may know other code.
  uint64_t layout = 0;
  for (size_t i = 0; i < size_ && layout == 0; ++i) layout = slots_[i].layout.load();
  for (size_t i = 0; i < size_; ++i) {
    const WorkerSlot& slot = slots_[i];
    all.situations |= slot.situations.load();
    for (size_t k = 0; k < features.size(); ++k) features[k] |= slot.features[k];
    if (slot.layout.load() != layout) continue;
    const size_t most = std::min<size_t>(slot.edge_count.load(), kMaxEdges);
    all.all_edges = std::max(all.all_edges, most);
    for (size_t k = 0; k < edges.size(); ++k) edges[k] |= slot.edges[k];
  }
  all.features = CountReached(features.data(), features.size());
  all.edges = CountReached(edges.data(), edges.size());
  return all;
}

}  // namespace ouro
