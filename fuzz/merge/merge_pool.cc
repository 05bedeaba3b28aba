// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/merge_pool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>

#include "collector/edge_counters.h"
#include "collector/specimens.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/files.h"
#include "fuzz/merge/merge_worker.h"
#include "model/isolate.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kHang{5000};  // as Isolation has it
// Of a collector in a process of its own, whose adapter has a limit and an error that says more.
constexpr std::chrono::milliseconds kHangOfProcess{35'000};
constexpr int kPollMs = 200;
constexpr size_t kLeastShare = 32;  // files: for fewer, another process costs more than it saves
constexpr int kMaxOutside = 3;      // kills from outside at one file, then the merge gives up

// Sorts by file; what is of one file keeps its order.
template <typename Item>
void SortByFile(std::vector<Item>* items) {
  std::stable_sort(items->begin(), items->end(),
                   [](const Item& a, const Item& b) { return a.file < b.file; });
}

}  // namespace

std::string MergePool::Open(const Specimen& specimen, const std::string& folder, size_t workers) {
  specimen_ = &specimen;
  folder_ = folder;
  workers_ = std::clamp<size_t>(workers, 1, kMaxWorkers);
  // The edges of our own collectors are in libFuzzer's binary; those of libraries are here.
  const bool own = specimen.in_process && LibraryOf(specimen).empty();
  if (own && EdgeCountersOf(specimen).empty()) binary_ = FindFuzzer();
  // The size is part of the name: another layout is another file.
  const std::string path = fmt::format("{}/slots-{}", folder, sizeof(WorkerSlot));
  if (std::string why = slots_.Open(path, workers_); !why.empty()) return why;
  // An empty list, of which the worker learns what it would count.
  MergeOutcome nothing;
  if (std::string why = Run({}, Selection(), nullptr, &nothing); !why.empty()) return why;
  layout_ = slots_[0].layout.load();
  return "";
}

std::string MergePool::Run(const std::vector<std::string>& files, const Selection& selection,
                           const std::function<void(size_t done)>& progress,
                           MergeOutcome* outcome) {
  const size_t count = std::clamp<size_t>(files.size() / kLeastShare, 1, workers_);
  std::vector<std::unique_ptr<Part>> parts;
  for (size_t i = 0; i < count; ++i) {
    auto part = std::make_unique<Part>();
    part->number = i;
    part->first = files.size() * i / count;
    const auto begin = files.begin() + static_cast<ptrdiff_t>(part->first);
    part->files.assign(begin,
                       files.begin() + static_cast<ptrdiff_t>(files.size() * (i + 1) / count));
    if (std::string why = Start(selection, part.get()); !why.empty()) return why;
    parts.push_back(std::move(part));
  }
  for (;;) {
    std::vector<pollfd> polled;
    size_t done = 0;
    for (const auto& part : parts) {
      if (!part->done) part->process.Await(&polled);
      done += part->done ? part->files.size() : Current(*part);
    }
    if (polled.empty()) break;
    if (progress) progress(done);
    poll(polled.data(), polled.size(), kPollMs);
    for (const auto& part : parts) {
      if (std::string why = Tend(selection, part.get(), outcome); !why.empty()) return why;
    }
  }
  SortByFile(&outcome->winners);
  SortByFile(&outcome->unlawful);
  std::sort(outcome->refused.begin(), outcome->refused.end());
  return "";
}

std::string MergePool::Start(const Selection& selection, Part* part) {
  WorkerSlot& slot = slots_[part->number];
  slot.current_index.store(kNoFile);
  slot.damaged.store(0);
  part->clock.Restart();
  part->ending = {};
  if (binary_.empty()) {
    return part->process.Start({.run = [&](int channel) {
      RunMergeList(*specimen_, part->files, part->next, selection, slot, channel);
    }});
  }
  std::string list;
  for (const std::string& file : part->files) list += file + '\0';
  if (std::string why = WriteText(ListPath(folder_, part->number), list); !why.empty()) return why;
  const std::vector<std::string> words = {
      binary_, fmt::format("--specimen={}", specimen_->name),
      fmt::format("--slot={}:{}:{}", slots_.path(), part->number, slots_.size()),
      MergeOption(folder_, part->next)};
  return part->process.Start({.run = [&words](int channel) { ExecuteFuzzer(words, channel); }});
}

// The file that it runs, as far as its slot can be believed: the collector writes there, too.
size_t MergePool::Current(const Part& part) const {
  const uint64_t index = slots_[part.number].current_index.load();
  if (index == kNoFile) return part.next;
  return static_cast<size_t>(std::clamp<uint64_t>(index, part.next, part.files.size()));
}

std::string MergePool::Tend(const Selection& selection, Part* part, MergeOutcome* outcome) {
  if (part->done) return "";
  const bool ended = part->process.Ended();
  if (!Receive(part, outcome)) {
    part->process.Kill();
    Skip(part, "wrote into the channel of its worker", outcome);
  } else if (ended) {
    if (std::string why = HandleEnd(part, outcome); !why.empty() || part->done) return why;
  } else if (Current(*part) == part->files.size()) {
    // Its list is done. What it left behind, a stopped warden for one, may keep it from ending.
    if (part->ending == Clock::time_point()) part->ending = Clock::now();
    if (Clock::now() - part->ending < kHang) return "";
    part->process.Kill();
    part->done = true;
    return "";
  } else {
    const Pulse& pulse = slots_[part->number].pulse;
    const auto limit = specimen_->in_process ? kHang : kHangOfProcess;
    if (!part->clock.Stuck(pulse, limit)) return "";
    part->process.Kill();
    const Verdict verdict =
        VerdictOfHang(static_cast<int>(limit.count()), pulse, part->process.words());
    Skip(part, verdict.signature(), outcome);
  }
  return Start(selection, part);
}

// Handles its messages. Returns false if something else wrote into the pipe.
bool MergePool::Receive(Part* part, MergeOutcome* outcome) {
  for (bool any = true; any;) {
    any = false;
    part->process.Read();
    Message message;
    ReceiveResult result;
    while ((result = ouro::Receive(&part->process.inbox(), &message)) == ReceiveResult::kMessage) {
      any = true;
      if (message.index >= part->files.size()) return false;
      const size_t file = part->first + static_cast<size_t>(message.index);
      if (message.kind == Message::Kind::kConvicted) {
        outcome->unlawful.push_back({file, message.text});
      } else if (message.kind == Message::Kind::kRefused) {
        outcome->refused.push_back(file);
      } else {
        MergeOutcome::Winner winner = {file, {}};
        if (!FromMessage(message, &winner.program)) return false;
        outcome->winners.push_back(std::move(winner));
      }
    }
    if (result == ReceiveResult::kMalformed) return false;
  }
  return true;
}

// It has ended: with its list, or in a program.
std::string MergePool::HandleEnd(Part* part, MergeOutcome* outcome) {
  WorkerSlot& slot = slots_[part->number];
  const int status = part->process.Kill();
  const bool begun = slot.current_index.load() != kNoFile;
  const size_t file = Current(*part);
  if (status == 0 && begun && file == part->files.size()) {
    part->done = true;
    return "";
  }
  if (!begun || EndedFromOutside(status)) {
    if (begun && file > part->next) part->outside = 0;
    part->next = file;
    if (begun && ++part->outside < kMaxOutside) return "";
    const std::string words = part->process.words().Text();
    return fmt::format("no worker can be run: {}{}{}",
                       VerdictOfDeath(status, part->process.words()).trouble,
                       words.empty() ? "" : "; its last words:\n", words);
  }
  const uint32_t damaged = slot.damaged.exchange(0);
  if (damaged == kCannotRead && file > part->next) {
    part->next = file;
    return "";
  }
  const bool reported = damaged == kDamaged;
  Skip(part, reported ? "" : VerdictOfDeath(status, part->process.words()).signature(), outcome);
  return "";
}

// The next process begins behind the file at fault.
void MergePool::Skip(Part* part, const std::string& signature, MergeOutcome* outcome) {
  const size_t file = std::min(Current(*part), part->files.size());
  if (!signature.empty() && file < part->files.size()) {
    outcome->unlawful.push_back({part->first + file, signature});
  }
  part->next = std::min(file + 1, part->files.size());
  part->outside = 0;
}

}  // namespace ouro
