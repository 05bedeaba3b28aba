// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "fuzz/files.h"
#include "fuzz/merge/finding_merge.h"
#include "fuzz/merge/merge_pool.h"
#include "fuzz/merge/merge_state.h"
#include "fuzz/merge/merge_worker.h"
#include "fuzz/merge/program_set.h"
#include "model/program.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

// Files that are run between two commits: what a kill costs at most, and memory for their texts.
constexpr size_t kBatch = 8192;

// A folder of a campaign, as the user names it and as a real path.
struct Folder {
  std::string name;
  std::string path;
};

// The folders: each once, in the order of real paths.
std::string FindFolders(const MergeFolders& merge, std::vector<Folder>* folders) {
  for (const std::string& folder : merge.folders) {
    std::error_code error;
    if (!fs::is_directory(UserPath(folder + "/corpus"), error)) {
      return fmt::format("{}: not a campaign folder: it contains no folder `corpus`", folder);
    }
    const fs::path real = fs::canonical(UserPath(folder), error);
    if (error) return fmt::format("{}: {}", folder, error.message());
    folders->push_back({folder, real.string()});
  }
  const auto by_path = [](const Folder& a, const Folder& b) { return a.path < b.path; };
  const auto same = [](const Folder& a, const Folder& b) { return a.path == b.path; };
  std::sort(folders->begin(), folders->end(), by_path);
  folders->erase(std::unique(folders->begin(), folders->end(), same), folders->end());
  return "";
}

class FolderMerge {
 public:
  FolderMerge(const Specimen& specimen, const MergeFolders& merge, MergeNumbers* numbers)
      : specimen_(specimen), merge_(merge), numbers_(*numbers) {}

  std::string Run() {
    std::vector<Folder> folders;
    if (std::string why = FindFolders(merge_, &folders); !why.empty()) return why;
    if (std::string why = Open(); !why.empty()) return why;
    const Folder out = {merge_.out, fs::path(state_.corpus()).parent_path().string()};
    std::error_code error;
    std::erase_if(folders, [&](const Folder& folder) {
      return fs::equivalent(folder.path, out.path, error);
    });
    numbers_.folders = folders.size();
    // What campaigns have found in the result, or merges of another version.
    if (std::string why = AddCorpus(out); !why.empty()) return why;
    for (const Folder& folder : folders) {
      ++folder_;
      std::string why = AddCorpus(folder);
      if (why.empty()) why = AddFindings(folder);
      if (!why.empty()) return why;
    }
    numbers_.selected = state_.selection().size();
    numbers_.features = state_.selection().features();
    numbers_.programs = state_.programs().size();
    numbers_.findings = findings_.size();
    return state_.Check();
  }

 private:
  std::string Open() {
    if (std::string why = state_.Claim(merge_.out, specimen_); !why.empty()) return why;
    const size_t workers =
        merge_.workers > 0 ? merge_.workers : std::max(1u, std::thread::hardware_concurrency());
    if (std::string why = pool_.Open(specimen_, state_.work(), workers); !why.empty()) return why;
    bool anew = false;
    if (std::string why = state_.Start(pool_.layout(), &anew); !why.empty()) return why;
    if (anew) {
      merge_.say(
          fmt::format("{}: what a feature is has changed since the last merge; programs "
                      "are run again, those of the result and of folders named here",
                      merge_.out));
    }
    return findings_.Open(merge_.out + "/found", Refused());
  }

  FindingMerge::Refused Refused() {
    return [this](const std::string& why) {
      ++numbers_.refused;
      merge_.say(why);
    };
  }

  // Adds what is new in a corpus.
  std::string AddCorpus(const Folder& folder) {
    const std::string corpus = folder.path + "/corpus";
    if (state_.IsDone(corpus)) {
      ++numbers_.unchanged;
      return "";
    }
    const uint64_t change = MergeState::ChangeOf(corpus);
    std::vector<std::string> names;
    if (std::string why = List(corpus, &names); !why.empty()) return why;
    Show(0, names.size());
    bool clean = true;
    for (size_t begin = 0; begin < names.size(); begin += kBatch) {
      const size_t end = std::min(begin + kBatch, names.size());
      std::vector<std::string> files;
      for (size_t i = begin; i < end; ++i) files.push_back(corpus + "/" + names[i]);
      MergeOutcome outcome;
      const auto progress = [&](size_t done) { Show(begin + done, names.size()); };
      std::string why = pool_.Run(files, state_.selection(), progress, &outcome);
      if (why.empty()) why = state_.Commit(files, outcome);
      if (!why.empty()) return why;
      numbers_.unlawful += outcome.unlawful.size();
      for (const size_t file : outcome.refused) clean &= Excused(folder, names[begin + file]);
    }
    // The result's changes with each merge.
    return clean && corpus != state_.corpus() ? state_.Done(corpus, change) : "";
  }

  std::string AddFindings(const Folder& folder) {
    const std::string found = folder.path + "/found";
    if (state_.IsDone(found)) return "";
    const uint64_t change = MergeState::ChangeOf(found);
    bool clean;
    std::string why = findings_.Add(folder.name + "/found", Refused(), &clean);
    return why.empty() && clean ? state_.Done(found, change) : why;
  }

  // Lists the programs that have not been run, by name. Names of known ones take no memory.
  std::string List(const std::string& corpus, std::vector<std::string>* names) {
    std::error_code error;
    for (fs::directory_iterator it(corpus, error), end; !error && it != end; it.increment(error)) {
      std::string name = it->path().filename().string();
      if (!name.ends_with(".gct")) continue;
      ++numbers_.files;
      uint64_t hash;
      if (HashInName(name, &hash) && state_.programs().Contains(hash)) {
        ++numbers_.known;
      } else {
        names->push_back(std::move(name));
      }
    }
    if (error) return fmt::format("{}: {}", corpus, error.message());
    std::sort(names->begin(), names->end());
    return "";
  }

  // Says why a file was refused. Returns whether it was only named wrongly, which harms nobody.
  bool Excused(const Folder& folder, const std::string& name) {
    std::vector<Program> programs;
    bool named = false;
    const std::string why = ReadCorpusFile(folder.path + "/corpus/" + name, &programs, &named);
    if (why.empty()) return true;
    Refused()(folder.name + why.substr(folder.path.size()));
    return false;
  }

  void Show(size_t done, size_t all) {
    merge_.progress(fmt::format("folder {}/{}: {}/{} new programs; {} programs in all", folder_,
                                numbers_.folders, done, all, state_.programs().size()));
  }

  const Specimen& specimen_;
  const MergeFolders& merge_;
  MergeNumbers& numbers_;
  MergeState state_;
  MergePool pool_;
  FindingMerge findings_;
  size_t folder_ = 0;  // 0: that of the result
};

}  // namespace

std::string Merge(const Specimen& specimen, const MergeFolders& merge, MergeNumbers* numbers) {
  *numbers = {};
  return FolderMerge(specimen, merge, numbers).Run();
}

}  // namespace ouro
