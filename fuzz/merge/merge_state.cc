// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/merge_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "fuzz/campaign/finding.h"
#include "fuzz/files.h"
#include "fuzz/hash.h"
#include "fuzz/merge/merge_worker.h"
#include "model/judge/feature.h"
#include "model/program.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

constexpr int kVersion = 1;  // of the logs
// Clocks of file systems step by milliseconds, and those of servers differ by less than this.
constexpr std::chrono::seconds kSettled{2};
constexpr char kLogs[][10] = {"selection", "programs", "unlawful", "folders"};

// The same where feature numbers mean the same.
uint64_t HashOfFeatures() {
  std::string names;
  for (size_t i = 0; i < FeatureCounter::kUsed; ++i) names += FeatureName(i) + "\n";
  return HashOf(names);
}

std::string HeadOfState(const Specimen& specimen) {
  return fmt::format("merge {}\nspecimen {}\n", kVersion, specimen.name);
}

}  // namespace

std::string MergeState::Claim(const std::string& out, const Specimen& specimen) {
  out_ = out;
  specimen_ = &specimen;
  std::error_code error;
  const std::string real = fs::absolute(UserPath(out), error).lexically_normal().string();
  work_ = real + "/work/merge";
  corpus_ = real + "/corpus";
  for (const std::string& folder : {real + "/found", corpus_, work_}) {
    fs::create_directories(folder, error);
    if (error) return fmt::format("{}: {}", folder, error.message());
    RemoveStale(folder);
  }
  // A record lock belongs to the process: workers that outlive us do not inherit it.
  lock_.Set(open(Path("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock_.get() < 0) return fmt::format("{}: {}", Path("lock"), std::strerror(errno));
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(lock_.get(), F_SETLK, &lock) != 0) {
    return fmt::format("{}: another merge runs there", out);
  }
  std::string text;
  if (!fs::exists(Path("state"), error)) return "";
  if (std::string why = ReadText(Path("state"), &text); !why.empty()) return why;
  if (text.starts_with(HeadOfState(specimen))) return "";
  const size_t line = text.find("\nspecimen ");
  const size_t name = line == text.npos ? text.size() : line + std::strlen("\nspecimen ");
  return fmt::format("{}: has what was merged for \"{}\"; --out needs another folder for \"{}\"",
                     out, text.substr(name, text.find('\n', name) - name), specimen.name);
}

std::string MergeState::Start(uint64_t layout, bool* anew) {
  const std::string head = fmt::format("{}features {:016x}\nedges {:016x}\n",
                                       HeadOfState(*specimen_), HashOfFeatures(), layout);
  std::string text;
  std::error_code error;
  const bool first = !fs::exists(Path("state"), error);
  *anew = !first && (!ReadText(Path("state"), &text).empty() || text != head);
  if (first || *anew) {
    for (const char* log : kLogs) fs::remove(Path(log), error);
    if (std::string why = WriteText(Path("state"), head); !why.empty()) return why;
  }
  std::string why = selected_.Open(SelectionPath(work_), [this](std::string_view line) {
    Reach program;
    if (!FromLine(line, &program)) return false;
    selection_.Enter(program);
    written_.insert(program.hash);
    return true;
  });
  if (why.empty()) why = programs_.Open(Path("programs"));
  if (!why.empty()) return why;
  why = unlawful_log_.Open(Path("unlawful"), [this](std::string_view line) {
    signatures_.emplace(line);
    return signatures_.size() <= kMaxUnlawful;
  });
  if (!why.empty()) return why;
  why = folders_.Open(Path("folders"), [this](std::string_view line) {
    uint64_t change;
    const auto [end, bad] = std::from_chars(line.data(), line.data() + line.size(), change);
    const auto digits = static_cast<size_t>(end - line.data());
    if (bad != std::errc() || digits + 1 >= line.size()) return false;
    done_[std::string(line.substr(digits + 1))] = change;
    return true;
  });
  if (why.empty()) RemoveLosers();
  return why;
}

uint64_t MergeState::ChangeOf(const std::string& folder) {
  struct stat status = {};
  if (stat(folder.c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
         static_cast<uint64_t>(status.st_mtim.tv_nsec);
}

bool MergeState::IsDone(const std::string& folder) const {
  const auto it = done_.find(folder);
  return it != done_.end() && it->second == ChangeOf(folder);
}

std::string MergeState::Done(const std::string& folder, uint64_t change) {
  const auto now = std::chrono::system_clock::now() - kSettled;
  const auto settled =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  if (change == 0 || change > static_cast<uint64_t>(settled)) return "";
  if (folder.find('\n') != folder.npos) return "";  // no line; it is listed each time
  done_[folder] = change;
  return folders_.Append(fmt::format("{} {}\n", change, folder));
}

std::string MergeState::Commit(const std::vector<std::string>& files, const MergeOutcome& outcome) {
  std::map<uint64_t, size_t> file_of;
  for (const auto& winner : outcome.winners) {
    selection_.Enter(winner.program);
    file_of.emplace(winner.program.hash, winner.file);
  }
  std::vector<uint64_t> hashes;
  for (const auto& [hash, file] : file_of) hashes.push_back(hash);
  const std::vector<Reach> held = selection_.Held(hashes);
  // The texts first: a hash of which no file has the program was never ours, but the collector's.
  Texts texts;
  std::string lines;
  for (const Reach& program : held) {
    const std::string& file = files[file_of[program.hash]];
    std::vector<Program> programs;
    bool named;
    if (std::string why = ReadCorpusFile(file, &programs, &named); !why.empty()) return why;
    for (const Program& one : programs) {
      std::string text = Print(one);
      if (HashOf(text) == program.hash) texts[program.hash] = std::move(text);
    }
    if (!texts.contains(program.hash)) {
      return fmt::format("{}: has changed while it was merged, or {} writes into our channel", file,
                         specimen_->name);
    }
    lines += ToLine(program) + "\n";
  }
  if (std::string why = selected_.Append(lines); !why.empty()) return why;
  std::error_code error;
  for (const auto& [hash, text] : texts) {
    written_.insert(hash);
    if (fs::exists(File(hash), error)) continue;
    if (std::string why = WriteText(File(hash), text); !why.empty()) return why;
  }
  if (std::string why = KeepUnlawful(files, outcome); !why.empty()) return why;
  std::vector<uint64_t> run;
  for (size_t i = 0; i < files.size(); ++i) {
    uint64_t hash;
    if (!HashInName(fs::path(files[i]).filename().string(), &hash)) continue;
    const auto& refused = outcome.refused;
    if (!std::binary_search(refused.begin(), refused.end(), i)) run.push_back(hash);
  }
  if (std::string why = programs_.Add(run); !why.empty()) return why;
  RemoveLosers();
  return "";
}

// Files one program of each signature as a campaign does that has no time to examine it.
std::string MergeState::KeepUnlawful(const std::vector<std::string>& files,
                                     const MergeOutcome& outcome) {
  for (const auto& [file, signature] : outcome.unlawful) {
    std::string text;
    const std::string line = signature.substr(0, signature.find('\n'));
    if (signatures_.size() >= kMaxUnlawful || !signatures_.insert(line).second) continue;
    if (std::string why = ReadText(files[file], &text); !why.empty()) return why;
    text = UnexaminedText(line, *specimen_, "a merge", text);
    const std::string name = fmt::format("{}/unexamined/{:016x}.gct", out_, HashOf(text));
    if (std::string why = WriteText(name, text); !why.empty()) return why;
    if (std::string why = unlawful_log_.Append(line + "\n"); !why.empty()) return why;
  }
  return "";
}

// Removes programs that were selected once and are no longer.
void MergeState::RemoveLosers() {
  for (auto it = written_.begin(); it != written_.end();) {
    if (selection_.Holds(*it) > 0) {
      ++it;
      continue;
    }
    std::error_code error;  // it may be gone already
    fs::remove(File(*it), error);
    it = written_.erase(it);
  }
}

std::string MergeState::Check() const {
  size_t missing = 0;
  std::error_code error;
  for (const uint64_t hash : written_) missing += fs::exists(File(hash), error) ? 0 : 1;
  if (missing == 0) return "";
  return fmt::format(
      "{}/corpus: {} of {} selected programs are missing; give the folders that had them again "
      "after removing {}/work/merge",
      out_, missing, written_.size(), out_);
}

}  // namespace ouro
