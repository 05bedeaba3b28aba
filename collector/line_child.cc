// SPDX-License-Identifier: Apache-2.0

#include "collector/line_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kChunk = 1 << 14;   // bytes of one read
constexpr int kDeathGraceMs = 1000;  // for a process that closed its output to end
constexpr int kPollMs = 1;           // between two checks whether it is

}  // namespace

std::string LineChild::Start(const std::vector<std::string>& argv) {
  if (argv.empty()) return "no command";
  // Our end of its input is a socket, because send() can suppress SIGPIPE.
  int sockets[2], output[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return strerror(errno);
  input_.Set(sockets[0]);
  const UniqueFd its_input(sockets[1]);
  if (pipe2(output, O_CLOEXEC) != 0) return strerror(errno);
  output_.Set(output[0]);
  const UniqueFd its_output(output[1]);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const auto run = [&arguments](int channel) {
    execvp(arguments[0], arguments.data());
    const int error = errno;
    WriteAll(channel, std::string_view(reinterpret_cast<const char*>(&error), sizeof(error)));
    _exit(127);
  };
  std::string why =
      process_.Start({.run = run, .input = its_input.get(), .output = its_output.get()});
  if (!why.empty()) return why;
  // A successful exec closes the channel; so does a death.
  int error = 0;
  const std::string& inbox = process_.inbox();
  while (inbox.size() < sizeof(error) && process_.channel_open()) {
    std::vector<pollfd> polled;
    process_.Await(&polled);
    poll(polled.data(), polled.size(), -1);
    process_.Read();
  }
  if (inbox.size() < sizeof(error)) return "";
  std::memcpy(&error, inbox.data(), sizeof(error));
  return strerror(error);
}

int LineChild::Remaining() const {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
  return static_cast<int>(std::max<int64_t>(0, left));
}

LineChild::Outcome LineChild::Send(const std::string& line, int timeout_ms) {
  deadline_ = Clock::now() + std::chrono::milliseconds(timeout_ms);
  const std::string text = line + "\n";
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t size =
        send(input_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      sent += static_cast<size_t>(size);
    } else if (errno == EAGAIN) {
      // Its input buffer is full.
      pollfd wait = {input_.get(), POLLOUT, 0};
      if (poll(&wait, 1, Remaining()) == 0) return Outcome::kTimeout;
    } else if (errno != EINTR) {
      return Outcome::kEnd;
    }
  }
  return Outcome::kOk;
}

LineChild::Outcome LineChild::ReadLine(std::string* line) {
  while (true) {
    const size_t end = buffer_.find('\n', start_);
    if (std::min(end, buffer_.size()) - start_ > max_line_) return Outcome::kTooLong;
    if (end != std::string::npos) {
      line->assign(buffer_, start_, end - start_);
      start_ = end + 1;
      return Outcome::kOk;
    }
    buffer_.erase(0, start_);
    start_ = 0;
    const Outcome outcome = Fill();
    if (outcome != Outcome::kOk) return outcome;
  }
}

// Waits for output; drains its standard error meanwhile, so that it does not block on that.
LineChild::Outcome LineChild::Fill() {
  while (true) {
    const int wait = Remaining();
    std::vector<pollfd> polled = {{output_.get(), POLLIN, 0}};
    process_.Await(&polled);
    if (poll(polled.data(), polled.size(), wait) < 0 && errno != EINTR) {
      return Outcome::kTimeout;
    }
    process_.Read();
    char chunk[kChunk];
    const ssize_t size = read(output_.get(), chunk, sizeof chunk);
    if (size > 0) {
      buffer_.append(chunk, static_cast<size_t>(size));
      return Outcome::kOk;
    }
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) return Outcome::kEnd;
    if (wait == 0) return Outcome::kTimeout;
  }
}

std::string LineChild::HowItEnded() {
  // A process closes its files shortly before it ends.
  for (int waited = 0; waited <= kDeathGraceMs && !process_.Ended(); waited += kPollMs) {
    poll(nullptr, 0, kPollMs);
  }
  const bool by_itself = process_.Ended();
  const int status = process_.Kill();
  Kill();
  if (!by_itself) return "closed its output";
  if (WIFEXITED(status)) return fmt::format("exited with status {}", WEXITSTATUS(status));
  return fmt::format("died of signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

void LineChild::Kill() {
  process_.Kill();
  input_.Close();
  output_.Close();
}

}  // namespace ouro
