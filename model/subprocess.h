// SPDX-License-Identifier: Apache-2.0

// A subprocess runs code that is not trusted: that of a collector, which may crash, exit, hang,
// print without end, start processes, close file descriptors or write to them.
//
// Place: below isolated trials, workers of campaigns and collectors in other processes. Nothing
// else forks.
//
// Between us and the code stands a warden, a process of its own:
//
//   supervisor ── warden ── the code ── whatever the code starts
//
// The warden adopts every process that the code leaves behind. It kills all of them as soon as the
// code has ended, or the supervisor has, in whatever way, and then ends as the code did. So a
// subprocess that has ended leaves nothing behind. Its end is detected by the death of the warden,
// never by the end of a pipe, which another process may keep open. Only a SIGKILL sent to the
// warden itself can leave processes behind.
//
// The code runs in a session of its own. It has none of our file descriptors but its channel, whose
// high number is out of reach of loops over "all descriptors", and none of our destructors, exit
// handlers or catch clauses runs in it. What it prints is read as it arrives; the end of it is
// kept.
//
// Threads: any thread may start subprocesses, also while others do; one thread uses a Subprocess,
// and the subprocess dies with the thread that started it. Exceptions: none but std::bad_alloc.

#ifndef MODEL_SUBPROCESS_H_
#define MODEL_SUBPROCESS_H_

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/last_words.h"

namespace ouro {

// Owns a file descriptor, or none (-1), and closes it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { Close(); }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;

  int get() const { return fd_; }
  void Set(int fd);
  void Close();

 private:
  int fd_ = -1;
};

class Subprocess {
 public:
  struct Task {
    // Called in the subprocess with the descriptor of the channel, to which it writes bytes for us.
    // It may exec. When it returns, the subprocess ends with status 0; an exception that leaves it
    // is a crash. Only the calling thread exists in the subprocess.
    std::function<void(int channel)> run;
    int input = -1;  // its standard input, borrowed until Start returns; -1: /dev/null
    int output =
        -1;  // its standard output, likewise; -1: the same as its standard error, for words()
  };

  // Runs nothing yet. The destructor kills what is running, and may take 3 s.
  Subprocess() = default;
  ~Subprocess() { Kill(); }
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  // Starts the subprocess. Returns "" or why the system refuses a process: it may work later.
  // Discards inbox() and words(). REQUIRES: !running().
  std::string Start(const Task& task);

  bool running() const { return warden_ > 0; }

  // Appends what poll() should wait for: something to Read, or the end of the subprocess.
  void Await(std::vector<pollfd>* polled) const;
  // Reads what it has sent and printed so far, without blocking. Stops reading the channel while
  // inbox() has `most` bytes or more: the subprocess then blocks when the pipe is full.
  void Read(size_t most = size_t{1} << 16);
  // Whether more may arrive through the channel: some process still has it open.
  bool channel_open() const { return channel_.get() >= 0; }
  // What arrived through the channel. The reader erases what it has consumed.
  std::string& inbox() { return inbox_; }

  // Whether it has ended by itself; what it sent last can still be Read. Does not block.
  bool Ended();
  // Ends it, and every process that it started, if it has not ended. Returns its status, as waitpid
  // does: SIGKILL if it was running. Idempotent. Takes at most 3 s.
  int Kill();

  // The end of what it printed. Complete after Ended() has returned true, or Kill; valid until
  // Start.
  const LastWords& words() const { return words_; }

 private:
  void Reap(int options);

  pid_t warden_ = -1;
  int status_ = 0;  // of the last one that ended
  UniqueFd channel_, printed_, life_;
  std::string inbox_;
  LastWords words_;
};

// Writes all of `bytes`, resuming after signals. Returns false on an error: the reader is gone.
bool WriteAll(int fd, std::string_view bytes);

}  // namespace ouro

#endif  // MODEL_SUBPROCESS_H_
