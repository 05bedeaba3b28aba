// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/append_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ouro {
namespace {

constexpr size_t kBlock = size_t{1} << 18;  // bytes that are read at once

std::string Complain(const std::string& path, int error) {
  return fmt::format("{}: {}", path, std::strerror(error));
}

// Reads all whole lines. *size becomes their length: where a line begins that is not whole.
std::string ReadLines(int fd, const std::string& path, const AppendLog::Each& each, size_t* size) {
  std::string rest;  // of a line whose end has not been read
  std::string block(kBlock, '\0');
  size_t number = 0;
  *size = 0;
  for (;;) {
    const ssize_t got = read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Complain(path, errno);
    if (got == 0) return "";
    rest.append(block.data(), static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t end; (end = rest.find('\n', begin)) != rest.npos; begin = end + 1) {
      ++number;
      if (!each(std::string_view(rest).substr(begin, end - begin))) {
        return fmt::format("{}: line {}: is not what `ouro merge` writes there", path, number);
      }
    }
    rest.erase(0, begin);
    *size += begin;
    if (rest.size() > kMaxLogLine) {
      return fmt::format("{}: line {}: is longer than {} bytes", path, number + 1, kMaxLogLine);
    }
  }
}

}  // namespace

std::string AppendLog::Open(const std::string& path, const Each& each) {
  path_ = path;
  file_.Set(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file_.get() < 0) return Complain(path, errno);
  if (std::string why = ReadLines(file_.get(), path, each, &size_); !why.empty()) return why;
  if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return Complain(path, errno);
  return "";
}

std::string AppendLog::Append(std::string_view lines) {
  for (size_t done = 0; done < lines.size();) {
    const ssize_t written = pwrite(file_.get(), lines.data() + done, lines.size() - done,
                                   static_cast<off_t>(size_ + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = errno;
      // Should that fail, too, the next line is written over the rest of this one.
      if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return Complain(path_, errno);
      return Complain(path_, error);
    }
    done += static_cast<size_t>(written);
  }
  size_ += lines.size();
  return "";
}

std::string ReadLog(const std::string& path, const AppendLog::Each& each) {
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return errno == ENOENT ? "" : Complain(path, errno);
  size_t size;
  return ReadLines(file.get(), path, each, &size);
}

}  // namespace ouro
