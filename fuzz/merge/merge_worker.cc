// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/merge_worker.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "collector/edge_counters.h"
#include "fuzz/campaign/coverage.h"
#include "fuzz/campaign/damage.h"
#include "fuzz/files.h"
#include "fuzz/hash.h"
#include "fuzz/merge/append_log.h"
#include "fuzz/merge/program_set.h"
#include "model/judge/feature.h"
#include "model/trial.h"

namespace ouro {
namespace {

constexpr int kAlone = 3;  // the exit code of one that nobody reads, or that the collector forked
constexpr char kOption[] = "--merge=";

constexpr int kKeptBytes = 64 << 20;  // of free memory, that a worker does not give back
constexpr size_t kMostBytes = 5;      // of a number, as follows

// A number as bytes of seven bits, low ones first; the eighth bit says that another one follows.
void PutNumber(uint32_t number, std::vector<uint8_t>* bytes) {
  for (; number >= 0x80; number >>= 7) bytes->push_back(static_cast<uint8_t>(number | 0x80));
  bytes->push_back(static_cast<uint8_t>(number));
}

bool TakeNumber(const std::vector<uint8_t>& bytes, size_t* at, uint64_t* number) {
  *number = 0;
  for (int shift = 0; *at < bytes.size() && shift < 35; shift += 7) {
    const uint8_t byte = bytes[(*at)++];
    *number |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

class MergeRun {
 public:
  MergeRun(const Specimen& specimen, Selection selection, WorkerSlot& slot, int channel)
      : specimen_(specimen),
        selection_(std::move(selection)),
        slot_(slot),
        channel_(channel),
        edges_(EdgeCountersOf(specimen)) {
    edges_.Begin();
    slot_.BeginEdges(edges_);
  }

  // All programs of a file.
  void RunFile(const std::string& path, size_t index) {
    index_ = index;
    slot_.current_index.store(index);
    std::vector<Program> programs;
    bool well_named = false;
    const std::string error = ReadCorpusFile(path, &programs, &well_named);
    if (!error.empty() && trial_) {  // the collector may have used up what it takes to read a file
      slot_.damaged.store(kCannotRead);
      _exit(0);
    }
    if (!error.empty() || !well_named) Tell(Message::Kind::kRefused, "", {});
    for (const Program& program : programs) Run(program);
  }

 private:
  void Tell(Message::Kind kind, const std::string& text, std::vector<uint8_t> bytes) {
    Message message;
    message.kind = kind;
    message.index = index_;
    message.text = text;
    message.program = std::move(bytes);
    if (!Send(channel_, message)) _exit(kAlone);
  }

  // What a program reaches must not depend on those before it, or the result would on their order.
  // A collector in this process is new for each program, as Reset may keep tables that have grown,
  // and with them edges; one in another process takes too long to start, and has no edges.
  void Renew() {
    if (trial_ && !specimen_.in_process) return;
    trial_.emplace(specimen_);
    trial_->CountFeatures(counts_.data());
    trial_->Watch(&slot_.pulse);
  }

  void Run(const Program& program) {
    if (!Try(program)) return;
    Reach reach = {.hash = 0, .size = static_cast<uint32_t>(program.size()), .features = Reached()};
    // The hash is that of the text, which takes longer than to see that no larger one can win.
    if (selection_.Won(reach).empty()) return;
    // Again: whichever program is the first to come by has initialized what a process has one of.
    if (!Try(program)) return;
    reach.features = Reached();
    reach.hash = HashOf(Print(program));
    reach.features = selection_.Won(reach);
    selection_.Enter(reach);
    Report(reach);
  }

  // Runs it, and reports what is unlawful.
  bool Try(const Program& program) {
    Renew();
    counts_.fill(0);
    edges_.Clear();
    const Verdict verdict = trial_->Run(program);
    if (getpid() != self_) _exit(kAlone);  // a collector that forks may return in both processes
    if (verdict.lawful()) return true;
    Tell(Message::Kind::kConvicted, verdict.signature(), {});
    if (!specimen_.in_process || !Damages(verdict)) return false;
    slot_.damaged.store(kDamaged);  // any exit status may be the collector's
    _exit(0);
  }

  std::vector<uint32_t> Reached() const {
    std::vector<uint32_t> features;
    AppendMagnitudes(counts_.data(), counts_.size(), &features);
    uint32_t edge = 0;
    for (const MemoryRange& range : edges_.ranges()) {
      const auto* const counts = reinterpret_cast<const uint8_t*>(range.begin);
      for (size_t i = 0; i < range.size && edge < kMaxEdges; ++i, ++edge) {
        if (counts[i] != 0) features.push_back(static_cast<uint32_t>(Selection::kEdgeBase) + edge);
      }
    }
    return features;
  }

  // Sends what a program wins, in as many messages as it takes.
  void Report(const Reach& reach) {
    const std::string text = fmt::format("{:016x} {}", reach.hash, reach.size);
    std::vector<uint8_t> bytes;
    uint32_t last = 0;
    for (const uint32_t feature : reach.features) {
      if (bytes.size() + kMostBytes > kMaxProgramBytes) {
        Tell(Message::Kind::kNewCoverage, text, std::move(bytes));
        bytes = {};
        last = 0;
      }
      PutNumber(feature - last, &bytes);
      last = feature;
    }
    if (!bytes.empty()) Tell(Message::Kind::kNewCoverage, text, std::move(bytes));
  }

  const Specimen& specimen_;
  Selection selection_;
  WorkerSlot& slot_;
  const int channel_;
  const pid_t self_ = getpid();
  size_t index_ = 0;  // not that of the slot, where the collector can write
  std::optional<Trial> trial_;
  const EdgeCounters edges_;
  std::array<uint8_t, FeatureCounter::kSize> counts_ = {};
};

}  // namespace

void RunMergeList(const Specimen& specimen, const std::vector<std::string>& files, size_t next,
                  Selection selection, WorkerSlot& slot, int channel) {
  // A judge and a collector for each program: their tables would be mapped and unmapped each time,
  // and half of all time spent in page faults.
  mallopt(M_MMAP_THRESHOLD, kKeptBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  MergeRun run(specimen, std::move(selection), slot, channel);
  for (; next < files.size(); ++next) run.RunFile(files[next], next);
  slot.current_index.store(files.size());
}

std::string ListPath(const std::string& folder, size_t number) {
  return fmt::format("{}/list-{}", folder, number);
}

std::string SelectionPath(const std::string& folder) { return folder + "/selection"; }

std::string MergeOption(const std::string& folder, size_t next) {
  return fmt::format("{}{}:{}", kOption, next, folder);
}

std::string RunMergeOption(const std::string& option, const Specimen& specimen, size_t number,
                           WorkerSlot& slot, int channel) {
  size_t next;
  const char* const end = option.data() + option.size();
  const auto [colon, error] = std::from_chars(option.data(), end, next);
  if (error != std::errc() || colon == end || *colon != ':') return "--merge is NEXT:FOLDER";
  const std::string folder(colon + 1, end);
  Selection selection;
  std::string why = ReadLog(SelectionPath(folder), [&](std::string_view line) {
    Reach program;
    if (!FromLine(line, &program)) return false;
    selection.Enter(program);
    return true;
  });
  if (!why.empty()) return why;
  std::string text;
  if (why = ReadText(ListPath(folder, number), &text); !why.empty()) return why;
  std::vector<std::string> files;
  for (size_t begin = 0; begin < text.size();) {
    const size_t zero = std::min(text.find('\0', begin), text.size());
    files.push_back(text.substr(begin, zero - begin));
    begin = zero + 1;
  }
  RunMergeList(specimen, files, next, std::move(selection), slot, channel);
  return "";
}

bool FromMessage(const Message& message, Reach* program) {
  std::string_view text = message.text;
  if (!TakeHash(&text, &program->hash) || text.empty()) return false;
  text.remove_prefix(1);
  if (std::from_chars(text.data(), text.data() + text.size(), program->size).ec != std::errc()) {
    return false;
  }
  program->features.clear();
  uint64_t feature = 0;
  for (size_t at = 0; at < message.program.size();) {
    uint64_t step;
    if (!TakeNumber(message.program, &at, &step)) return false;
    feature += step;
    if (feature >= Selection::kFeatures) return false;
    program->features.push_back(static_cast<uint32_t>(feature));
  }
  return !program->features.empty();
}

std::string ReadCorpusFile(const std::string& path, std::vector<Program>* programs,
                           bool* well_named) {
  std::string text;
  if (std::string why = ReadText(path, &text); !why.empty()) return why;
  if (std::string why = Parse(text, programs); !why.empty()) {
    programs->clear();
    return fmt::format("{}: {}", path, why);
  }
  if (programs->empty()) return fmt::format("{}: holds no program", path);
  uint64_t hash;
  const bool named = HashInName(std::filesystem::path(path).filename().string(), &hash);
  *well_named = !named || (programs->size() == 1 && HashOf(text) == hash);
  return "";
}

}  // namespace ouro
