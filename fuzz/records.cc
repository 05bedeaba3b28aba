#include "fuzz/records.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "fuzz/files.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxCampaigns = 1000;  // in one folder at once
// Of the form of a desk: a file of another form is another file.
constexpr int kDeskForm = 1;

// The statistics that are there; an empty object if there are none, or they make no sense.
nlohmann::json ReadStats(const std::string& path) {
  std::string text;
  if (!ReadText(path, &text).empty()) return nlohmann::json::object();
  nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : nlohmann::json::object();
}

}  // namespace

Records::~Records() {
  if (lock_ >= 0) close(lock_);
}

// The lowest number that no living campaign has. The lock is the process's own: children do not
// inherit it, so that it ends with us whoever outlives us.
std::string Records::Claim() {
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
  return fmt::format("{}: {} campaigns run there", out_, kMaxCampaigns);
}

// "stats", ".json" -> "stats.json", "stats-2.json"
std::string Records::Numbered(const std::string& name, const std::string& suffix) const {
  return fmt::format("{}/{}{}{}", out_, name, number_ == 1 ? "" : fmt::format("-{}", number_),
                     suffix);
}

std::string Records::Open(const std::string& out, const std::string& specimen, size_t workers) {
  out_ = out;
  specimen_ = specimen;
  // Full disks take empty files.
  const std::string probe = out_ + "/found/.probe";
  if (std::string error = WriteText(probe, std::string(4096, '\n')); !error.empty()) return error;
  std::error_code error;
  fs::remove(UserPath(probe), error);
  for (const char* folder : {"corpus", "work"}) {
    fs::create_directories(UserPath(out_ + "/" + folder), error);
    if (error) return fmt::format("{}/{}: {}", out_, folder, error.message());
  }
  if (std::string why = Claim(); !why.empty()) return why;
  work_ = UserPath(fmt::format("{}/work/{}-{}", out_, FileName(specimen_), number_));
  fs::create_directories(work_ + "/seeds", error);
  if (error) return fmt::format("{}: {}", work_, error.message());
  std::string why = desks_.Open(fmt::format("{}/desks-{}", work_, kDeskForm), workers + 1);
  if (!why.empty()) return why;
  ChangeSpecimen();
  MendPlot();
  Reread();
  return "";
}

// The numbers in the folder are of one specimen at a time; those of others step aside.
void Records::ChangeSpecimen() const {
  const nlohmann::json stats = ReadStats(Numbered("stats", ".json"));
  if (!stats.contains("specimen") || !stats["specimen"].is_string()) return;
  const std::string other = stats["specimen"];
  if (other == specimen_) return;
  std::error_code error;
  const auto move = [&](const std::string& from, const std::string& to) {
    if (fs::exists(UserPath(from), error)) fs::rename(UserPath(from), UserPath(to), error);
  };
  const auto change = [&](const std::string& name, const std::string& suffix) {
    const auto aside = [&](const std::string& specimen) {
      return Numbered(fmt::format("work/{}-{}", FileName(specimen), name), suffix);
    };
    move(Numbered(name, suffix), aside(other));
    move(aside(specimen_), Numbered(name, suffix));
  };
  change("plot_data", "");
  change("stats", ".json");
}

// A line that a dead campaign did not finish is cut off.
void Records::MendPlot() const {
  const std::string path = Numbered("plot_data", "");
  std::string text;
  std::error_code error;
  if (!fs::is_regular_file(UserPath(path), error)) return;  // a pipe that somebody reads
  if (!ReadText(path, &text).empty() || text.empty() || text.back() == '\n') return;
  fs::resize_file(UserPath(path), text.rfind('\n') + 1, error);  // npos + 1 is 0
}

std::string Records::Keep(const Program& program) {
  const std::string text = Print(program);
  const std::string name = fmt::format("{:016x}.gct", HashOf(text));
  if (kept_.contains(name)) return "";
  if (std::string error = WriteText(out_ + "/corpus/" + name, text); !error.empty()) return error;
  kept_.insert(name);
  return "";
}

void Records::Reread() {
  std::error_code error;
  for (fs::directory_iterator it(UserPath(out_ + "/corpus"), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == ".gct") kept_.insert(it->path().filename().string());
  }
}

std::string FirstSeed(const std::string& folder) {
  // A birth and a death: libFuzzer gives up where its first inputs reach nothing at all.
  constexpr char kBytes[] = {static_cast<char>(OpCode::kNode),          0, 0, 0,
                             static_cast<char>(OpCode::kEmptyRegister), 0, 0, 0};
  const std::string file = folder + "/first-seed";
  return WriteText(file, std::string(kBytes, sizeof(kBytes))).empty() ? file : "";
}

std::string Records::SeedFlag() {
  std::string list = FirstSeed(work_);
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
  return fmt::format("-seed_inputs=@{}/seeds.txt", work_);
}

std::vector<Finding> Records::Earlier() const {
  std::vector<Finding> earlier;
  std::vector<std::string> files;
  if (!ListFiles({found()}, &files).empty()) return earlier;
  const nlohmann::json stats = ReadStats(Numbered("stats", ".json"));
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
    found.repeats = repeats ? 1 : 0;  // or more
    found.program = programs[0];
    found.file = file;
    found.engine = HeadValue(text, "engine");
    for (const auto& row : stats.value("findings", nlohmann::json::array())) {
      if (!row.is_object()) continue;
      if (row.value("signature", "") != found.signature) continue;
      found.hits = row.value("hits", uint64_t{1});
      found.seconds = row.value("seconds", 0.0);
      found.programs = row.value("programs", uint64_t{0});
    }
    earlier.push_back(found);
  }
  return earlier;
}

std::string Records::Write(const Snapshot& snapshot) const {
  return WriteText(Numbered("stats", ".json"), StatsJson(snapshot));
}

std::string Records::Plot(const Snapshot& snapshot) const {
  const std::string name = Numbered("plot_data", "");
  const std::string path = UserPath(name);
  std::error_code error;
  const bool fresh = !fs::exists(path, error) || fs::file_size(path, error) == 0;
  const std::string text = (fresh ? PlotHeader() : "") + PlotLine(snapshot);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return fmt::format("{}: {}", name, std::strerror(errno));
  // In one write: a line is there or not. What a full disk cuts is mended at the next start.
  const int why = write(fd, text.data(), text.size()) < 0 ? errno : 0;
  close(fd);
  return why == 0 ? "" : fmt::format("{}: {}", name, std::strerror(why));
}

}  // namespace ouro
