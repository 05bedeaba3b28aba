// SPDX-License-Identifier: Apache-2.0

#include "fuzz/power/power_log.h"

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

#include "fuzz/files.h"
#include "model/check.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

constexpr char kHeader[] = "mutant,engine,seed,found,signature,programs,seconds\n";
constexpr size_t kFields = 7;

// Quoted as in RFC 4180, on one line.
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

bool ReadEngine(const std::string& text, Engine* engine) {
  const auto* const it = std::find_if(std::begin(kEngines), std::end(kEngines),
                                      [&text](Engine e) { return text == Name(e); });
  if (it == std::end(kEngines)) return false;
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
    if (!ReadAttempt(line, &attempt)) return fmt::format("line {}: it is not an attempt", number);
    attempts->push_back(attempt);
  }
  return "";
}

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
    return fmt::format("{}: is not a regular file", path);  // it may have no end
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
  // Only now: a file of another kind, named by mistake, must stay whole.
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

bool PowerLog::Has(const std::string& mutant, Engine engine, uint64_t seed, int seconds) const {
  const Attempt search = {.mutant = mutant, .engine = engine, .seed = seed};
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return SameSearch(attempt, search) && (attempt.found || attempt.seconds >= seconds);
  });
}

std::string PowerLog::Append(const Attempt& attempt) {
  // Keep what will be read again. More digits would make this run's table differ from the next's.
  std::vector<Attempt> written;
  const std::string wrong = ParsePower(PowerHeader() + PowerLine(attempt), &written);
  CHECK(wrong.empty() && written.size() == 1);
  Keep(written[0]);
  return fd_ < 0 ? "" : Write(PowerLine(attempt));
}

// In one write, so a line is there whole or not at all. The next Open cuts off what a full disk
// has left.
std::string PowerLog::Write(const std::string& text) const {
  errno = ENOSPC;  // the reason of a short write, which sets none
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

}  // namespace ouro
