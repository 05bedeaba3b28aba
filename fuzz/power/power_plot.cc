#include "fuzz/power/power_plot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "fuzz/files.h"
#include "model/check.h"

namespace ouro {

namespace fs = std::filesystem;

// ---- lines ----

namespace {

constexpr char kHeader[] = "mutant,engine,seed,found,signature,programs,seconds\n";
constexpr size_t kFields = 7;

// As RFC 4180 has it, on one line.
std::string Field(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::vector<std::string> Fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

template <class T>
bool ReadNumber(const std::string& text, T* number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stop == end;
}

bool ReadEngine(const std::string& text, PowerEngine* engine) {
  const auto* const it = std::find_if(std::begin(kPowerEngines), std::end(kPowerEngines),
                                      [&text](PowerEngine e) { return text == Name(e); });
  if (it == std::end(kPowerEngines)) return false;
  *engine = *it;
  return true;
}

bool ReadAttempt(std::string_view line, Attempt* attempt) {
  const std::vector<std::string> fields = Fields(line);
  if (fields.size() != kFields || (fields[3] != "0" && fields[3] != "1")) return false;
  attempt->mutant = fields[0];
  attempt->found = fields[3] == "1";
  attempt->signature = fields[4];
  return !fields[0].empty() && ReadEngine(fields[1], &attempt->engine) &&
         ReadNumber(fields[2], &attempt->seed) && ReadNumber(fields[5], &attempt->programs) &&
         ReadNumber(fields[6], &attempt->seconds) && std::isfinite(attempt->seconds) &&
         attempt->seconds >= 0;
}

bool SameSearch(const Attempt& a, const Attempt& b) {
  return a.mutant == b.mutant && a.engine == b.engine && a.seed == b.seed;
}

}  // namespace

std::string PowerHeader() { return kHeader; }

std::string PowerLine(const Attempt& attempt) {
  return fmt::format("{},{},{},{},{},{},{:.6f}\n", Field(attempt.mutant), Name(attempt.engine),
                     attempt.seed, attempt.found ? 1 : 0, Field(attempt.signature),
                     attempt.programs, attempt.seconds);
}

std::string ParsePower(const std::string& text, std::vector<Attempt>* attempts) {
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    if (++number == 1) {
      if (line != std::string_view(kHeader, sizeof(kHeader) - 2)) {
        return fmt::format("line 1: it is not `{}`",
                           std::string_view(kHeader, sizeof(kHeader) - 2));
      }
      continue;
    }
    Attempt attempt;
    if (!ReadAttempt(line, &attempt)) return fmt::format("line {}: it is no attempt", number);
    attempts->push_back(attempt);
  }
  return "";
}

// ---- the log ----

PowerLog::~PowerLog() {
  if (fd_ >= 0) close(fd_);
}

std::string PowerLog::Open(const std::string& path) {
  path_ = path;
  const fs::path file = UserPath(path);
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) return fmt::format("{}: {}", path, error.message());
  if (fs::exists(file, error) && !fs::is_regular_file(file, error)) {
    return fmt::format("{}: is no regular file", path);  // it may have no end
  }
  fd_ = open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) return fmt::format("{}: {}", path, std::strerror(errno));
  std::string text;
  if (std::string why = ReadText(path, &text); !why.empty()) return why;
  const size_t whole = text.rfind('\n') + 1;  // npos + 1 is 0
  std::vector<Attempt> attempts;
  if (std::string why = ParsePower(text.substr(0, whole), &attempts); !why.empty()) {
    return fmt::format("{}: {}", path, why);
  }
  // Only now: who names a file of another kind by mistake keeps all of it.
  if (whole < text.size()) {
    if (whole == 0 && !PowerHeader().starts_with(text)) {
      return fmt::format("{}: line 1: it is not the beginning of a power log", path);
    }
    if (ftruncate(fd_, static_cast<off_t>(whole)) != 0) {
      return fmt::format("{}: {}", path, std::strerror(errno));
    }
  }
  for (const Attempt& attempt : attempts) Keep(attempt);
  return whole == 0 ? Write(PowerHeader()) : "";
}

bool PowerLog::Has(const std::string& mutant, PowerEngine engine, uint64_t seed,
                   int seconds) const {
  const Attempt search = {.mutant = mutant, .engine = engine, .seed = seed};
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return SameSearch(attempt, search) && (attempt.found || attempt.seconds >= seconds);
  });
}

std::string PowerLog::Append(const Attempt& attempt) {
  // As it will be read again: digits that the line has not would show in the table of today alone.
  std::vector<Attempt> written;
  const std::string wrong = ParsePower(PowerHeader() + PowerLine(attempt), &written);
  CHECK(wrong.empty() && written.size() == 1);
  Keep(written[0]);
  return fd_ < 0 ? "" : Write(PowerLine(attempt));
}

// In one write: a line is there or not. What a full disk cuts is mended by the next Open.
std::string PowerLog::Write(const std::string& text) const {
  errno = ENOSPC;  // where less is written than there is, that is why
  const bool written = write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written ? "" : fmt::format("{}: {}", path_, std::strerror(errno));
}

void PowerLog::Keep(const Attempt& attempt) {
  const auto it = std::find_if(attempts_.begin(), attempts_.end(), [&](const Attempt& earlier) {
    return SameSearch(earlier, attempt);
  });
  if (it == attempts_.end()) {
    attempts_.push_back(attempt);
  } else {
    *it = attempt;
  }
}

// ---- the plot ----

namespace {

// Of the drawing and the area within its axes.
constexpr double kWidth = 760;
constexpr double kHeight = 460;
constexpr double kLeft = 68;
constexpr double kRight = 724;
constexpr double kTop = 84;
constexpr double kBottom = 400;

// Each engine is sent by its dashes, too. The colors are those of Okabe and Ito, which nobody
// confuses.
struct Look {
  const char* color;
  const char* dashes;
};
Look LookOf(PowerEngine engine) {
  switch (engine) {
    case PowerEngine::kRandom:
      return {"#0072b2", "none"};
    case PowerEngine::kUniform:
      return {"#d55e00", "9 4"};
    case PowerEngine::kLibFuzzer:
      break;
  }
  return {"#009e73", "2 3"};
}

// "10 ms", "5 s"
std::string Duration(double seconds) {
  return seconds < 0.9995 ? fmt::format("{:g} ms", seconds * 1000) : fmt::format("{:g} s", seconds);
}

// The largest of 1, 2, 5, 10, 20 ... that makes about five steps of `size`.
size_t Step(size_t size) {
  size_t step = 1;
  for (size_t factor = 0; step * 5 < size; ++factor)
    step = factor % 3 == 1 ? step / 2 * 5 : step * 2;
  return step;
}

class Drawing {
 public:
  Drawing(const std::vector<Score>& scores, double limit)
      : scores_(scores), totals_(Totals(scores)), last_(limit) {
    double least = limit / 10;
    for (const Total& total : totals_) {
      mutants_ = std::max(mutants_, total.mutants);
      if (!total.seconds.empty()) least = std::min(least, total.seconds[0]);
    }
    first_ = std::pow(10, std::floor(std::log10(std::max(least, 1e-6))));
  }

  std::string Draw() {
    Begin();
    TimeAxis();
    CountAxis();
    for (const Total& total : totals_) Curve(total);
    Legend();
    return text_ + "</svg>\n";
  }

 private:
  template <class... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  double X(double seconds) const {
    const double part = std::log(std::clamp(seconds, first_, last_) / first_);
    return kLeft + (kRight - kLeft) * part / std::log(last_ / first_);
  }
  double Y(size_t count) const {
    const double part = static_cast<double>(count) / static_cast<double>(mutants_);
    return kBottom - (kBottom - kTop) * part;
  }

  std::string Seeds() const {
    const auto [least, most] =
        std::minmax_element(scores_.begin(), scores_.end(),
                            [](const Score& a, const Score& b) { return a.seeds < b.seeds; });
    if (least->seeds == most->seeds) {
      return fmt::format("{} seed{}", most->seeds, most->seeds == 1 ? "" : "s");
    }
    return fmt::format("{} to {} seeds", least->seeds, most->seeds);
  }

  void Begin() {
    Add(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0:.0f}" height="{1:.0f}" )"
        R"(viewBox="0 0 {0:.0f} {1:.0f}" role="img" font-family="Helvetica, Arial, sans-serif" )"
        R"(font-size="13" fill="#222">)",
        kWidth, kHeight);
    const std::string title =
        fmt::format("How soon each engine finds {} mutant{}", mutants_, mutants_ == 1 ? "" : "s");
    Add("<title>{}</title>", title);
    Add(R"(<rect width="100%" height="100%" fill="#fff"/>)");
    Add(R"(<text x="{:.0f}" y="30" font-size="17" font-weight="bold">{}</text>)", kLeft, title);
  }

  void TimeAxis() {
    for (double decade = first_; decade < last_ * 1.0001; decade *= 10) {
      for (int digit = 1; digit < 10 && decade * digit < last_ * 1.0001; ++digit) {
        Add(R"(<path d="M{0:.1f} {1:.0f}V{2:.0f}" stroke="{3}"/>)", X(decade * digit), kTop,
            kBottom, digit == 1 ? "#d4d4d4" : "#f0f0f0");
      }
      if (X(last_) - X(decade) > 1 && X(last_) - X(decade) < 45) continue;  // room for the limit
      TimeLabel(decade);
    }
    if (std::abs(std::remainder(std::log10(last_ / first_), 1)) > 1e-6) TimeLabel(last_);
    Add(R"(<text x="{:.0f}" y="444" text-anchor="middle">time to kill, logarithmic; )"
        "median over {}; at most {}</text>",
        (kLeft + kRight) / 2, Seeds(), Duration(last_));
  }

  void TimeLabel(double seconds) {
    Add(R"(<text x="{:.1f}" y="{:.0f}" text-anchor="middle">{}</text>)", X(seconds), kBottom + 20,
        Duration(seconds));
  }

  void CountAxis() {
    const size_t step = Step(mutants_);
    for (size_t count = 0; count <= mutants_; ++count) {
      // The last one is all of them, and has its room.
      const bool fits = count % step == 0 && Y(count) - Y(mutants_) > 18;
      if (!fits && count != mutants_) continue;
      Add(R"(<path d="M{:.0f} {:.1f}H{:.0f}" stroke="#d4d4d4"/>)", kLeft, Y(count), kRight,
          Y(count));
      Add(R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 8, Y(count) + 4.5,
          count);
    }
    Add(R"svg(<text transform="translate(22 {:.0f}) rotate(-90)" text-anchor="middle">)svg"
        "mutants found</text>",
        (kTop + kBottom) / 2);
    Add(R"(<path d="M{0:.0f} {1:.0f}V{2:.0f}H{3:.0f}" fill="none" stroke="#222"/>)", kLeft, kTop,
        kBottom, kRight);
  }

  // From its first step on: before, all of them are nothing.
  void Curve(const Total& total) {
    if (total.seconds.empty()) return;
    std::string path = fmt::format("M{:.1f} {:.1f}", X(total.seconds[0]), Y(0));
    for (size_t i = 0; i < total.seconds.size(); ++i) {
      path += fmt::format("H{:.1f}V{:.1f}", X(total.seconds[i]), Y(i + 1));
    }
    path += fmt::format("H{:.1f}", X(last_));
    Line(path, total.engine);
  }

  void Line(const std::string& path, PowerEngine engine) {
    const Look look = LookOf(engine);
    Add(R"(<path d="{}" fill="none" stroke="{}" stroke-width="2.5" stroke-linejoin="round" )"
        R"(stroke-dasharray="{}"/>)",
        path, look.color, look.dashes);
  }

  void Legend() {
    double x = kLeft;
    for (const Total& total : totals_) {
      Line(fmt::format("M{:.1f} 56H{:.1f}", x, x + 44), total.engine);
      Add(R"(<text x="{:.1f}" y="60.5">{}: {} of {}</text>)", x + 52, Name(total.engine),
          total.seconds.size(), total.mutants);
      x += (kRight - kLeft) / 3;
    }
  }

  const std::vector<Score>& scores_;
  const std::vector<Total> totals_;
  size_t mutants_ = 0;
  double first_ = 0;  // seconds at the left
  const double last_;
  std::string text_;
};

}  // namespace

std::string PowerPlot(const std::vector<Score>& scores, double limit) {
  CHECK(!scores.empty());
  return Drawing(scores, limit).Draw();
}

}  // namespace ouro
