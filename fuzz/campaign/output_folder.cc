// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "fuzz/campaign/campaign_stats.h"
#include "fuzz/files.h"
#include "fuzz/hash.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxCampaigns = 1000;  // in one folder at once
// Of the layout of a slot: part of the name of the file, so that another layout is another file.
constexpr int kSlotVersion = 1;

// The array of findings in a stats.json; empty if there is none.
nlohmann::json ReadFindings(const std::string& path) {
  std::string text;
  if (!ReadText(path, &text).empty()) return nlohmann::json::array();
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("findings")) return nlohmann::json::array();
  return json["findings"].is_array() ? json["findings"] : nlohmann::json::array();
}

// A member of an object, with a default where it is missing or of another type: any user may have
// edited the file.
std::string Text(const nlohmann::json& row, const char* key) {
  const auto it = row.find(key);
  return it != row.end() && it->is_string() ? it->get<std::string>() : "";
}
uint64_t Whole(const nlohmann::json& row, const char* key, uint64_t otherwise) {
  const auto it = row.find(key);
  return it != row.end() && it->is_number_unsigned() ? it->get<uint64_t>() : otherwise;
}
double Real(const nlohmann::json& row, const char* key) {
  const auto it = row.find(key);
  const double number = it != row.end() && it->is_number() ? it->get<double>() : 0;
  return number >= 0 && number < 1e12 ? number : 0;
}

uint64_t Inode(const std::string& path) {
  struct stat file = {};
  return stat(path.c_str(), &file) == 0 ? file.st_ino : 0;
}

// Appends in one write, so a line is there whole or not at all. MendPlot removes what a full disk
// has cut.
std::string Append(const std::string& name, const std::string& text, int flags) {
  const int fd = open(UserPath(name).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0644);
  if (fd < 0) return fmt::format("{}: {}", name, std::strerror(errno));
  const int why = write(fd, text.data(), text.size()) < 0 ? errno : 0;
  close(fd);
  return why == 0 ? "" : fmt::format("{}: {}", name, std::strerror(why));
}

}  // namespace

OutputFolder::~OutputFolder() {
  if (lock_ >= 0) close(lock_);
}

// Takes the lowest number that no running campaign has. A record lock belongs to the process:
// children that outlive us do not inherit it.
std::string OutputFolder::Claim() {
  for (number_ = 1; number_ <= kMaxCampaigns; ++number_) {
    const std::string path = UserPath(fmt::format("{}/work/lock-{}", out_, number_));
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return fmt::format("{}/work: {}", out_, std::strerror(errno));
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(fd, F_SETLK, &lock) == 0) {
      lock_ = fd;
      return "";
    }
    close(fd);
  }
  return fmt::format("{}: {} campaigns run there already", out_, kMaxCampaigns);
}

StatsLink OutputFolder::File(const std::string& name, const std::string& suffix) const {
  return StatsLinkOf(out_, specimen_, number_, name, suffix);
}

std::string OutputFolder::MakeFolders() {
  // A full disk still takes empty files, so the probe is not empty.
  const std::string probe = out_ + "/found/.probe";
  if (std::string error = WriteText(probe, std::string(4096, '\n')); !error.empty()) return error;
  std::error_code error;
  fs::remove(UserPath(probe), error);
  for (const char* folder : {"corpus", "work"}) {
    fs::create_directories(UserPath(out_ + "/" + folder), error);
    if (error) return fmt::format("{}/{}: {}", out_, folder, error.message());
  }
  return "";
}

std::string OutputFolder::Open(const std::string& out, const std::string& specimen,
                               size_t workers) {
  out_ = out;
  specimen_ = specimen;
  if (out.empty()) return "the name of the output folder is empty";
  std::error_code error;
  // libFuzzer splits lists of paths at commas. (Its `@FILE` does no harm: the path is absolute.)
  const std::string real = fs::absolute(UserPath(out), error).lexically_normal().string();
  if (real.find(',') != std::string::npos) {
    return fmt::format("{}: libFuzzer cannot take a path with a comma; name another folder", real);
  }
  if (std::string why = MakeFolders(); !why.empty()) return why;
  if (std::string why = Claim(); !why.empty()) return why;
  work_ = fmt::format("{}/work/{}-{}", real, UniqueFileName(specimen_), number_);
  fs::create_directories(work_ + "/seeds", error);
  if (error) return fmt::format("{}: {}", work_, error.message());
  inode_ = Inode(work_);
  for (const std::string& folder :
       {real, real + "/found", real + "/corpus", real + "/work", work_, work_ + "/seeds"}) {
    RemoveStale(folder);
  }
  if (std::string why = OpenSlots(workers + 1); !why.empty()) return why;
  for (const auto& step : StepsToLink(out_, specimen_, number_)) {
    if (std::string why = step(); !why.empty()) return why;
  }
  MendPlot();
  Reread();
  return "";
}

std::string OutputFolder::OpenSlots(size_t count) {
  const std::string end = fmt::format("-{}-{}", kSlotVersion, sizeof(WorkerSlot));
  const std::string path = work_ + "/slots" + end;
  // Version 0.1 called the slots desks; the layout is the same.
  const std::string old = work_ + "/desks" + end;
  std::error_code error;
  if (!fs::exists(path, error) && fs::exists(old, error)) fs::rename(old, path, error);
  if (error) return fmt::format("{}: cannot be renamed to {}: {}", old, path, error.message());
  return slots_.Open(path, count);
}

// Cuts off a line that a killed campaign did not finish.
void OutputFolder::MendPlot() const {
  const std::string path = File("plot_data", "").target;
  std::string text;
  std::error_code error;
  if (!ReadText(path, &text).empty() || text.empty() || text.back() == '\n') return;
  fs::resize_file(UserPath(path), text.rfind('\n') + 1, error);  // npos + 1 is 0
}

std::string OutputFolder::Keep(const Program& program) {
  const std::string text = Print(program);
  const std::string name = fmt::format("{:016x}.gct", HashOf(text));
  if (kept_.contains(name)) return "";
  if (std::string gone = Removed(); !gone.empty()) return gone;
  if (std::string error = WriteText(out_ + "/corpus/" + name, text); !error.empty()) {
    const std::string gone = Removed();  // a better reason than the write has
    return gone.empty() ? error : gone;
  }
  kept_.insert(name);
  return "";
}

void OutputFolder::Reread() {
  std::error_code error;
  for (fs::directory_iterator it(UserPath(out_ + "/corpus"), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == ".gct") kept_.insert(it->path().filename().string());
  }
}

std::string OutputFolder::SeedInputs() {
  std::string list = WriteFirstSeed(work_);
  for (const std::string& name : kept_) {
    const std::string seed = work_ + "/seeds/" + name.substr(0, name.rfind('.'));
    if (!seeded_.contains(name)) {
      std::vector<ProgramFile> programs;
      if (!ReadPrograms({out_ + "/corpus/" + name}, &programs).empty()) continue;
      if (programs.empty()) continue;
      const std::vector<uint8_t> bytes = Encode(programs[0].program);
      if (!WriteText(seed, std::string(bytes.begin(), bytes.end())).empty()) continue;
      seeded_.insert(name);
    }
    list += (list.empty() ? "" : ",") + seed;
  }
  if (list.empty() || !WriteText(work_ + "/seeds.txt", list).empty()) return "";
  return fmt::format("@{}/seeds.txt", work_);
}

std::vector<Finding> OutputFolder::Earlier() const {
  std::vector<Finding> earlier;
  std::vector<std::string> files;
  if (!ListFiles({found()}, &files).empty()) return earlier;
  const nlohmann::json rows = ReadFindings(File("stats", ".json").target);
  for (const std::string& file : files) {
    std::string text;
    std::vector<Program> programs;
    if (!ReadText(file, &text).empty() || !Parse(text, &programs).empty()) continue;
    if (HeadValue(text, "specimen").rfind(specimen_ + " (", 0) != 0 || programs.empty()) continue;
    Finding found;
    found.signature = HeadValue(text, "signature");
    found.cause = HeadValue(text, "cause");
    found.shrunk = HeadValue(text, "shrunk") != "no";
    const bool repeats = !found.signature.starts_with(NotRepeatable(""));
    found.repeats = repeats ? 1 : 0;  // only zero means something here
    found.program = programs[0];
    found.text = text;
    found.file = file;
    found.engine = HeadValue(text, "engine");
    for (const nlohmann::json& row : rows) {
      if (!row.is_object() || Text(row, "signature") != found.signature) continue;
      found.hits = Whole(row, "hits", 1);
      found.seconds = Real(row, "seconds");
      found.programs = Whole(row, "programs", 0);
      // Another one may have had this signature then.
      if (Text(row, "file") == file) found.line = Whole(row, "line", 0);
    }
    earlier.push_back(found);
  }
  return earlier;
}

// Returns "" or that the folder is not the one that was opened.
std::string OutputFolder::Removed() const {
  std::error_code error;
  const bool there = Inode(work_) == inode_ && fs::exists(UserPath(out_ + "/corpus"), error) &&
                     fs::exists(UserPath(out_ + "/found"), error);
  if (there) return "";
  return fmt::format("{}: was removed or replaced while the campaign ran", out_);
}

std::string OutputFolder::Write(const CampaignReport& report) const {
  if (std::string gone = Removed(); !gone.empty()) return gone;
  const StatsLink stats = File("stats", ".json");
  const std::string text = StatsJson(report);
  if (std::string error = WriteText(stats.target, text); !error.empty()) {
    const std::string gone = Removed();
    return gone.empty() ? error : gone;
  }
  return IsForeign(stats) ? Append(stats.link, text, O_NONBLOCK) : "";
}

std::string OutputFolder::Plot(const CampaignReport& report) const {
  const StatsLink plot = File("plot_data", "");
  const fs::path path = UserPath(plot.target);
  std::error_code error;
  const bool fresh = !fs::exists(path, error) || fs::file_size(path, error) == 0;
  const std::string text = (fresh ? PlotHeader() : "") + PlotLine(report);
  if (std::string why = Append(plot.target, text, O_CREAT); !why.empty()) return why;
  return IsForeign(plot) ? Append(plot.link, text, O_NONBLOCK) : "";
}

}  // namespace ouro
